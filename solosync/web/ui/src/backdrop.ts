// What lies under a page: its colour and the pattern of its paper, as in the server's pictures.

import { type Box } from './geometry'
import { shown } from './looks/dark'
import { isObject, num, positive, str } from './untyped'

const PATTERNS = new Set(['grid', 'dots', 'ruled', 'graph'])
const MOST_LINES = 200 // on a screen; beyond that, only every second, fourth, ... is drawn
const FIFTH = 5
const [WHITE, GRAY] = ['#ffffff', '#e5e7eb']

/** A page's background, in the one form of two. */
export function paperOf (background: unknown): Record<string, unknown> {
  const given = typeof background === 'string' ? { type: background } : background
  return isObject(given) ? given : {}
}

export const kindOfPaper = (background: unknown): string => str(paperOf(background).type) || 'white'

export function paintBackdrop (context: CanvasRenderingContext2D, background: unknown, view: Box): void {
  const fields = paperOf(background)
  const kind = str(fields.type)
  const [width, height] = [view.right - view.left, view.bottom - view.top]
  context.fillStyle = shown(kind === 'white' ? WHITE : str(fields.color) || WHITE)
  context.fillRect(view.left, view.top, width, height)
  if (!PATTERNS.has(kind)) return
  let spacing = Math.max(2, positive(num(fields.gridSize), 20))
  while (Math.max(width, height) / spacing > MOST_LINES) spacing *= 2
  context.fillStyle = context.strokeStyle = shown(str(fields.lineColor) || GRAY)
  if (kind === 'dots') dots(context, view, spacing)
  else {
    context.lineWidth = 1
    context.globalAlpha = kind === 'graph' ? 0.5 : 1
    lines(context, view, spacing, kind !== 'ruled')
    context.globalAlpha = 1
    if (kind === 'graph') lines(context, view, spacing * FIFTH, true)
  }
}

function lines (context: CanvasRenderingContext2D, view: Box, spacing: number, isCrossed: boolean): void {
  context.beginPath()
  for (const y of places(view.top, view.bottom, spacing)) {
    context.moveTo(view.left, y)
    context.lineTo(view.right, y)
  }
  for (const x of isCrossed ? places(view.left, view.right, spacing) : []) {
    context.moveTo(x, view.top)
    context.lineTo(x, view.bottom)
  }
  context.stroke()
}

function dots (context: CanvasRenderingContext2D, view: Box, spacing: number): void {
  for (const y of places(view.top, view.bottom, spacing)) {
    for (const x of places(view.left, view.right, spacing)) context.fillRect(x - 1, y - 1, 2, 2)
  }
}

/** Moved by half a line: it is sharp then, not two pixels of half its colour. */
function places (low: number, high: number, spacing: number): number[] {
  const first = Math.ceil(low / spacing)
  const count = Math.max(0, Math.floor(high / spacing) - first + 1)
  return Array.from({ length: count }, (_, at) => (first + at) * spacing + 0.5)
}
