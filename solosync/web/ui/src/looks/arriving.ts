// A picture on its way onto the board: where it will stand, pale, with how much of it has been sent.

import type { Arriving } from '../pictures'
import { drawPicture } from './dark'
import type { Pen } from './look'

const BAR = 6 // pixels

export function paintArriving (to: Pen, { preview, box, share }: Arriving, scale: number): void {
  if (!preview || !box) return
  const { left, top, right, bottom } = box
  to.save()
  to.globalAlpha = 0.5
  drawPicture(to, preview, left, top, right - left, bottom - top)
  to.globalAlpha = 1
  const height = BAR / scale
  to.fillStyle = '#dfe2ec'
  to.fillRect(left, bottom, right - left, height)
  to.fillStyle = '#3451d1'
  to.fillRect(left, bottom, (right - left) * share, height)
  to.restore()
}
