// The menu of the canvas: how it is asked for (the mouse's other button, a finger that stays, a key),
// and what it offers there.

import { middleOf, type Point } from './geometry'
import type { Gestures } from './gestures'
import type { Model } from './model'
import { boxOfAll } from './selecting'
import { texts } from './texts'
import { topmost } from './tools/tool'

/** Where on the screen, and where on the board. */
export interface Asked { left: number, top: number, at: Point, isByKey: boolean }
export interface Entry { label: string, keys?: string, act: () => void, isOff?: boolean }
type Pointer = Pick<PointerEvent, 'clientX' | 'clientY'>

const LONG_MS = 500
const STILL = 8 // pixels: no finger lies quite still

export function listenForMenu (model: Model, gestures: Gestures): void {
  const { area } = gestures
  let timer = 0
  let from: PointerEvent | null = null
  const forget = (): void => clearTimeout(timer)
  const open = (event: Pointer): void => {
    gestures.stop()
    openMenu(model, event)
  }
  area.addEventListener('pointerdown', event => {
    forget()
    const mayStay = ['select', 'hand'].includes(model.choice.value.tool)
    if (event.pointerType !== 'touch' || !event.isPrimary || !mayStay) return
    from = event
    timer = setTimeout(() => open(event), LONG_MS)
  })
  area.addEventListener('pointermove', event => {
    const isStill = from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) < STILL
    if (!isStill) forget()
  })
  for (const kind of ['pointerup', 'pointercancel'] as const) area.addEventListener(kind, forget)
  area.addEventListener('contextmenu', event => {
    if (!model.mayDraw) return
    event.preventDefault()
    // A finger that stays is waited for here, as not every browser tells of it.
    if ((event as PointerEvent).pointerType !== 'touch') open(event)
  })
}

/** Where a pointer is; without one, on what is selected. */
export function openMenu (model: Model, pointer: Pointer | null): void {
  if (!model.mayDraw || model.writing.value) return
  const { surface, selection } = model
  if (pointer) take(model, surface.at(pointer))
  const { left, top, width, height } = surface.container.getBoundingClientRect()
  const frame = selection.frame.value ?? { left: 0, top: 0, right: width, bottom: height }
  const { x, y } = middleOf(frame)
  const place = pointer ?? { clientX: left + x, clientY: top + y }
  model.menu.value = { left: place.clientX, top: place.clientY, at: surface.at(place), isByKey: pointer === null }
}

/** The menu is for what lies there: of what is selected, for all of it. */
function take (model: Model, at: Point): void {
  const { selection } = model
  const frame = boxOfAll(selection.elements())
  const isInside = frame && at.x >= frame.left && at.x <= frame.right && at.y >= frame.top && at.y <= frame.bottom
  if (isInside) return
  const hit = topmost(model, at)
  if (hit) selection.take(hit.key)
  else selection.unselect()
}

/** In groups. */
export function entriesOf (model: Model, { at }: Asked): Entry[][] {
  const common = [
    { label: texts.paste, keys: 'Ctrl V', act: () => { void model.clipboard.paste(at) } },
    { label: texts.selectAll, keys: 'Ctrl A', act: () => model.selection.all(), isOff: model.count.value === 0 }
  ]
  const others = model.selection.count.value > 0 ? forSelected(model, at) : forPage(model)
  return [...others.slice(0, 1), common, ...others.slice(1)].filter(group => group.length > 0)
}

function forPage (model: Model): Entry[][] {
  const exporting = { label: texts.export, act: () => location.assign(`/boards/${model.sessionId}#exports`) }
  return [
    [],
    [
      { label: texts.undo, keys: 'Ctrl Z', act: () => model.undo(), isOff: !model.canUndo.value },
      { label: texts.redo, keys: 'Ctrl Shift Z', act: () => model.redo(), isOff: !model.canRedo.value }
    ],
    [
      { label: texts.fit, keys: '0', act: () => model.surface.fit() },
      { label: texts.actualSize, keys: 'Shift 0', act: () => model.surface.actualSize() },
      { label: texts.help, keys: '?', act: () => { model.isHelping.value = true } }
    ],
    model.isGuest ? [] : [exporting]
  ]
}

function forSelected (model: Model, at: Point): Entry[][] {
  const { selection, clipboard, selectedText: written } = model
  const { fixed } = selection
  const changing = written && { label: texts.changeText, keys: 'Enter', act: () => model.write(at, written) }
  return [
    [
      ...changing ? [changing] : [],
      { label: texts.cut, keys: 'Ctrl X', act: () => clipboard.cut() },
      { label: texts.copy, keys: 'Ctrl C', act: () => { clipboard.copy() } },
      { label: texts.duplicate, keys: 'Ctrl D', act: () => selection.duplicate() }
    ],
    [
      { label: texts.toFront, keys: 'Ctrl Shift ]', act: () => selection.arrange('front') },
      { label: texts.over, keys: 'Ctrl ]', act: () => selection.arrange('forward') },
      { label: texts.under, keys: 'Ctrl [', act: () => selection.arrange('backward') },
      { label: texts.toBack, keys: 'Ctrl Shift [', act: () => selection.arrange('back') }
    ],
    [
      ...fixed === null ? [] : [{ label: fixed ? texts.release : texts.fix, act: () => selection.fix(!fixed) }],
      { label: texts.remove, keys: 'Delete', act: () => selection.remove() }
    ]
  ]
}
