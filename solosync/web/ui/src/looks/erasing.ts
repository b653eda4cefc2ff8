// What is seen of an eraser while it is used.

import type { Element } from '../document'
import { boxOf, paint } from '../drawing'
import type { Point } from '../geometry'
import type { Pen } from './look'

export interface Ring extends Point { radius: number }

/** Around the pointer; light and dark, so that it is seen on anything. */
export function paintRing (to: Pen, { x, y, radius }: Ring, scale: number): void {
  to.save()
  for (const [color, width] of [['#ffffff', 3], ['#1b1e2b', 1]] as const) {
    to.strokeStyle = color
    to.lineWidth = width / scale
    to.beginPath()
    to.arc(x, y, radius, 0, 2 * Math.PI)
    to.stroke()
  }
  to.restore()
}

const spared = document.createElement('canvas').getContext('2d')!

/** Takes away what lies below an eraser that isn't on the board yet: texts are above it, always. */
export function erase (pen: Pen, eraser: Element, elements: Element[]): void {
  paint(pen, eraser, null)
  const box = boxOf(eraser)
  const texts = elements.filter(element => element.list === 'texts')
  if (!box || texts.length === 0) return
  spared.canvas.width = pen.canvas.width // clears it, too
  spared.canvas.height = pen.canvas.height
  spared.setTransform(pen.getTransform())
  for (const text of texts) paint(spared, text, box)
  const { fields } = eraser
  paint(spared, { ...eraser, fields: { ...fields, composite: 'destination-in' } }, null)
  pen.save()
  pen.resetTransform()
  pen.drawImage(spared.canvas, 0, 0)
  pen.restore()
}
