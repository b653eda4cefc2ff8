// The frame around what is selected, and what it is pulled by.

import { grown, middleOf, type Box, type Point } from './geometry'

/** In which direction a handle pulls: -1 is left or up, 0 not at all. */
export interface Handle { name: string, x: -1 | 0 | 1, y: -1 | 0 | 1 }

export const TURN: Handle = { name: 'turn', x: 0, y: -1 }
/** A line has its two ends. */
export const ENDS: [Handle, Handle] = [{ name: 'start', x: 0, y: 0 }, { name: 'end', x: 0, y: 0 }]
const CORNERS: Handle[] = [
  { name: 'nw', x: -1, y: -1 }, { name: 'ne', x: 1, y: -1 }, { name: 'se', x: 1, y: 1 }, { name: 'sw', x: -1, y: 1 }
]
const SIDES: Handle[] = [
  { name: 'n', x: 0, y: -1 }, { name: 'e', x: 1, y: 0 }, { name: 's', x: 0, y: 1 }, { name: 'w', x: -1, y: 0 }
]
// On the screen, in pixels.
const AROUND = 6
const SMALLEST = 28
const LEAST_FOR_SIDES = 56
const STALK = 26
const REACH = { mouse: 8, other: 20 }
export const HANDLE = 4.5

/** What can be done to a selection by its handles. */
export interface Hold { isProportional: boolean, canTurn: boolean }

/** The frame of a box as it is shown: never so small that its handles would lie on each other. */
export function frameOf (box: Box, scale: number): Box {
  const { left, top, right, bottom } = grown(box, AROUND / scale)
  const x = Math.max(0, SMALLEST / scale - (right - left)) / 2
  const y = Math.max(0, SMALLEST / scale - (bottom - top)) / 2
  return { left: left - x, top: top - y, right: right + x, bottom: bottom + y }
}

export function handlesOf (frame: Box, scale: number, hold: Hold): [Handle, Point][] {
  const isWide = (frame.right - frame.left) * scale >= LEAST_FOR_SIDES
  const isHigh = (frame.bottom - frame.top) * scale >= LEAST_FOR_SIDES
  const sides = hold.isProportional ? [] : SIDES.filter(({ x }) => x === 0 ? isWide : isHigh)
  const middle = middleOf(frame)
  const found = [...CORNERS, ...sides].map((handle): [Handle, Point] => [handle, {
    x: middle.x + handle.x * (frame.right - frame.left) / 2,
    y: middle.y + handle.y * (frame.bottom - frame.top) / 2
  }])
  return hold.canTurn ? [...found, [TURN, { x: middle.x, y: frame.top - STALK / scale }]] : found
}

/** The handle nearest to a point, if it is within reach of such a pointer. */
export function handleAt (
  handles: [Handle, Point][], at: Point, scale: number, pointerType: string
): Handle | null {
  const reach = (pointerType === 'mouse' ? REACH.mouse : REACH.other) / scale
  let nearest: Handle | null = null
  let least = reach
  for (const [handle, { x, y }] of handles) {
    const away = Math.hypot(at.x - x, at.y - y)
    if (away <= least) [nearest, least] = [handle, away]
  }
  return nearest
}
