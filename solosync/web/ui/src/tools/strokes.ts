// What is drawn by hand: the pen, the highlighter, and the eraser that takes away what it covers,
// which is a stroke, too. With Shift it is a straight line.

import type { Fields } from '../document'
import type { Point } from '../geometry'
import type { Choice } from './choices'
import { straight } from './regular'
import { sketch, type Tool } from './tool'

export const pen = stroke(({ color, size }) => ({ tool: 'pen', color, size, opacity: 1 }))

export const highlighter = stroke(({ color, size, opacity }) => ({ tool: 'highlighter', color, size, opacity }))

export const wiper = stroke(({ size }) => (
  { tool: 'eraser', color: '#000000', size, opacity: 1, composite: 'destination-out' }
))

function stroke (about: (choice: Choice) => Fields): Tool {
  return (hands, { point: first }) => {
    const fields = about(hands.choice())
    const drawn = sketch(hands, 'strokes')
    const points = [first]
    const show = (points: Point[]): void => drawn.show({ ...fields, points })
    show(points)
    return {
      move: (more, { shift }) => {
        for (const point of more) {
          const { x, y } = points.at(-1)!
          if (point.x !== x || point.y !== y) points.push(point)
        }
        show(shift ? [first, straight(first, points.at(-1)!)] : points)
      },
      end: () => drawn.put(),
      cancel: () => drawn.drop()
    }
  }
}
