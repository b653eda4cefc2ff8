// Lines, arrows, rectangles and ellipses: strokes of two points, from one end or corner to the
// other. As strokes they stand among what is drawn by hand in the order in which it was drawn.

import type { Fields } from '../document'
import { round, type Point } from '../geometry'
import { WITH_INSIDE, type Choice } from './choices'
import { square, straight } from './regular'
import { sketch, type Tool, type ToolName } from './tool'

type Regular = (from: Point, to: Point) => Point

export const line = shape(straight)
export const arrow = shape(straight)
export const rectangle = shape(square)
export const ellipse = shape(square)

const KINDS: Partial<Record<ToolName, string>> = {
  line: 'line', arrow: 'arrow', rectangle: 'rectangle', ellipse: 'circle'
}
const SMALLEST = 3 // pixels: less is a press without a shape
const [WIDTH, HEIGHT] = [160, 100] // of one that isn't drawn by a pointer

export const isShape = (tool: ToolName): boolean => tool in KINDS

/** One of usual size around a point. */
export function shapeAround (choice: Choice, { x, y }: Point): Fields {
  const corner = (by: number): Point => ({ x: round(x + by * WIDTH), y: round(y + by * HEIGHT) })
  return { ...aboutShape(choice), points: [corner(-0.5), corner(0.5)] }
}

function aboutShape ({ tool, color, size, isFilled }: Choice): Fields {
  const about = { tool: KINDS[tool], color, size, opacity: 1 }
  return isFilled && WITH_INSIDE.has(tool) ? { ...about, fill: color } : about
}

/** As far from a middle as a point is, on its other side. */
const opposite = (middle: Point, { x, y }: Point): Point =>
  ({ x: round(2 * middle.x - x), y: round(2 * middle.y - y) })

function shape (regular: Regular): Tool {
  return (hands, { point: { x, y } }) => {
    const about = aboutShape(hands.choice())
    const from = { x, y }
    const drawn = sketch(hands, 'strokes')
    let isLarge = false
    return {
      move: (points, { shift, alt }) => {
        const { x, y } = points.at(-1)!
        const to = shift ? regular(from, { x, y }) : { x, y }
        const start = alt ? opposite(from, to) : from
        isLarge ||= Math.hypot(to.x - from.x, to.y - from.y) * hands.surface.scale >= SMALLEST
        if (isLarge) drawn.show({ ...about, points: [start, to] })
      },
      end: () => drawn.put(),
      cancel: () => drawn.drop()
    }
  }
}
