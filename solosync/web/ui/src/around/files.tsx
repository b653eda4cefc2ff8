// The files that a share link offers.

import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { texts } from '../texts'
import { Icon } from './icons'

/** `page` is the place of the one that is shown, or less than 0; a PDF is of all. */
export function Files (
  { path, formats, page }: { path: string, formats: string[], page: number }
): JSX.Element | null {
  const menu = useRef<HTMLDetailsElement>(null)
  if (formats.length === 0) return null
  const close = (): void => { menu.current!.open = false }
  return (
    <details
      ref={menu} class='files' onKeyDown={({ key }) => { if (key === 'Escape') close() }}
      onFocusOut={({ relatedTarget }) => { if (!menu.current!.contains(relatedTarget as Node | null)) close() }}
    >
      <summary title={texts.download} aria-label={texts.download}><Icon name='download' /></summary>
      <div>
        {formats.map(format => (
          <a
            key={format} download onClick={close}
            href={`${path}/download?format=${format}${format === 'pdf' || page < 0 ? '' : `&page=${page + 1}`}`}
          >
            {format.toUpperCase()}
          </a>
        ))}
      </div>
    </details>
  )
}
