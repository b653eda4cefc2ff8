// What is seen of an eraser while it is used.

import type { Element } from '../document'
import { boxOf, paint } from '../drawing'
import type { Point } from '../geometry'
import type { Context } from './look'

export interface Ring extends Point { radius: number }

/** Around the pointer; light and dark, so that it is seen on anything. */
export function paintRing (context: Context, { x, y, radius }: Ring, scale: number): void {
  context.save()
  for (const [color, width] of [['#ffffff', 3], ['#1b1e2b', 1]] as const) {
    context.strokeStyle = color
    context.lineWidth = width / scale
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.stroke()
  }
  context.restore()
}

const spared = document.createElement('canvas').getContext('2d')!

/** Takes away what lies below an eraser that isn't on the board yet: texts are above it, always. */
export function erase (context: Context, eraser: Element, elements: Element[]): void {
  paint(context, eraser, null)
  const box = boxOf(eraser)
  const texts = elements.filter(element => element.list === 'texts')
  if (!box || texts.length === 0) return
  spared.canvas.width = context.canvas.width // clears it, too
  spared.canvas.height = context.canvas.height
  spared.setTransform(context.getTransform())
  for (const text of texts) paint(spared, text, box)
  const { fields } = eraser
  paint(spared, { ...eraser, fields: { ...fields, composite: 'destination-in' } }, null)
  context.save()
  context.resetTransform()
  context.drawImage(spared.canvas, 0, 0)
  context.restore()
}
