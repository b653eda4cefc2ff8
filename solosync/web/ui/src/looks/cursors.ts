// Where somebody else points, with their name.

import type { Point } from '../geometry'
import type { Context } from './look'

export interface Cursor extends Point { name: string, color: string }

/** As large on the screen at any zoom. */
export function paintCursor (context: Context, { name, color, x, y }: Cursor, scale: number): void {
  context.save()
  context.translate(x, y)
  context.scale(1 / scale, 1 / scale)
  context.fillStyle = color
  context.beginPath()
  context.moveTo(0, 0)
  context.lineTo(4, 15)
  context.lineTo(8, 9)
  context.lineTo(15, 6)
  context.fill()
  context.font = '12px system-ui, sans-serif'
  context.beginPath()
  context.roundRect(12, 12, context.measureText(name).width + 12, 20, 6)
  context.fill()
  context.fillStyle = '#ffffff'
  context.fillText(name, 18, 26)
  context.restore()
}
