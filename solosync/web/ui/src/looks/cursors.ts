// Where somebody else points, with their name.

import type { Point } from '../geometry'
import type { Pen } from './look'

export interface Cursor extends Point { name: string, color: string }

/** As large on the screen at any zoom. */
export function paintCursor (to: Pen, { name, color, x, y }: Cursor, scale: number): void {
  to.save()
  to.translate(x, y)
  to.scale(1 / scale, 1 / scale)
  to.fillStyle = color
  to.beginPath()
  to.moveTo(0, 0)
  to.lineTo(4, 15)
  to.lineTo(8, 9)
  to.lineTo(15, 6)
  to.fill()
  to.font = '12px system-ui, sans-serif'
  to.beginPath()
  to.roundRect(12, 12, to.measureText(name).width + 12, 20, 6)
  to.fill()
  to.fillStyle = '#ffffff'
  to.fillText(name, 18, 26)
  to.restore()
}
