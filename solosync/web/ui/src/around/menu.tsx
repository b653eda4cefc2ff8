// The menu of the canvas, where it was asked for.

import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { entriesOf, type Asked, type Entry } from '../menu'
import type { Model } from '../model'
import { texts } from '../texts'

const EDGE = 8 // pixels that are left beside it

export function CanvasMenu ({ model }: { model: Model }): JSX.Element | null {
  const asked = model.menu.value
  return asked && model.mayDraw ? <Menu key={`${asked.left} ${asked.top}`} model={model} asked={asked} /> : null
}

function Menu ({ model, asked }: { model: Model, asked: Asked }): JSX.Element {
  const menu = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => settle(menu.current!, asked), [])
  const close = (): void => {
    model.menu.value = null
    model.surface.container.focus({ preventScroll: true })
  }
  const choose = ({ act }: Entry): void => {
    close()
    act()
  }
  return (
    <>
      {/* A press beside the menu closes it, and draws nothing. */}
      <div
        class='beside' onPointerDown={event => { event.preventDefault(); close() }}
        onContextMenu={event => event.preventDefault()} onWheel={close}
      />
      <div
        ref={menu} class='sheet context' role='menu' tabIndex={-1} aria-label={texts.menu}
        onContextMenu={event => event.preventDefault()}
        onKeyDown={event => {
          if (event.ctrlKey || event.metaKey || event.altKey) return
          if (event.key === 'Escape' || event.key === 'Tab') close()
          else if (!walk(menu.current!, event.key)) return
          event.preventDefault()
        }}
        onFocusOut={({ relatedTarget }) => {
          if (relatedTarget && !menu.current?.contains(relatedTarget as Node)) model.menu.value = null
        }}
      >
        {entriesOf(model, asked).map((group, at) => (
          <div key={at} role='group'>
            {group.map(entry => <Item key={entry.label} entry={entry} choose={choose} />)}
          </div>
        ))}
      </div>
    </>
  )
}

/** All of it is seen; who came by a key goes on from the first entry. */
function settle (menu: HTMLElement, { left, top, isByKey }: Asked): void {
  const { style, offsetWidth, offsetHeight } = menu
  style.left = `${Math.max(EDGE, Math.min(left, innerWidth - offsetWidth - EDGE))}px`
  style.top = `${Math.max(EDGE, Math.min(top, innerHeight - offsetHeight - EDGE))}px`
  const first = isByKey ? menu.querySelector<HTMLElement>('[role=menuitem]') : null
  ;(first ?? menu).focus()
}

function Item ({ entry, choose }: { entry: Entry, choose: (entry: Entry) => void }): JSX.Element {
  const { label, keys, isOff } = entry
  return (
    <button
      type='button' role='menuitem' class='line' tabIndex={-1} aria-disabled={isOff}
      onClick={() => { if (!isOff) choose(entry) }} onPointerMove={({ currentTarget }) => currentTarget.focus()}
    >
      <span>{label}</span>{keys && <kbd>{keys}</kbd>}
    </button>
  )
}

/** Up and down, to the first and the last, or to the next that begins with a letter; whether there it goes. */
function walk (menu: HTMLElement, key: string): boolean {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const steps: Record<string, number> = {
    ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1 + items.length, Home: 0, End: items.length - 1
  }
  const step = steps[key]
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  const next = step === undefined
    ? after.find(item => key.length === 1 && key !== ' ' && item.textContent!.toLowerCase().startsWith(key.toLowerCase()))
    : items[step % items.length]
  next?.focus()
  return next !== undefined
}
