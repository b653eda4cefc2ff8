// Strokes.

import type { Tool } from './tool'

export const pen: Tool = ({ surface, board, choice }, { point: first }) => {
  const { color, size } = choice()
  const page = surface.page
  const stroke = { points: [first], color, size }
  surface.stroke = stroke
  surface.doing()
  const end = (): void => { surface.stroke = null; surface.doing() }
  return {
    move: points => {
      stroke.points.push(...points)
      surface.doing()
    },
    end: () => {
      end()
      board.add(page, 'strokes', { tool: 'pen', ...stroke })
    },
    cancel: end
  }
}
