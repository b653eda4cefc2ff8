// The field in which a text or a note is written, where it will stand.

import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { shown, shownPaper } from '../looks/dark'
import { FONT, NOTE } from '../looks/words'
import type { Model } from '../model'
import { texts } from '../texts'
import { endOf } from '../writing'

export function Writer ({ model }: { model: Model }): JSX.Element | null {
  const field = useRef<HTMLTextAreaElement>(null)
  const writing = model.writing.value
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(-1, -1)
  }, [writing])
  if (!writing) return null
  const { isNote, place, size, color, ink, width, height } = writing
  const scale = model.scale.value
  const corner = model.corner.value
  const done = (): void => model.written(field.current?.value ?? '')
  return (
    <textarea
      ref={field} class='writer' data-wraps={width !== null} aria-label={isNote ? texts.tools.note : texts.writing}
      defaultValue={writing.text} onBlur={done}
      onInput={({ currentTarget: { value, selectionEnd, offsetHeight } }) => {
        if (selectionEnd === value.length) model.surface.reveal(endOf(writing, value, offsetHeight / scale))
      }}
      style={{
        left: `${corner.x + place.x * scale}px`,
        top: `${corner.y + place.y * scale}px`,
        width: width && `${width * scale}px`,
        minHeight: height && `${height * scale}px`,
        padding: isNote ? `${NOTE.padding * scale}px` : 0,
        borderRadius: isNote ? `${NOTE.radius * scale}px` : 0,
        background: isNote ? shownPaper(color) : 'transparent',
        color: isNote ? ink : shown(ink),
        font: `${size * scale}px/1 ${FONT}`
      }}
      onKeyDown={event => {
        if (event.isComposing) return
        const isSent = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
        if (event.key !== 'Escape' && !isSent) return
        done()
        model.surface.container.focus({ preventScroll: true })
      }}
    />
  )
}
