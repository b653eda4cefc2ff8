// Places and boxes of elements, read in any of the forms that occur (docs/pictures.md draws them).

import type { Element, Fields } from './document'
import { num, str } from './untyped'

export interface Point { x: number, y: number, p?: number }
export interface Box { left: number, top: number, right: number, bottom: number }

const GESTURE_SHAPES = new Set(['line', 'arrow', 'rectangle', 'rect', 'circle', 'ellipse'])
const DEFAULT_KINDS = { assets: 'image', shapes: 'shape', strokes: 'pen', texts: 'text' }

export function kindOf (element: Element): string {
  const { fields, list } = element
  return list === 'assets' ? 'image' : str(fields.tool) || str(fields.type) || DEFAULT_KINDS[list]
}

/** From `{x, y, p?}`, `[x, y, p?]` or a flat list of numbers. */
export function pointsOf (fields: Fields): Point[] {
  const given = fields.points
  if (!Array.isArray(given)) return []
  const points: Point[] = []
  if (typeof given[0] === 'number') {
    for (let at = 0; at + 1 < given.length; at += 2) put(points, given[at], given[at + 1], null)
    return points
  }
  for (const item of given) {
    if (Array.isArray(item)) put(points, item[0], item[1], item[2])
    else if (item !== null && typeof item === 'object') put(points, item.x, item.y, item.p)
  }
  return points
}

function put (points: Point[], x: unknown, y: unknown, p: unknown): void {
  const [left, top, pressure] = [num(x), num(y), num(p)]
  if (left === null || top === null) return
  points.push(pressure === null ? { x: left, y: top } : { x: left, y: top, p: pressure })
}

export function placeOf (fields: Fields): Point | null {
  const [x, y] = [num(fields.x), num(fields.y)]
  return x !== null && y !== null ? { x, y } : pointsOf(fields)[0] ?? null
}

/** The ends of a line, or the corners of a shape. */
export function endsOf (element: Element): Point[] {
  const { fields } = element
  const [startX, startY, endX, endY] = [fields.startX, fields.startY, fields.endX, fields.endY].map(num)
  if (startX != null && startY != null && endX != null && endY != null) {
    return [{ x: startX, y: startY }, { x: endX, y: endY }]
  }
  const points = pointsOf(fields)
  const [x, y, width, height] = [fields.x, fields.y, fields.width, fields.height].map(num)
  if (points.length < 2 && x != null && y != null && !(width == null && height == null)) {
    return [{ x, y }, { x: x + (width ?? 0), y: y + (height ?? 0) }]
  }
  const isGesture = element.list === 'strokes' && GESTURE_SHAPES.has(kindOf(element))
  return isGesture && points.length > 2 ? [points[0]!, points.at(-1)!] : points
}

export function around (points: Point[]): Box | null {
  if (points.length === 0) return null
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x)
    box.top = Math.min(box.top, y)
    box.right = Math.max(box.right, x)
    box.bottom = Math.max(box.bottom, y)
  }
  return box
}

export const grown = (box: Box, by: number): Box =>
  ({ left: box.left - by, top: box.top - by, right: box.right + by, bottom: box.bottom + by })
export const middleOf = ({ left, top, right, bottom }: Box): Point =>
  ({ x: (left + right) / 2, y: (top + bottom) / 2 })
export const meet = (a: Box, b: Box): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom
export const together = (a: Box | null, b: Box): Box => !a ? b : {
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom)
}

/** How far a point lies from a line through these points. */
export function distance (point: Point, line: Point[]): number {
  let nearest = Infinity
  let a = line[0]
  if (!a) return nearest
  if (line.length === 1) return Math.hypot(point.x - a.x, point.y - a.y)
  for (const b of line) {
    nearest = Math.min(nearest, toSegment(point, a, b))
    a = b
  }
  return nearest
}

function toSegment (point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const part = length === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / length
  const t = Math.max(0, Math.min(1, part))
  return Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy)
}

/** A hundredth of a point is finer than any screen; more digits would be dust in the file. */
export const round = (value: number): number => Math.round(value * 100) / 100
