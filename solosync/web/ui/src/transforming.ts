// Elements made larger, smaller or turned: which of their fields that changes, and how. Lines keep
// their thickness. What can't be turned by its fields (boxes, texts, notes) stays upright and only
// goes round with the rest.

import type { Element, Fields } from './document'
import { boxOf } from './drawing'
import { around, endsOf, kindOf, middleOf, placeOf, pointsOf, round, type Box, type Point } from './geometry'
import { fontSize, NOTE } from './looks/words'
import { num, positive } from './untyped'

const ENDED = new Set(['line', 'arrow', 'rectangle', 'rect', 'circle', 'ellipse'])
const UPRIGHT = new Set(['rectangle', 'rect', 'circle', 'ellipse', 'text', 'note'])
const PLACES = [['x', 'y'], ['startX', 'startY'], ['endX', 'endY']] as const
const TURN = 360

export type Matrix = [number, number, number, number, number, number]

/** What is done to elements: as it looks, and what of an element it changes. Only a move looks exactly
 * as it will be. */
export interface Carrying {
  matrix: Matrix
  isMove: boolean
  /** What is carried stays where it was, too. */
  isCopy?: boolean
  fields: (element: Element) => Fields
}

export function move (dx: number, dy: number): Carrying {
  return { matrix: [1, 0, 0, 1, dx, dy], isMove: true, fields: element => moved(element, dx, dy) }
}

/** The fields of an element that stands somewhere else: just those that a move changes. */
function moved (element: Element, dx: number, dy: number): Fields {
  const { fields } = element
  const changes: Fields = {}
  for (const [name, by] of [['x', dx], ['startX', dx], ['endX', dx], ['y', dy], ['startY', dy], ['endY', dy]] as const) {
    const value = num(fields[name])
    if (value !== null) changes[name] = round(value + by)
  }
  if (Array.isArray(fields.points)) changes.points = movedPoints(fields.points, dx, dy)
  return changes
}

function movedPoints (points: unknown[], dx: number, dy: number): unknown[] {
  return points.map((item, at) => {
    if (typeof item === 'number') return round(item + (at % 2 ? dy : dx))
    if (Array.isArray(item)) {
      return [shifted(item[0], dx), shifted(item[1], dy), ...item.slice(2)]
    }
    if (item === null || typeof item !== 'object') return item
    const { x, y } = item as Fields
    return { ...item, x: shifted(x, dx), y: shifted(y, dy) }
  })
}

const shifted = (value: unknown, by: number): unknown =>
  num(value) === null ? value : round((value as number) + by)

/** All is `sx` times as wide and `sy` times as high as before, and a point stays where it is. */
export function scale (fixed: Point, sx: number, sy: number): Carrying {
  const [dx, dy] = [fixed.x * (1 - sx), fixed.y * (1 - sy)]
  const put = ({ x, y }: Point): Point => ({ x: x * sx + dx, y: y * sy + dy })
  return { matrix: [sx, 0, 0, sy, dx, dy], isMove: false, fields: element => scaled(element, put, sx, sy) }
}

/** Around a point. */
export function rotate (middle: Point, degrees: number): Carrying {
  const [sin, cos] = [Math.sin(degrees * Math.PI / 180), Math.cos(degrees * Math.PI / 180)]
  const { x, y } = turning(middle, degrees)({ x: 0, y: 0 })
  return { matrix: [cos, sin, -sin, cos, x, y], isMove: false, fields: element => turned(element, middle, degrees) }
}

/** From corner to corner, without the thickness of its lines. */
export function extentOf (element: Element): Box | null {
  const kind = kindOf(element)
  if (element.list === 'assets' || kind === 'text' || kind === 'note') return boxOf(element)
  const [x, y] = radii(element.fields)
  const middle = placeOf(element.fields)
  if (isRound(element) && x > 0 && middle) {
    return { left: middle.x - x, right: middle.x + x, top: middle.y - y, bottom: middle.y + y }
  }
  return around(ENDED.has(kind) ? endsOf(element) : pointsOf(element.fields))
}

/** Whether it is only made larger as a whole, not wider or higher alone. */
export function isProportional (element: Element): boolean {
  const { fields, list } = element
  if (list === 'assets') return (num(fields.rotation) ?? 0) % TURN !== 0
  return kindOf(element) === 'text' || (isRound(element) && num(fields.radius) !== null)
}

export function isUpright (element: Element): boolean {
  return element.list !== 'assets' && UPRIGHT.has(kindOf(element))
}

/** Where a line or an arrow begins and ends, unless it goes round corners. */
export function lineOf (element: Element): [Point, Point] | null {
  const ends = ['line', 'arrow'].includes(kindOf(element)) ? endsOf(element) : []
  return ends.length === 2 ? [ends[0]!, ends[1]!] : null
}

/** One end of a line is elsewhere. */
export function bend (isStart: boolean, to: Point): Carrying {
  return { matrix: [1, 0, 0, 1, 0, 0], isMove: false, fields: element => bent(element, isStart, to) }
}

function bent (element: Element, isStart: boolean, to: Point): Fields {
  const { fields } = element
  const [x, y] = [round(to.x), round(to.y)]
  if (isByEnds(fields)) {
    return isStart ? { startX: x, startY: y } : { endX: x, endY: y }
  }
  const points = fields.points
  if (Array.isArray(points) && points.length > 1) return { points: withEnd(points, isStart, x, y) }
  const [start, end] = lineOf(element) ?? [to, to]
  const [from, until] = isStart ? [{ x, y }, end] : [start, { x, y }]
  return { x: from.x, y: from.y, width: round(until.x - from.x), height: round(until.y - from.y) }
}

function withEnd (points: unknown[], isStart: boolean, x: number, y: number): unknown[] {
  if (typeof points[0] === 'number') {
    return isStart ? [x, y, ...points.slice(2)] : [...points.slice(0, -2), x, y]
  }
  const at = isStart ? 0 : points.length - 1
  return points.map((point, place) => place === at ? putOne(point, () => ({ x, y })) : point)
}

function scaled (element: Element, put: (point: Point) => Point, sx: number, sy: number): Fields {
  const { fields } = element
  const changes = placed(fields, put)
  const kind = kindOf(element)
  const set = (name: string, value: number | null, factor: number): void => {
    if (value !== null && factor !== 1) changes[name] = round(value * factor)
  }
  const [width, height] = sides(element)
  set('width', width, sx)
  set('height', height, sy)
  if (kind === 'text') set('fontSize', fontSize(element), sy)
  if (isRound(element)) {
    set('radius', num(fields.radius), sy)
    set('radiusX', num(fields.radiusX), sx)
    set('radiusY', num(fields.radiusY), sy)
  }
  return changes
}

function turned (element: Element, middle: Point, degrees: number): Fields {
  const turn = turning(middle, degrees)
  if (isUpright(element)) {
    const box = extentOf(element)
    if (!box) return {}
    const own = middleOf(box)
    const there = turn(own)
    return moved(element, there.x - own.x, there.y - own.y)
  }
  const changes = placed(element.fields, turn)
  if (element.list === 'assets') {
    const angle = (num(element.fields.rotation) ?? 0) + degrees
    changes.rotation = round(angle - TURN * Math.round(angle / TURN))
  } else {
    const [start, end] = isBySides(element) ? endsOf(element) : []
    if (start && end) {
      const [from, to] = [turn(start), turn(end)]
      Object.assign(changes, { width: round(to.x - from.x), height: round(to.y - from.y) })
    }
  }
  return changes
}

function turning (middle: Point, degrees: number): (point: Point) => Point {
  const [sin, cos] = [Math.sin(degrees * Math.PI / 180), Math.cos(degrees * Math.PI / 180)]
  return ({ x, y }) => ({
    x: middle.x + (x - middle.x) * cos - (y - middle.y) * sin,
    y: middle.y + (x - middle.x) * sin + (y - middle.y) * cos
  })
}

const isRound = (element: Element): boolean => ['circle', 'ellipse'].includes(kindOf(element))

function radii (fields: Fields): [number, number] {
  const across = positive(fields.radiusX, positive(fields.radius, 0))
  return [across, positive(fields.radiusY, across)]
}

const isByEnds = (fields: Fields): boolean =>
  [fields.startX, fields.startY, fields.endX, fields.endY].every(one => num(one) !== null)

/** Whether a line or a shape is given by its width and height; those of others mean something else. */
function isBySides (element: Element): boolean {
  return ENDED.has(kindOf(element)) && !isByEnds(element.fields) && pointsOf(element.fields).length < 2
}

/** What its width and height are now, where they are those of what is seen. */
function sides (element: Element): [number | null, number | null] {
  const { fields, list } = element
  const kind = kindOf(element)
  const [width, height] = [num(fields.width), num(fields.height)]
  if (kind === 'note') return [width ?? NOTE.side, height ?? NOTE.side]
  if (kind === 'text' || isBySides(element)) return [width, height]
  const box = list === 'assets' ? boxOf(element) : null
  return box ? [width ?? box.right - box.left, height ?? box.bottom - box.top] : [null, null]
}

/** Its places and points elsewhere, in the form that they have. */
function placed (fields: Fields, put: (point: Point) => Point): Fields {
  const changes: Fields = {}
  for (const [across, down] of PLACES) {
    const [x, y] = [num(fields[across]), num(fields[down])]
    if (x === null || y === null) continue
    const there = put({ x, y })
    Object.assign(changes, { [across]: round(there.x), [down]: round(there.y) })
  }
  const { points } = fields
  if (!Array.isArray(points)) return changes
  if (typeof points[0] === 'number') {
    changes.points = points.flatMap((_, at) => at % 2 ? pairAt(points[at - 1], points[at], put) : [])
    if (points.length % 2) (changes.points as unknown[]).push(points.at(-1))
  } else changes.points = points.map(point => putOne(point, put))
  return changes
}

function putOne (point: unknown, put: (point: Point) => Point): unknown {
  if (Array.isArray(point)) return [...pairAt(point[0], point[1], put), ...point.slice(2)]
  if (point === null || typeof point !== 'object') return point
  const { x, y } = point as Fields
  const [across, down] = pairAt(x, y, put)
  return { ...point, x: across, y: down }
}

function pairAt (x: unknown, y: unknown, put: (point: Point) => Point): [unknown, unknown] {
  const [across, down] = [num(x), num(y)]
  if (across === null || down === null) return [x, y]
  const there = put({ x: across, y: down })
  return [round(there.x), round(there.y)]
}
