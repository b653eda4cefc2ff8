// Shortcuts. None of them works while a text is written or a dialog is open.

import type { Gestures } from './gestures'
import { openMenu } from './menu'
import type { Model } from './model'
import { isActualSize, keysToNavigate } from './navigating'
import { texts } from './texts'
import { OFFERS } from './tools/choices'
import { offered } from './tools/offered'
import { isShape } from './tools/shapes'
import type { ToolName } from './tools/tool'

const TOOLS: Record<string, ToolName> = {
  v: 'select', h: 'hand', p: 'pen', m: 'highlighter', e: 'eraser', w: 'wiper',
  r: 'rectangle', o: 'ellipse', l: 'line', a: 'arrow', t: 'text', n: 'note'
}
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]
}

/** Keys that are called by what they are without Shift, on any layout. */
const CODES: Record<string, string> = {
  BracketLeft: '[', BracketRight: ']', Comma: ',', Period: '.'
}
const STEP = 15 // degrees
const LARGER = 1.1

export function listenToKeys (model: Model, gestures: Gestures): void {
  const navigation = keysToNavigate(model)
  const plain: Record<string, (event: KeyboardEvent) => void> = {
    'shift h': () => model.history.toggle(),
    '?': () => { model.isHelping.value = true },
    Escape: () => {
      if (gestures.cancel()) return
      if (model.preview.value) model.lookAtNow()
      else if (model.selection.count.value > 0) model.selection.unselect()
      else model.chooseTool('select')
    },
    ContextMenu: () => openMenu(model, null),
    Delete: () => model.selection.remove(),
    Backspace: () => model.selection.remove(),
    ...navigation,
    '[': () => thicker(model, -1),
    ']': () => thicker(model, 1),
    ',': event => event.shiftKey ? model.selection.scale(1 / LARGER) : model.selection.turn(-STEP),
    '.': event => event.shiftKey ? model.selection.scale(LARGER) : model.selection.turn(STEP),
    i: () => document.getElementById('pictures')?.click()
  }
  const whileLooking = new Set(['?', 'Escape', 'shift h', ...Object.keys(navigation)])
  const withControl: Record<string, (event: KeyboardEvent) => void> = {
    z: event => event.shiftKey ? model.redo() : model.undo(),
    y: () => model.redo(),
    a: () => model.selection.all(),
    d: () => model.selection.duplicate(),
    s: () => { model.hint.value = texts.savedByItself },
    ']': event => model.selection.arrange(event.shiftKey ? 'front' : 'forward'),
    '[': event => model.selection.arrange(event.shiftKey ? 'back' : 'backward')
  }

  addEventListener('keydown', event => {
    if (isElsewhere(event, model)) return
    const key = event.shiftKey && nameOf(event) === 'h' ? 'shift h' : nameOf(event)
    if (model.preview.value && !whileLooking.has(key)) return
    const action = event.ctrlKey || event.metaKey ? withControl[key] : plain[key] ?? other(model, gestures, event)
    if (!action || event.altKey) return
    event.preventDefault()
    action(event)
  })
  listenToTab(model, gestures.area)
  addEventListener('keyup', event => { if (event.key === ' ') gestures.hold(false) })
  addEventListener('blur', () => gestures.hold(false))
}

/** The letter on the key where a layout without Latin letters is chosen. */
function nameOf (event: KeyboardEvent): string {
  const { key, code } = event
  if (isActualSize(event)) return 'shift 0'
  if (key === 'F10' && event.shiftKey) return 'ContextMenu'
  if (key.length > 1) return key
  if (CODES[code]) return CODES[code]
  return (key > '~' && code.startsWith('Key') ? code.slice(3) : key).toLowerCase()
}

function other (model: Model, gestures: Gestures, event: KeyboardEvent): (() => void) | undefined {
  const isOnButton = event.target instanceof HTMLElement && event.target.closest('button, a')
  const written = event.key === 'Enter' && !isOnButton ? model.selectedText : null
  if (written) return () => model.write({ x: 0, y: 0 }, written)
  const tool = TOOLS[nameOf(event)]
  if (tool) return () => model.chooseTool(tool)
  const color = OFFERS[offered(model).tool].colors[Number(event.key) - 1]?.[1]
  if (color) return () => model.choose({ color })
  const arrow = ARROWS[event.key]
  const step = event.shiftKey ? 10 : 1
  if (arrow && model.selection.count.value > 0) {
    return () => model.selection.move(arrow[0] * step, arrow[1] * step)
  }
  const withEnter = event.key === 'Enter' && !isOnButton ? model.choice.value.tool : 'hand'
  if (withEnter === 'text' || withEnter === 'note') return () => model.write(model.surface.middle, null)
  if (isShape(withEnter)) return () => model.putShape()
  if (event.key === ' ' && !isOnButton) return () => gestures.hold(true)
  return undefined
}

/** Tab goes from element to element while the canvas has the focus, and on from the last one. After
 * Escape it leaves at once. */
function listenToTab (model: Model, canvas: HTMLElement): void {
  let isLeaving = false
  canvas.addEventListener('keydown', event => {
    if (event.key === 'Escape') isLeaving = true
    else if (event.key === 'Tab') {
      const hasNext = !isLeaving && model.mayDraw && model.selection.step(event.shiftKey ? -1 : 1)
      if (hasNext) event.preventDefault()
    } else if (event.key !== 'Shift') isLeaving = false
  })
  canvas.addEventListener('focus', () => { isLeaving = false })
}

function thicker (model: Model, by: number): void {
  const { tool, size } = offered(model)
  const { sizes, first } = OFFERS[tool]
  const at = sizes.indexOf(sizes.includes(size) ? size : first.size)
  const next = sizes[Math.max(0, Math.min(sizes.length - 1, at + by))]
  if (next) model.choose({ size: next })
}

function isElsewhere (event: KeyboardEvent, model: Model): boolean {
  const isBusy = event.target instanceof HTMLElement &&
    event.target.closest('input, textarea, select, dialog, [popover], [role=menu]') !== null
  return isBusy || model.isHelping.value || model.isClosed.value || model.isExcalidraw.value
}
