// Chooses elements, by a press or a frame, and carries them about; by the handles of their frame they
// are made larger, smaller, or turned.

import type { Element, Fields } from '../document'
import { boxOf } from '../drawing'
import { meet, middleOf, type Box, type Point } from '../geometry'
import { ENDS, TURN, type Handle } from '../handles'
import { extentOfAll, holdOf, selectedElements } from '../selecting'
import { bend, lineOf, move, rotate, scale, type Carrying } from '../transforming'
import { straight } from './regular'
import { topmost, type Doing, type Hands, type Held, type Tool } from './tool'

const LEAST = 8 // pixels that are left of what is made smaller
const STILL = 3 // pixels
const STEP = 15 // degrees, with Shift

export const select: Tool = (hands, { at, event }) => {
  const { surface } = hands
  const isAdding = event.shiftKey
  const handle = surface.handleAt(at, event.pointerType)
  if (handle) return pull(hands, at, handle)
  const hit = topmost(hands, at, isFixed)
  if (!hit) {
    if (!isAdding) surface.selected.clear()
    hands.selected()
    return frame(hands, at)
  }
  const wasSelected = surface.selected.has(hit.key)
  if (!wasSelected) {
    if (!isAdding) surface.selected.clear()
    surface.selected.add(hit.key)
  }
  hands.selected()
  let isMoved = false // a finger that only presses never lies quite still
  const carrying = carry(hands, (to, { alt }) => {
    const [dx, dy] = [to.x - at.x, to.y - at.y]
    isMoved ||= Math.hypot(dx, dy) * surface.scale >= STILL
    return isMoved ? { ...move(dx, dy), isCopy: alt } : null
  })
  const end = (): void => {
    carrying.end()
    if (wasSelected && !isMoved) chooseAnew(hands, hit.key, isAdding)
  }
  return { ...carrying, end }
}

/** A press on one of those that are selected leaves it alone, or with Shift out. */
function chooseAnew ({ surface, selected }: Hands, key: string, isAdding: boolean): void {
  if (isAdding) surface.selected.delete(key)
  else surface.selected = new Set([key])
  selected()
}

/** A picture that somebody fixed is a ground to draw on: the keyboard alone reaches it. */
export const isFixed = ({ list, fields }: Element): boolean => list === 'assets' && fields.locked === true

function frame ({ surface, selected }: Hands, from: Point): Doing {
  const before = new Set(surface.selected)
  return {
    move: points => {
      surface.marquee = between(from, points.at(-1)!)
      surface.selected = new Set(before)
      for (const element of surface.elements()) {
        const box = boxOf(element)
        if (box && meet(box, surface.marquee) && !isFixed(element)) surface.selected.add(element.key)
      }
      selected()
    },
    end: () => { surface.marquee = null; selected() },
    cancel: () => { surface.marquee = null; selected() }
  }
}

/** What is selected follows the pointer; where it is let go, it stays, or a copy of it with Alt. */
function carry ({ surface, board, selected, copy }: Hands, to: (point: Point, held: Held) => Carrying | null): Doing {
  const put = (carrying: Carrying | null): void => {
    const isOther = (surface.carrying === null) !== (carrying === null)
    surface.carry(carrying)
    if (isOther) selected()
  }
  return {
    move: (points, held) => put(to(points.at(-1)!, held)),
    end: () => {
      const { carrying } = surface
      if (!carrying) return
      if (carrying.isCopy) {
        put(null)
        return copy(carrying.matrix[4], carrying.matrix[5])
      }
      const changes = new Map<string, Fields>()
      for (const element of selectedElements(surface)) changes.set(element.key, carrying.fields(element))
      board.set(changes)
      surface.left = surface.shot?.isDone ? { shot: surface.shot, matrix: carrying.matrix } : null
      put(null)
    },
    cancel: () => put(null)
  }
}

function pull (hands: Hands, from: Point, handle: Handle): Doing | null {
  if (handle === TURN) return turn(hands, from)
  const end = ENDS.indexOf(handle)
  if (end < 0) return resize(hands, from, handle)
  const line = lineOf(selectedElements(hands.surface)[0]!)!
  const [own, other] = [line[end]!, line[1 - end]!]
  return carry(hands, ({ x, y }, { shift }) => {
    const to = { x: own.x + x - from.x, y: own.y + y - from.y }
    return bend(end === 0, shift ? straight(other, to) : to)
  })
}

/** The side or corner opposite of the handle stays where it is; with Alt, the middle does. By its corners a
 * picture keeps its proportions, with Shift everything else. */
function resize (hands: Hands, from: Point, handle: Handle): Doing | null {
  const elements = selectedElements(hands.surface)
  const box = extentOfAll(elements)
  if (!box) return null
  const { isProportional } = holdOf(elements)
  const isPicture = handle.x !== 0 && handle.y !== 0 && elements.every(({ list }) => list === 'assets')
  const least = LEAST / hands.surface.scale
  const [width, height] = [box.right - box.left, box.bottom - box.top]
  const fixed = {
    x: handle.x === 0 ? (box.left + box.right) / 2 : handle.x > 0 ? box.left : box.right,
    y: handle.y === 0 ? (box.top + box.bottom) / 2 : handle.y > 0 ? box.top : box.bottom
  }
  const factor = (side: number, pull: number): number =>
    side === 0 ? 1 : Math.max(Math.min(1, least / side), (side + pull) / side)
  return carry(hands, (to, { shift, alt }) => {
    const both = alt ? 2 : 1
    let sx = factor(width, both * handle.x * (to.x - from.x))
    let sy = factor(height, both * handle.y * (to.y - from.y))
    if (isProportional || shift !== isPicture) sx = sy = Math.abs(sx - 1) > Math.abs(sy - 1) ? sx : sy
    return sx === 1 && sy === 1 ? null : scale(alt ? middleOf(box) : fixed, sx, sy)
  })
}

function turn (hands: Hands, from: Point): Doing | null {
  const box = extentOfAll(selectedElements(hands.surface))
  if (!box) return null
  const middle = middleOf(box)
  const angle = ({ x, y }: Point): number => Math.atan2(y - middle.y, x - middle.x) * 180 / Math.PI
  return carry(hands, (to, { shift }) => {
    const given = angle(to) - angle(from)
    const by = shift ? Math.round(given / STEP) * STEP : given
    return by === 0 ? null : rotate(middle, by)
  })
}

function between (a: Point, b: Point): Box {
  return {
    left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y)
  }
}
