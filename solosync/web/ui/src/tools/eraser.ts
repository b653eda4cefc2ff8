// Deletes the elements that it touches; they fade until it is lifted. Not pictures, over which one
// draws, nor what the other eraser took away, which can't be seen.

import { isEraser, isHit } from '../drawing'
import type { Point } from '../geometry'
import { ERASER, type Tool } from './tool'

export const eraser: Tool = ({ surface, board }, { at: first }) => {
  const gone = surface.faded
  const within = ERASER / surface.scale
  let last = first
  const touch = (points: Point[]): void => {
    const touched = new Set<string>()
    const way = points.flatMap(point => steps(last, last = point, within))
    for (const element of surface.elements()) {
      if (gone.has(element.key) || element.list === 'assets' || isEraser(element)) continue
      if (!way.some(point => isHit(element, point, within))) continue
      gone.add(element.key)
      touched.add(element.key)
    }
    if (touched.size > 0) surface.changed(touched)
  }
  const end = (): void => { surface.faded = new Set(); surface.changed(gone) }
  touch([first])
  return {
    move: touch,
    end: () => {
      if (gone.size > 0) board.delete(gone)
      end()
    },
    cancel: end
  }
}

/** From one point to another so closely that nothing between them is missed. */
function steps (from: Point, to: Point, length: number): Point[] {
  const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / length))
  return Array.from({ length: count }, (_, at) => {
    const part = (at + 1) / count
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
  })
}
