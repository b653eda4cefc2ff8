// Lines, arrows, rectangles and ellipses: strokes of two points, from one end or corner to the
// other. As strokes they stand among what is drawn by hand in the order in which it was drawn.

import type { Point } from '../geometry'
import { square, straight } from './regular'
import { sketch, type Tool } from './tool'

type Regular = (from: Point, to: Point) => Point

export const line = shape('line', straight)
export const arrow = shape('arrow', straight)
export const rectangle = shape('rectangle', square, true)
export const ellipse = shape('circle', square, true)

const SMALLEST = 3 // pixels: less is a press without a shape

function shape (tool: string, regular: Regular, hasInside = false): Tool {
  return (hands, { point: { x, y } }) => {
    const { color, size, isFilled } = hands.choice()
    const from = { x, y }
    const fields = { tool, color, size, opacity: 1, ...(hasInside && isFilled ? { fill: color } : {}) }
    const drawn = sketch(hands, 'strokes')
    let isLarge = false
    return {
      move: (points, hasShift) => {
        const { x, y } = points.at(-1)!
        const to = hasShift ? regular(from, { x, y }) : { x, y }
        isLarge ||= Math.hypot(to.x - from.x, to.y - from.y) * hands.surface.scale >= SMALLEST
        if (isLarge) drawn.show({ ...fields, points: [from, to] })
      },
      end: () => drawn.put(),
      cancel: () => drawn.drop()
    }
  }
}
