// What is done to the page that is shown: its name, its place, its paper.

import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { kindOfPaper, paperOf } from '../backdrop'
import { shown } from '../looks/dark'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'
import { Icon, type IconName } from './icons'

const KINDS = ['white', 'grid', 'dots', 'ruled', 'graph'] as const
const COLORS = ['#fef9e7', '#fdeeee', '#eaf7ee', '#eaf2fd', '#f3eefd', '#1f2937'] as const

export function PageMenu ({ model, rename }: { model: Model, rename: () => void }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null)
  const sheet = useRef<HTMLDivElement>(null)
  const open = (): void => {
    const place = button.current!.getBoundingClientRect()
    const { style, offsetWidth } = sheet.current!
    style.left = `${Math.max(8, Math.min(place.left, innerWidth - offsetWidth - 8))}px`
    style.bottom = `${innerHeight - place.top + 8}px`
    sheet.current!.querySelector('button')!.focus()
  }
  return (
    <>
      <button
        ref={button} type='button' class='more' title={texts.pageMenu} aria-label={texts.pageMenu}
        onClick={() => sheet.current!.togglePopover()}
      >
        <Icon name='more' />
      </button>
      <div
        ref={sheet} popover='auto' class='sheet' role='dialog' aria-label={texts.pageMenu}
        onToggle={event => { if ((event as unknown as ToggleEvent).newState === 'open') open() }}
      >
        <Acts model={model} rename={rename} close={() => { sheet.current!.hidePopover() }} />
        <Paper model={model} />
      </div>
    </>
  )
}

function Acts (
  { model, rename, close }: { model: Model, rename: () => void, close: () => void }
): JSX.Element {
  const { paging } = model
  const key = model.page.value
  const [count, at] = [model.pages.value.length, model.pages.value.findIndex(page => page.key === key)]
  const act = (icon: IconName, label: string, isOff: boolean, action: () => void): JSX.Element => (
    <button type='button' class='line' disabled={isOff} onClick={() => { close(); action() }}>
      <Icon name={icon} /> {label}
    </button>
  )
  return (
    <>
      {act('text', texts.renamePage, false, rename)}
      {act('copy', texts.duplicatePage, false, () => paging.duplicate(key))}
      {act('backward', texts.pageBack, at === 0, () => paging.move(key, -1))}
      {act('forward', texts.pageOn, at === count - 1, () => paging.move(key, 1))}
      {act('remove', texts.removePage, count < 2, () => paging.remove(key))}
    </>
  )
}

/** Patterns, and colours under them. */
function Paper ({ model }: { model: Model }): JSX.Element {
  const page = model.pages.value.find(({ key }) => key === model.page.value)
  const kind = kindOfPaper(page?.background)
  const color = String(paperOf(page?.background).color ?? '')
  const choose = (type: string, color?: string): void => model.paging.setPaper(model.page.value, { type, color })
  const onColor = kind === 'white' ? 'color' : kind
  return (
    <>
      <span class='papers' role='group' aria-label={texts.pagePaper}>
        {KINDS.map(one => (
          <Act key={one} icon={one} label={texts.papers[one]} isOn={kind === one} onClick={() => choose(one)} />
        ))}
      </span>
      <span class='papers' role='group' aria-label={texts.paperColor}>
        {COLORS.map((one, at) => (
          <button
            key={one} type='button' class='color' title={texts.paperColors[at]} aria-label={texts.paperColors[at]}
            aria-pressed={kind !== 'white' && color === one} onClick={() => choose(onColor, one)}
          >
            <i style={{ background: shown(one) }} />
          </button>
        ))}
        <input
          type='color' title={texts.ownColor} aria-label={texts.ownColor}
          value={/^#[0-9a-f]{6}$/i.test(color) ? color : '#ffffff'}
          onChange={event => choose(onColor, event.currentTarget.value)}
        />
      </span>
    </>
  )
}
