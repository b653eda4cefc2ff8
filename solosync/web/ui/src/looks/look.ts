// What every kind of element has in common in how it looks.

import type { Element } from '../document'
import { kindOf, type Box, type Point } from '../geometry'
import { shown } from './dark'
import { positive, str } from '../untyped'

export type Context = CanvasRenderingContext2D

/** What was worked out of an element: as long as it doesn't change, it is drawn from this. */
export interface Look {
  box: Box | null
  paint: (context: Context) => void
  hit: (point: Point, within: number) => boolean
  /** Its parts cover each other: with an opacity, they have to be put together first. */
  isLayered?: boolean
}

const INK = '#000000'

/** As it is drawn. */
export function colorOf (element: Element): string {
  const color = str(element.fields.color) || INK
  return kindOf(element) === 'highlighter' ? color : shown(color)
}
export const sizeOf = (element: Element): number => positive(element.fields.size, 2)
export const NOTHING: Look = { box: null, paint: () => {}, hit: () => false }
