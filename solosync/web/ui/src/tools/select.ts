// Chooses elements, by a press or a frame, and carries them about.

import type { Fields } from '../document'
import { boxOf } from '../drawing'
import { meet, moved, type Box, type Point } from '../geometry'
import { topmost, type Doing, type Hands, type Tool } from './tool'

export const select: Tool = (hands, { at, event }) => {
  const { surface } = hands
  const isAdding = event.shiftKey
  const hit = topmost(hands, at)
  if (!hit) {
    if (!isAdding) surface.selected.clear()
    hands.selected()
    return frame(hands, at)
  }
  if (!surface.selected.has(hit.key)) {
    if (!isAdding) surface.selected.clear()
    surface.selected.add(hit.key)
  }
  hands.selected()
  return carry(hands, at)
}

function frame ({ surface, selected }: Hands, from: Point): Doing {
  const before = new Set(surface.selected)
  return {
    move: points => {
      surface.marquee = between(from, points.at(-1)!)
      surface.selected = new Set(before)
      for (const element of surface.elements()) {
        const box = boxOf(element)
        if (box && meet(box, surface.marquee)) surface.selected.add(element.key)
      }
      selected()
    },
    end: () => { surface.marquee = null; selected() },
    cancel: () => { surface.marquee = null; selected() }
  }
}

function carry ({ surface, board }: Hands, from: Point): Doing {
  const put = (x: number, y: number): void => {
    const isFirst = surface.offset.x === 0 && surface.offset.y === 0
    surface.offset = { x, y }
    if (isFirst || (x === 0 && y === 0)) surface.changed()
    else surface.doing()
  }
  return {
    move: points => put(points.at(-1)!.x - from.x, points.at(-1)!.y - from.y),
    end: () => {
      const { x, y } = surface.offset
      const changes = new Map<string, Fields>()
      for (const key of surface.selected) {
        const element = board.get(key)
        if (element) changes.set(key, moved(element, x, y))
      }
      surface.offset = { x: 0, y: 0 }
      if (x !== 0 || y !== 0) board.set(changes)
      surface.changed()
    },
    cancel: () => put(0, 0)
  }
}

function between (a: Point, b: Point): Box {
  return {
    left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y)
  }
}
