// Where a line or a shape ends that Shift makes regular.

import { round, type Point } from '../geometry'

const STEP = Math.PI / 4

/** On the nearest of eight directions, as far along it as the pointer is. */
export function straight (from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const angle = Math.round(Math.atan2(dy, dx) / STEP) * STEP
  const length = dx * Math.cos(angle) + dy * Math.sin(angle)
  return {
    ...to, x: round(from.x + length * Math.cos(angle)), y: round(from.y + length * Math.sin(angle))
  }
}

/** The corner of a square, towards the pointer. */
export function square (from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const side = Math.max(Math.abs(dx), Math.abs(dy))
  return { ...to, x: round(from.x + (dx < 0 ? -side : side)), y: round(from.y + (dy < 0 ? -side : side)) }
}
