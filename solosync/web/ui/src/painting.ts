// Draws the page into a picture, a little in each frame, so that thousands of strokes never hold up
// the pen. Until a new picture is done, the last one is shown, moved and scaled to where one looks.

import type { Element } from './document'
import { paint } from './drawing'
import type { Box } from './geometry'

export interface View { x: number, y: number, scale: number, width: number, height: number, ratio: number }
export interface Manner { isHidden: boolean, alpha: number }

interface Picture { canvas: HTMLCanvasElement, pen: CanvasRenderingContext2D, view: View }
interface Job { picture: Picture, elements: Element[], next: number, slices: number }

const SLICE_MS = 8
const LOOK_EVERY = 16 // elements, at the clock
const REST_MS = 120

export class Painter {
  private shown: Picture | null = null
  private spare: Picture | null = null
  private job: Job | null = null
  private isStale = true
  private isSlow = false // the last picture took more than one frame
  private timer = 0
  private readonly keys = new Set<string>()

  constructor (
    private readonly view: () => View,
    private readonly elements: () => Element[],
    private readonly manner: (element: Element) => Manner,
    private readonly redraw: () => void
  ) {}

  /** Something changed: a new picture is made. */
  renew (): void {
    this.isStale = true
    this.redraw()
  }

  /** One looks elsewhere. A picture that takes long is made when one has stopped moving. */
  moved (): void {
    clearTimeout(this.timer)
    if (!this.isSlow) return this.renew()
    this.timer = setTimeout(() => this.renew(), REST_MS)
    this.redraw()
  }

  /** True if the element came on top of all the others, and was drawn there. */
  putOnTop (element: Element): boolean {
    if (!this.shown || this.isStale || this.keys.has(element.key)) return false
    this.keys.add(element.key)
    this.job?.elements.push(element)
    this.paintOne(this.shown, element)
    this.redraw()
    return true
  }

  draw (pen: CanvasRenderingContext2D): void {
    if (this.isStale) this.begin()
    const picture = this.shown ?? this.job?.picture
    if (!picture) return
    const { x, y, scale, ratio } = this.view()
    const [before, larger] = [picture.view, scale / picture.view.scale]
    pen.save()
    pen.setTransform(
      larger, 0, 0, larger, (x - before.x * larger) * ratio, (y - before.y * larger) * ratio
    )
    pen.drawImage(picture.canvas, 0, 0)
    pen.restore()
  }

  private begin (): void {
    this.isStale = false
    const elements = [...this.elements()]
    this.keys.clear()
    for (const element of elements) this.keys.add(element.key)
    const picture = prepared(this.job?.picture ?? this.spare, this.view())
    this.spare = null
    const isRunning = this.job !== null
    this.job = { picture, elements, next: 0, slices: 0 }
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
    const end = performance.now() + SLICE_MS
    job.slices++
    while (job.next < job.elements.length) {
      this.paintOne(job.picture, job.elements[job.next++]!)
      if (job.next % LOOK_EVERY === 0 && performance.now() > end) return
    }
    this.isSlow = job.slices > 1
    this.spare = this.shown
    this.shown = job.picture
    this.job = null
  }

  private paintOne ({ pen, view }: Picture, element: Element): void {
    const { isHidden, alpha } = this.manner(element)
    if (isHidden) return
    pen.globalAlpha = alpha
    paint(pen, element, boxOf(view))
    pen.globalAlpha = 1
  }
}

export function boxOf ({ x, y, scale, width, height }: View): Box {
  const [left, top] = [-x / scale, -y / scale]
  return { left, top, right: left + width / scale, bottom: top + height / scale }
}

/** An empty picture, on the canvas of one that isn't needed any more. */
function prepared (old: Picture | null, view: View): Picture {
  const canvas = old?.canvas ?? document.createElement('canvas')
  const pen = old?.pen ?? canvas.getContext('2d')!
  canvas.width = Math.ceil(view.width * view.ratio) // clears it, too
  canvas.height = Math.ceil(view.height * view.ratio)
  const scale = view.scale * view.ratio
  pen.setTransform(scale, 0, 0, scale, view.x * view.ratio, view.y * view.ratio)
  return { canvas, pen, view }
}
