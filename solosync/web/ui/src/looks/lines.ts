// Strokes, lines, arrows, rectangles and ellipses.

import { getStroke } from 'perfect-freehand'
import type { Element } from '../document'
import { around, distance, endsOf, grown, middleOf, placeOf, pointsOf, type Box, type Point } from '../geometry'
import { shown } from './dark'
import { colorOf, NOTHING, sizeOf, type Context, type Look } from './look'
import { positive, str } from '../untyped'

const FULL_TURN = 2 * Math.PI

/** The outline of a line drawn by hand: its width follows the pressure, else the speed. */
function outline (points: Point[], size: number): Path2D {
  const hasPressure = points.some(point => point.p !== undefined)
  // As arrays: the package takes points without a pressure differently where they are objects.
  const given = points.map(({ x, y, p }) => p === undefined ? [x, y] : [x, y, p])
  const corners = getStroke(given, { size, simulatePressure: !hasPressure })
  const path = new Path2D()
  const last = corners.at(-1)
  if (!last || corners.length < 3) return path
  let [x, y] = last as [number, number]
  const first = corners[0] as [number, number]
  path.moveTo((x + first[0]) / 2, (y + first[1]) / 2)
  corners.forEach((corner, at) => {
    [x, y] = corner as [number, number]
    const next = (corners[at + 1] ?? first) as [number, number]
    path.quadraticCurveTo(x, y, (x + next[0]) / 2, (y + next[1]) / 2)
  })
  return path
}

export function pen (element: Element): Look {
  const points = pointsOf(element.fields)
  const size = sizeOf(element)
  const box = around(points)
  let path: Path2D | null = null
  return {
    box: box && grown(box, size),
    paint: context => {
      context.fillStyle = colorOf(element)
      context.fill(path ??= outline(points, size))
    },
    hit: (point, within) => distance(point, points) <= within + size / 2
  }
}

export function roundLine (element: Element, points: Point[]): Look {
  const size = sizeOf(element)
  const box = around(points)
  return {
    box: box && grown(box, size),
    paint: context => stroke(context, points, colorOf(element), size),
    hit: (point, within) => distance(point, points) <= within + size / 2
  }
}

function stroke (context: Context, points: Point[], color: string, size: number): void {
  const [first] = points
  if (first && points.every(({ x, y }) => x === first.x && y === first.y)) {
    dot(context, first, color, size)
    return
  }
  context.strokeStyle = color
  context.lineWidth = size
  context.lineCap = context.lineJoin = 'round'
  context.beginPath()
  points.forEach(({ x, y }, at) => at ? context.lineTo(x, y) : context.moveTo(x, y))
  context.stroke()
}

/** A line without a length has no ends for browsers to draw. */
function dot (context: Context, { x, y }: Point, color: string, size: number): void {
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, size / 2, 0, FULL_TURN)
  context.fill()
}

export function arrow (element: Element): Look {
  const ends = endsOf(element)
  if (ends.length < 2) return NOTHING
  const size = sizeOf(element)
  const length = positive(element.fields.arrowSize, Math.max(10, 3 * size))
  const line = roundLine(element, ends)
  const head = (context: Context, tip: Point, back: Point): void => {
    const angle = Math.atan2(back.y - tip.y, back.x - tip.x)
    const [dx, dy] = [length * Math.cos(angle), length * Math.sin(angle)]
    context.fillStyle = context.strokeStyle = colorOf(element)
    context.lineJoin = 'round'
    context.beginPath()
    context.moveTo(tip.x, tip.y)
    context.lineTo(tip.x + dx - dy / 2, tip.y + dy + dx / 2)
    context.lineTo(tip.x + dx + dy / 2, tip.y + dy - dx / 2)
    context.closePath()
    context.fill()
    context.stroke()
  }
  return {
    ...line,
    isLayered: true,
    box: line.box && grown(line.box, length),
    paint: context => {
      line.paint(context)
      if (element.fields.arrowEnd !== false) head(context, ends.at(-1)!, ends.at(-2)!)
      if (element.fields.arrowStart === true) head(context, ends[0]!, ends[1]!)
    }
  }
}

export function rectangle (element: Element): Look {
  const ends = endsOf(element)
  const box = ends.length < 2 ? null : around(ends)
  if (!box) return NOTHING
  const { left, top, right, bottom } = box
  return shape(element, box, context => context.rect(left, top, right - left, bottom - top), (point, by) => {
    const inner = grown(box, by)
    return point.x > inner.left && point.x < inner.right && point.y > inner.top && point.y < inner.bottom
  })
}

/** Around x, y with a radius, or two; else the ellipse that fills its box. */
export function circle (element: Element): Look {
  const { fields } = element
  const center = placeOf(fields)
  const radiusX = positive(fields.radiusX, positive(fields.radius, 0))
  const radiusY = positive(fields.radiusY, radiusX)
  const ends = endsOf(element)
  const box = radiusX > 0 && center
    ? { left: center.x - radiusX, right: center.x + radiusX, top: center.y - radiusY, bottom: center.y + radiusY }
    : ends.length < 2 ? null : around(ends)
  if (!box) return NOTHING
  const { x, y } = middleOf(box)
  const [across, down] = [(box.right - box.left) / 2, (box.bottom - box.top) / 2]
  return shape(element, box, context => context.ellipse(x, y, across, down, 0, 0, FULL_TURN), (point, by) =>
    across + by > 0 && down + by > 0 &&
      Math.hypot((point.x - x) / (across + by), (point.y - y) / (down + by)) < 1)
}

/** `covers` tells whether a point lies inside of the outline grown by so much. */
function shape (
  element: Element, box: Box, trace: (context: Context) => void, covers: (point: Point, by: number) => boolean
): Look {
  const size = sizeOf(element)
  const inside = str(element.fields.fill) || str(element.fields.fillColor)
  const isFilled = inside !== '' && inside !== 'transparent' && inside !== 'none'
  return {
    isLayered: isFilled,
    box: grown(box, size),
    paint: context => {
      context.beginPath()
      trace(context)
      context.fillStyle = shown(inside)
      if (isFilled) context.fill()
      context.strokeStyle = colorOf(element)
      context.lineWidth = size
      context.stroke()
    },
    hit: (point, within) => {
      const reach = within + size / 2
      return covers(point, reach) && (isFilled || !covers(point, -reach))
    }
  }
}
