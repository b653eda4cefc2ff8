// A picture on its way onto the board: where it will stand, pale, with how much of it has been sent.

import type { Arriving } from '../pictures'
import type { Context } from './look'

const BAR = 6 // pixels

export function paintArriving (context: Context, { preview, box, share }: Arriving, scale: number): void {
  if (!preview || !box) return
  const { left, top, right, bottom } = box
  context.save()
  context.globalAlpha = 0.5
  context.drawImage(preview, left, top, right - left, bottom - top)
  context.globalAlpha = 1
  const height = BAR / scale
  context.fillStyle = '#dfe2ec'
  context.fillRect(left, bottom, right - left, height)
  context.fillStyle = '#3451d1'
  context.fillRect(left, bottom, (right - left) * share, height)
  context.restore()
}
