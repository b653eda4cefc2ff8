// What every tool is given, and what it answers with.

import { newId, type BoardDocument, type Element, type Fields, type List } from '../document'
import { isEraser, isHit } from '../drawing'
import { round, type Point } from '../geometry'
import type { Surface } from '../surface'
import type { Choice } from './choices'

export type ToolName =
  'select' | 'hand' | 'pen' | 'highlighter' | 'eraser' | 'wiper' |
  'line' | 'arrow' | 'rectangle' | 'ellipse' | 'text' | 'note'

/** What the person has in hands: the canvas, the document, and what is chosen. */
export interface Hands {
  readonly surface: Surface
  readonly board: BoardDocument
  choice: () => Choice
  pointed: (point: Point | null) => void
  write: (place: Point, element: Element | null) => void
  selected: () => void
  /** What is selected, so far from where it is. */
  copy: (dx: number, dy: number) => void
  mayDraw: () => boolean
}

/** With Shift a shape is regular, a line straight; with Alt it grows around its middle. */
export interface Held { shift: boolean, alt: boolean }
export const heldIn = ({ shiftKey, altKey }: { shiftKey: boolean, altKey: boolean }): Held =>
  ({ shift: shiftKey, alt: altKey })

/** What goes on from a press until it is let go. */
export interface Doing {
  move: (points: Point[], held: Held) => void
  end: () => void
  cancel: () => void
}

/** What a press means; null if it is over at once. */
export type Tool = (hands: Hands, press: Press) => Doing | null
interface Press { at: Point, point: Point, event: PointerEvent }

const NEAR = 6 // pixels that a pointer may miss an element by
export const ERASER = 10 // pixels around the pointer

/** How far from the pointer something is erased; 0 for other tools. */
export function reachOf ({ tool, size }: Choice, scale: number): number {
  if (tool === 'wiper') return size / 2
  return tool === 'eraser' ? ERASER / scale : 0
}

export function topmost (
  { surface }: Pick<Hands, 'surface'>, at: Point, isPassed = (_element: Element): boolean => false
): Element | null {
  const within = NEAR / surface.scale
  return surface.elements().findLast(
    element => !isEraser(element) && !isPassed(element) && isHit(element, at, within)
  ) ?? null
}

/** A point as it is kept in a stroke. A mouse and a finger say a half of any press; only a pen measures it. */
export function pointOf ({ surface }: Hands, event: PointerEvent): Point {
  const { x, y } = surface.at(event)
  const point = { x: round(x), y: round(y) }
  if (event.pointerType !== 'pen') return point
  return { ...point, p: Math.round(event.pressure * 1000) / 1000 }
}

/** An element that isn't on the board yet: it is shown, and put there when it is done. */
export function sketch ({ surface, board }: Hands, list: List): Sketch {
  const page = surface.page
  const id = newId()
  let fields: Fields | null = null
  return {
    show: now => {
      fields = { id, ...now }
      surface.sketch({ key: id, order: '', page, list, fields })
    },
    put: () => {
      surface.sketch(null)
      if (fields) board.add(page, list, fields)
    },
    drop: () => surface.sketch(null)
  }
}

interface Sketch {
  show: (fields: Fields) => void
  put: () => void
  drop: () => void
}
