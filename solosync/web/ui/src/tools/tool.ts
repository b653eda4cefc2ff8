// What every tool is given, and what it answers with.

import type { BoardDocument, Element } from '../document'
import { isHit } from '../drawing'
import { kindOf, round, type Point } from '../geometry'
import type { Surface } from '../surface'

export type ToolName = 'pen' | 'eraser' | 'select' | 'text' | 'hand'
export interface Choice { tool: ToolName, color: string, size: number }

/** What the person has in hands: the canvas, the document, and what is chosen. */
export interface Hands {
  readonly surface: Surface
  readonly board: BoardDocument
  choice: () => Choice
  pointed: (point: Point | null) => void
  write: (place: Point, element: Element | null) => void
  selected: () => void
  mayDraw: () => boolean
}

/** What goes on from a press until it is let go. */
export interface Doing {
  move: (points: Point[]) => void
  end: () => void
  cancel: () => void
}

/** What a press means; null if it is over at once. */
export type Tool = (hands: Hands, press: Press) => Doing | null
export interface Press { at: Point, point: Point, event: PointerEvent }

const NEAR = 6 // pixels that a pointer may miss an element by

export function topmost ({ surface }: Hands, at: Point): Element | null {
  const within = NEAR / surface.scale
  return surface.elements().findLast(
    element => kindOf(element) !== 'eraser' && isHit(element, at, within)
  ) ?? null
}

/** A point as it is kept in a stroke. A mouse and a finger say a half of any press; only a pen measures it. */
export function pointOf ({ surface }: Hands, event: PointerEvent): Point {
  const { x, y } = surface.at(event)
  const point = { x: round(x), y: round(y) }
  if (event.pointerType !== 'pen') return point
  return { ...point, p: Math.round(event.pressure * 1000) / 1000 }
}
