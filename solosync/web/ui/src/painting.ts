// Draws the page into a picture, a little in each frame, so that thousands of strokes never hold up
// the pen. Until a new picture is done, the last one is shown, moved and scaled to where one looks.
// Where only a few elements changed, just their places in the picture are drawn again.

import type { Element } from './document'
import { boxOf, paint } from './drawing'
import { meet, together, type Box } from './geometry'
import { str } from './untyped'

export interface View { x: number, y: number, scale: number, width: number, height: number, ratio: number }
interface Manner { isHidden: boolean, alpha: number }

interface Picture {
  canvas: HTMLCanvasElement
  context: CanvasRenderingContext2D
  view: View
  painted: Map<string, Element>
  /** Something on it reaches beyond its own place. */
  isWhole: boolean
}
interface Job { picture: Picture, elements: Element[], next: number, spent: number, later: Set<string> }

const SLICE_MS = 6
const LOOK_EVERY = 8 // elements, at the clock
const REST_MS = 120
const MOST_MENDED = 40 // changed elements
const MOST_AGAIN = 250 // elements that are drawn again around them
const MARGIN = 2 // pixels around an element that its softened edge may reach
const WHOLE = new Set(['copy', 'source-in', 'source-out', 'destination-in', 'destination-atop'])

export class Painter {
  private shown: Picture | null = null
  private spare: Picture | null = null
  private job: Job | null = null
  private isStale = true
  private isSlow = false // the last picture took more than one frame
  private timer = 0

  constructor (
    private readonly view: () => View,
    private readonly elements: () => Element[],
    private readonly manner: (element: Element) => Manner,
    private readonly redraw: () => void
  ) {}

  /** Whether what is shown isn't all yet. */
  get isBusy (): boolean {
    return this.isStale || this.job !== null
  }

  /** Anything may have changed: a new picture is made. */
  renew (): void {
    this.isStale = true
    this.redraw()
  }

  /** Only these changed: they came, went, or look different. */
  refresh (keys: Set<string>, find: (key: string) => Element | undefined): void {
    if (this.isStale || !this.shown) return this.renew()
    for (const key of keys) this.job?.later.add(key)
    if (!this.putOnTop(keys) && !this.mend(this.shown, keys, find)) this.isStale = true
    this.redraw()
  }

  /** One looks elsewhere. A picture that takes long is made when one has stopped moving. */
  moved (): void {
    clearTimeout(this.timer)
    if (!this.isSlow) return this.renew()
    this.timer = setTimeout(() => this.renew(), REST_MS)
    this.redraw()
  }

  draw (context: CanvasRenderingContext2D): void {
    const isElsewhere = this.job !== null && !isSame(this.job.picture.view, this.view())
    if (this.isStale && (!this.job || isElsewhere)) this.begin()
    const picture = this.shown ?? this.job?.picture
    if (!picture) return
    const { x, y, scale, ratio } = this.view()
    const [before, larger] = [picture.view, scale / picture.view.scale]
    context.save()
    context.setTransform(
      larger, 0, 0, larger, (x - before.x * larger) * ratio, (y - before.y * larger) * ratio
    )
    context.drawImage(picture.canvas, 0, 0)
    context.restore()
  }

  private begin (): void {
    this.isStale = false
    const elements = [...this.elements()]
    const picture = prepared(this.job?.picture ?? this.spare, this.view(), elements)
    this.spare = null
    const isRunning = this.job !== null
    this.job = { picture, elements, next: 0, spent: 0, later: new Set() }
    this.slice()
    if (this.job && !isRunning) requestAnimationFrame(() => this.goOn())
  }

  private goOn (): void {
    if (!this.job) return
    this.slice()
    if (!this.job || !this.shown) this.redraw()
    if (this.job) requestAnimationFrame(() => this.goOn())
  }

  private slice (): void {
    const job = this.job!
    const { context } = job.picture
    const begun = performance.now()
    while (job.next < job.elements.length) {
      this.paintOne(job.picture, job.elements[job.next++]!, boxOfView(job.picture.view))
      if (job.next % LOOK_EVERY !== 0) continue
      context.getImageData(0, 0, 1, 1) // what is drawn is drawn now, so that the clock tells of it
      if (performance.now() - begun > SLICE_MS) break
    }
    job.spent += performance.now() - begun
    if (job.next === job.elements.length) this.finish(job)
  }

  private finish ({ picture, spent, later }: Job): void {
    this.isSlow = spent > SLICE_MS
    this.spare = this.shown
    this.shown = picture
    this.job = null
    const now = new Map(later.size > 0 ? this.elements().map(element => [element.key, element]) : [])
    if (!this.mend(picture, later, key => now.get(key))) this.isStale = true
  }

  /** True if all that changed is one new element above all others. */
  private putOnTop (keys: Set<string>): boolean {
    const picture = this.shown!
    const last = keys.size === 1 ? this.elements().at(-1) : undefined
    if (!last || !keys.has(last.key) || picture.painted.has(last.key)) return false
    picture.painted.set(last.key, last)
    this.paintOne(picture, last, boxOfView(picture.view))
    return true
  }

  /** Draws the places again that changed elements have, or had. False if that were too much. */
  private mend (picture: Picture, keys: Set<string>, find: (key: string) => Element | undefined): boolean {
    if (keys.size > MOST_MENDED || picture.isWhole) return false
    const places: Box[] = []
    for (const key of keys) {
      const [before, after] = [picture.painted.get(key), find(key)]
      if (after && isWhole(after)) return false
      for (const element of [before, after]) {
        const box = element && boxOf(element)
        if (box) places.push(box)
      }
      picture.painted.delete(key)
      if (after) picture.painted.set(key, after)
    }
    const around = places.map(place => onPixels(place, picture.view)).filter(place => place !== null)
    return this.drawAgain(picture, joined(around))
  }

  private drawAgain (picture: Picture, places: Box[]): boolean {
    const { context, view } = picture
    const elements = this.elements()
    const within = places.map(place => {
      const area = onBoard(place, view)
      return elements.filter(element => {
        const box = boxOf(element)
        return box !== null && meet(box, area)
      })
    })
    if (within.reduce((sum, some) => sum + some.length, 0) > MOST_AGAIN) return false
    places.forEach((place, at) => {
      const { left, top, right, bottom } = place
      context.save()
      context.resetTransform()
      context.beginPath()
      context.rect(left, top, right - left, bottom - top)
      context.clip()
      context.clearRect(left, top, right - left, bottom - top)
      look(context, view)
      for (const element of within[at]!) this.paintOne(picture, element, null)
      context.restore()
    })
    return true
  }

  private paintOne ({ context }: Picture, element: Element, within: Box | null): void {
    const { isHidden, alpha } = this.manner(element)
    if (isHidden) return
    context.globalAlpha = alpha
    paint(context, element, within)
    context.globalAlpha = 1
  }
}

export function boxOfView ({ x, y, scale, width, height }: View): Box {
  const [left, top] = [-x / scale, -y / scale]
  return { left, top, right: left + width / scale, bottom: top + height / scale }
}

const isWhole = (element: Element): boolean => WHOLE.has(str(element.fields.composite))

const isSame = (a: View, b: View): boolean =>
  a.x === b.x && a.y === b.y && a.scale === b.scale && a.width === b.width && a.height === b.height

/** Whole pixels of the picture, so that no seam is seen around what is drawn again; null if none. */
function onPixels ({ left, top, right, bottom }: Box, { x, y, scale, width, height, ratio }: View): Box | null {
  const by = scale * ratio
  const place = {
    left: Math.max(0, Math.floor(left * by + x * ratio) - MARGIN),
    top: Math.max(0, Math.floor(top * by + y * ratio) - MARGIN),
    right: Math.min(Math.ceil(width * ratio), Math.ceil(right * by + x * ratio) + MARGIN),
    bottom: Math.min(Math.ceil(height * ratio), Math.ceil(bottom * by + y * ratio) + MARGIN)
  }
  return place.left < place.right && place.top < place.bottom ? place : null
}

function onBoard ({ left, top, right, bottom }: Box, { x, y, scale, ratio }: View): Box {
  const by = scale * ratio
  return {
    left: (left - x * ratio) / by,
    top: (top - y * ratio) / by,
    right: (right - x * ratio) / by,
    bottom: (bottom - y * ratio) / by
  }
}

/** Places that overlap become one, so that nothing is drawn twice. */
function joined (places: Box[]): Box[] {
  const apart: Box[] = []
  for (let place of places) {
    for (let at = 0; at < apart.length; at++) {
      if (!meet(place, apart[at]!)) continue
      place = together(place, apart[at]!)
      apart.splice(at, 1)
      at = -1
    }
    apart.push(place)
  }
  return apart
}

/** An empty picture, on the canvas of one that isn't needed any more. */
function prepared (old: Picture | null, view: View, elements: Element[]): Picture {
  const canvas = old?.canvas ?? document.createElement('canvas')
  const context = old?.context ?? canvas.getContext('2d', { willReadFrequently: true })!
  canvas.width = Math.ceil(view.width * view.ratio) // clears it, too
  canvas.height = Math.ceil(view.height * view.ratio)
  look(context, view)
  const painted = new Map(elements.map(element => [element.key, element]))
  return { canvas, context, view, painted, isWhole: elements.some(isWhole) }
}

function look (context: CanvasRenderingContext2D, { x, y, scale, ratio }: View): void {
  context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio)
}
