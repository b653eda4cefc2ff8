// How elements look: as the server's pictures of boards draw them.

import { getStroke } from 'perfect-freehand'
import type { Element } from './document'
import {
  around, distance, endsOf, FONT, grown, kindOf, meet, NOTE, num, placeOf, pointsOf, positive, str,
  type Box, type Point
} from './geometry'

type Pen = CanvasRenderingContext2D

/** What was worked out of an element: as long as it doesn't change, it is drawn from this. */
interface Drawn {
  box: Box | null
  paint: (pen: Pen) => void
  hit: (point: Point, within: number) => boolean
}

const BASELINE = 0.309
const HIGHLIGHTER_ALPHA = 0.4
const INK = '#000000'
const drawn = new WeakMap<Element, Drawn>()
const images = new Map<string, HTMLImageElement>()
let redraw = (): void => {}

/** Called when a picture has come that wasn't there when it was first drawn. */
export function whenLoaded (action: () => void): void {
  redraw = action
}

export function boxOf (element: Element): Box | null {
  return work(element).box
}

export function paint (pen: Pen, element: Element, view: Box | null): void {
  const { box, paint } = work(element)
  if (!box || (view && !meet(box, view))) return
  pen.save()
  pen.globalAlpha *= opacity(element)
  const composite = str(element.fields.composite)
  if (kindOf(element) === 'eraser') pen.globalCompositeOperation = 'destination-out'
  if (composite) pen.globalCompositeOperation = composite as GlobalCompositeOperation
  paint(pen)
  pen.restore()
}

export function isHit (element: Element, point: Point, within: number): boolean {
  const { box, hit } = work(element)
  const dot = { left: point.x, top: point.y, right: point.x, bottom: point.y }
  return box !== null && meet(grown(box, within), dot) && hit(point, within)
}

/** The outline of a line drawn by hand: its width follows the pressure, else the speed. */
export function outline (points: Point[], size: number): Path2D {
  const hasPressure = points.some(point => point.p !== undefined)
  const given = points.map(({ x, y, p }) => ({ x, y, pressure: p }))
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

function work (element: Element): Drawn {
  let found = drawn.get(element)
  if (!found) {
    found = (KINDS[kindOf(element)] ?? pen)(element)
    drawn.set(element, found)
  }
  return found
}

function opacity (element: Element): number {
  const given = num(element.fields.opacity)
  if (given !== null) return Math.max(0, Math.min(1, given))
  return kindOf(element) === 'highlighter' ? HIGHLIGHTER_ALPHA : 1
}

const colorOf = (element: Element): string => str(element.fields.color) || INK
const sizeOf = (element: Element): number => positive(element.fields.size, 2)
const NOTHING: Drawn = { box: null, paint: () => {}, hit: () => false }

function pen (element: Element): Drawn {
  const points = pointsOf(element.fields)
  const size = sizeOf(element)
  const box = around(points)
  let path: Path2D | null = null
  return {
    box: box && grown(box, size),
    paint: to => {
      to.fillStyle = colorOf(element)
      to.fill(path ??= outline(points, size))
    },
    hit: (point, within) => distance(point, points) <= within + size / 2
  }
}

function roundLine (element: Element, points: Point[]): Drawn {
  const size = sizeOf(element)
  const box = around(points)
  return {
    box: box && grown(box, size),
    paint: to => stroke(to, points, colorOf(element), size),
    hit: (point, within) => distance(point, points) <= within + size / 2
  }
}

function stroke (to: Pen, points: Point[], color: string, size: number): void {
  to.strokeStyle = color
  to.lineWidth = size
  to.lineCap = to.lineJoin = 'round'
  to.beginPath()
  points.forEach(({ x, y }, at) => at ? to.lineTo(x, y) : to.moveTo(x, y))
  if (points.length === 1) to.lineTo(points[0]!.x, points[0]!.y)
  to.stroke()
}

function arrow (element: Element): Drawn {
  const ends = endsOf(element)
  if (ends.length < 2) return NOTHING
  const size = sizeOf(element)
  const length = positive(element.fields.arrowSize, Math.max(10, 3 * size))
  const line = roundLine(element, ends)
  const head = (to: Pen, tip: Point, back: Point): void => {
    const angle = Math.atan2(back.y - tip.y, back.x - tip.x)
    const [dx, dy] = [length * Math.cos(angle), length * Math.sin(angle)]
    to.fillStyle = to.strokeStyle = colorOf(element)
    to.lineJoin = 'round'
    to.beginPath()
    to.moveTo(tip.x, tip.y)
    to.lineTo(tip.x + dx - dy / 2, tip.y + dy + dx / 2)
    to.lineTo(tip.x + dx + dy / 2, tip.y + dy - dx / 2)
    to.closePath()
    to.fill()
    to.stroke()
  }
  return {
    ...line,
    box: line.box && grown(line.box, length),
    paint: to => {
      line.paint(to)
      if (element.fields.arrowEnd !== false) head(to, ends.at(-1)!, ends.at(-2)!)
      if (element.fields.arrowStart === true) head(to, ends[0]!, ends[1]!)
    }
  }
}

function shape (element: Element, box: Box | null, trace: (to: Pen, box: Box) => void): Drawn {
  if (!box) return NOTHING
  const size = sizeOf(element)
  const inside = str(element.fields.fill) || str(element.fields.fillColor)
  const isFilled = inside !== '' && inside !== 'transparent' && inside !== 'none'
  return {
    box: grown(box, size),
    paint: to => {
      to.beginPath()
      trace(to, box)
      to.fillStyle = inside
      if (isFilled) to.fill()
      to.strokeStyle = colorOf(element)
      to.lineWidth = size
      to.stroke()
    },
    hit: (point, within) => {
      const inner = grown(box, -(within + size / 2))
      const isInside = point.x > inner.left && point.x < inner.right &&
        point.y > inner.top && point.y < inner.bottom
      return isFilled || !isInside
    }
  }
}

function rectangle (element: Element): Drawn {
  const ends = endsOf(element)
  return shape(element, ends.length < 2 ? null : around(ends), (to, { left, top, right, bottom }) =>
    to.rect(left, top, right - left, bottom - top))
}

function circle (element: Element): Drawn {
  const { fields } = element
  const center = placeOf(fields)
  const radius = positive(fields.radius, positive(fields.radiusX, 0))
  const radiusY = positive(fields.radiusY, radius)
  const ends = endsOf(element)
  const box = radius > 0 && center
    ? { left: center.x - radius, right: center.x + radius, top: center.y - radiusY, bottom: center.y + radiusY }
    : ends.length < 2 ? null : around(ends)
  return shape(element, box, (to, { left, top, right, bottom }) =>
    to.ellipse((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, 0, 0, 7))
}

export function fontSize (element: Element): number {
  const size = positive(element.fields.size, 0)
  return positive(element.fields.fontSize, size >= 8 ? size : 16)
}

const measuring = document.createElement('canvas').getContext('2d')!

/** The lines of a text, broken where they are wider than `width`. */
function linesOf (content: string, size: number, width: number | null): string[] {
  measuring.font = `${size}px ${FONT}`
  if (width === null) return content.split('\n')
  return content.split('\n').flatMap(line => {
    const lines: string[] = []
    let current = ''
    for (const word of line.split(/(?<= )/)) {
      if (current && measuring.measureText(current + word.trimEnd()).width > width) {
        lines.push(current.trimEnd())
        current = ''
      }
      current += word
    }
    return [...lines, current]
  })
}

function writeLines (to: Pen, lines: string[], place: Point, size: number): void {
  to.font = `${size}px ${FONT}`
  lines.forEach((line, at) => to.fillText(line, place.x, place.y + size * (at + 0.5 + BASELINE)))
}

function words (element: Element): Drawn {
  const place = placeOf(element.fields)
  const content = str(element.fields.text)
  if (!place || !content.trim()) return NOTHING
  const size = fontSize(element)
  const width = num(element.fields.width)
  const lines = linesOf(content, size, width)
  const across = Math.max(...lines.map(line => measuring.measureText(line).width))
  return {
    box: { left: place.x, top: place.y, right: place.x + across, bottom: place.y + lines.length * size * 1.1 },
    paint: to => {
      to.fillStyle = colorOf(element)
      writeLines(to, lines, place, size)
    },
    hit: () => true
  }
}

function note (element: Element): Drawn {
  const { fields } = element
  const place = placeOf(fields)
  if (!place) return NOTHING
  const width = positive(fields.width, NOTE.side)
  const padding = Math.min(NOTE.padding, width / 4)
  const size = fontSize(element)
  const lines = linesOf(str(fields.text), size, width - 2 * padding)
  const height = Math.max(positive(fields.height, NOTE.side), lines.length * size + 2 * padding)
  return {
    box: { left: place.x, top: place.y, right: place.x + width, bottom: place.y + height },
    paint: to => {
      to.fillStyle = str(fields.color) || NOTE.paper
      to.beginPath()
      to.roundRect(place.x, place.y, width, height, NOTE.radius)
      to.fill()
      to.fillStyle = str(fields.textColor) || '#1f2937'
      writeLines(to, lines, { x: place.x + padding, y: place.y + padding }, size)
    },
    hit: () => true
  }
}

function image (element: Element): Drawn {
  const { fields } = element
  const place = placeOf(fields)
  const source = str(fields.src)
  if (!place || !isOurs(source)) return NOTHING
  const picture = load(source)
  const angle = (num(fields.rotation) ?? 0) * Math.PI / 180
  const width = (): number => positive(fields.width, picture.naturalWidth || 1)
  const height = (): number => positive(fields.height, picture.naturalHeight || 1)
  const turned = (x: number, y: number): Point => ({
    x: place.x + x * Math.cos(angle) - y * Math.sin(angle),
    y: place.y + x * Math.sin(angle) + y * Math.cos(angle)
  })
  return {
    get box () {
      const [right, bottom] = [width(), height()]
      return around([turned(0, 0), turned(right, 0), turned(right, bottom), turned(0, bottom)])
    },
    paint: to => {
      if (!picture.complete || picture.naturalWidth === 0) return
      to.translate(place.x, place.y)
      to.rotate(angle)
      to.drawImage(picture, 0, 0, width(), height())
    },
    hit: () => true
  }
}

/** Pictures come from the board itself or from this server; nobody else is asked for any. */
function isOurs (source: string): boolean {
  if (source.startsWith('data:image/')) return true
  if (!source || !URL.canParse(source, location.href)) return false
  const { origin, pathname } = new URL(source, location.href)
  return origin === location.origin && pathname.startsWith('/files/')
}

function load (source: string): HTMLImageElement {
  let picture = images.get(source)
  if (!picture) {
    picture = new Image()
    picture.onload = () => redraw()
    picture.src = source
    images.set(source, picture)
  }
  return picture
}

const KINDS: Record<string, (element: Element) => Drawn> = {
  pen,
  highlighter: element => roundLine(element, pointsOf(element.fields)),
  eraser: element => roundLine(element, pointsOf(element.fields)),
  line: element => roundLine(element, endsOf(element)),
  arrow,
  rectangle,
  rect: rectangle,
  circle,
  ellipse: circle,
  text: words,
  note,
  image
}
