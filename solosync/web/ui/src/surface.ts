// The canvas: what is on the page below, what is being done to it above, and where one looks.

import Konva from 'konva/lib/Core'
import type { BoardDocument, Element } from './document'
import { boxOf, outline, paint } from './drawing'
import { grown, str, together, type Box, type Point } from './geometry'

export interface Stroke { points: Point[], color: string, size: number }
export interface Cursor { name: string, color: string, x: number, y: number }

const [SMALLEST, LARGEST] = [0.05, 16]
const FADED = 0.25
const MARGIN = 40

export class Surface {
  readonly stage: Konva.Stage
  page = ''
  stroke: Stroke | null = null
  marquee: Box | null = null
  faded = new Set<string>()
  selected = new Set<string>()
  offset: Point = { x: 0, y: 0 }
  cursors: Cursor[] = []
  whenViewed = (): void => {}
  private readonly below = new Konva.Layer({ listening: false })
  private readonly above = new Konva.Layer({ listening: false })

  constructor (readonly container: HTMLDivElement, private readonly board: BoardDocument) {
    this.stage = new Konva.Stage({ container, width: 1, height: 1, listening: false })
    this.below.add(layerShape(pen => this.drawPage(pen)))
    this.above.add(layerShape(pen => this.drawDoings(pen)))
    this.stage.add(this.below, this.above)
    new ResizeObserver(() => this.fill()).observe(container)
    this.fill()
  }

  get scale (): number {
    return this.stage.scaleX()
  }

  /** Where on the board something on the screen is. */
  at (event: { clientX: number, clientY: number }): Point {
    const { left, top } = this.container.getBoundingClientRect()
    return {
      x: (event.clientX - left - this.stage.x()) / this.scale,
      y: (event.clientY - top - this.stage.y()) / this.scale
    }
  }

  view (): Box {
    const { scale, stage } = this
    const [left, top] = [-stage.x() / scale, -stage.y() / scale]
    return { left, top, right: left + stage.width() / scale, bottom: top + stage.height() / scale }
  }

  elements (): Element[] {
    return this.board.on(this.page)
  }

  /** Draws the page again. What only came on top of all is drawn there, without the rest. */
  changed (keys: Set<string> | null = null): void {
    const last = keys?.size === 1 ? this.elements().at(-1) : undefined
    if (last && keys?.has(last.key) && this.isNew(last)) this.drawOnTop(last)
    else this.below.batchDraw()
    this.above.batchDraw()
  }

  doing (): void {
    this.above.batchDraw()
  }

  pan (dx: number, dy: number): void {
    this.stage.position({ x: this.stage.x() + dx, y: this.stage.y() + dy })
    this.moved()
  }

  zoom (factor: number, around?: { clientX: number, clientY: number }): void {
    const { left, top, width, height } = this.container.getBoundingClientRect()
    const middle = around ?? { clientX: left + width / 2, clientY: top + height / 2 }
    const point = this.at(middle)
    const scale = Math.max(SMALLEST, Math.min(LARGEST, this.scale * factor))
    this.stage.scale({ x: scale, y: scale })
    this.stage.position({
      x: middle.clientX - left - point.x * scale,
      y: middle.clientY - top - point.y * scale
    })
    this.moved()
  }

  /** Shows all that is on the page; never larger than it is. */
  fit (): void {
    let box: Box | null = null
    for (const element of this.elements()) {
      const own = boxOf(element)
      if (own) box = together(box, own)
    }
    const { left, top, right, bottom } = grown(box ?? { left: 0, top: 0, right: 0, bottom: 0 }, MARGIN)
    const [width, height] = [this.stage.width(), this.stage.height()]
    const fitting = Math.min(1, width / (right - left), height / (bottom - top))
    const scale = box ? Math.max(SMALLEST, fitting) : 1
    this.stage.scale({ x: scale, y: scale })
    this.stage.position({
      x: box ? (width - (left + right) * scale) / 2 : 0,
      y: box ? (height - (top + bottom) * scale) / 2 : 0
    })
    this.moved()
  }

  private moved (): void {
    this.stage.batchDraw()
    this.drawnKeys.clear()
    this.whenViewed()
  }

  private fill (): void {
    this.stage.size({ width: this.container.clientWidth || 1, height: this.container.clientHeight || 1 })
    this.moved()
  }

  private readonly drawnKeys = new Set<string>()

  private isNew (element: Element): boolean {
    return this.isDrawn && !this.drawnKeys.has(element.key) && !this.faded.has(element.key) &&
      str(element.fields.composite) === ''
  }

  private isDrawn = false

  private drawPage (pen: CanvasRenderingContext2D): void {
    const view = this.view()
    this.drawnKeys.clear()
    for (const element of this.elements()) {
      this.drawnKeys.add(element.key)
      if (this.selected.has(element.key) && (this.offset.x || this.offset.y)) continue
      if (this.faded.has(element.key)) pen.globalAlpha = FADED
      paint(pen, element, view)
      pen.globalAlpha = 1
    }
    this.isDrawn = true
  }

  private drawOnTop (element: Element): void {
    this.drawnKeys.add(element.key)
    const pen = this.below.getNativeCanvasElement().getContext('2d')!
    const ratio = this.below.getCanvas().getPixelRatio() * this.scale
    const pixels = ratio / this.scale
    pen.save()
    pen.setTransform(ratio, 0, 0, ratio, this.stage.x() * pixels, this.stage.y() * pixels)
    paint(pen, element, this.view())
    pen.restore()
  }

  private drawDoings (pen: CanvasRenderingContext2D): void {
    if (this.stroke) {
      pen.fillStyle = this.stroke.color
      pen.fill(outline(this.stroke.points, this.stroke.size))
    }
    this.drawSelection(pen)
    for (const cursor of this.cursors) this.drawCursor(pen, cursor)
  }

  private drawSelection (pen: CanvasRenderingContext2D): void {
    pen.strokeStyle = '#3451d1'
    pen.lineWidth = 1.5 / this.scale
    pen.save()
    pen.translate(this.offset.x, this.offset.y)
    const isMoving = this.offset.x !== 0 || this.offset.y !== 0
    for (const key of this.selected) {
      const element = this.board.get(key)
      const box = element && boxOf(element)
      if (!box) continue
      if (isMoving) paint(pen, element, null)
      const { left, top, right, bottom } = grown(box, 3 / this.scale)
      pen.strokeRect(left, top, right - left, bottom - top)
    }
    pen.restore()
    if (!this.marquee) return
    const { left, top, right, bottom } = this.marquee
    pen.setLineDash([6 / this.scale, 4 / this.scale])
    pen.strokeRect(left, top, right - left, bottom - top)
    pen.setLineDash([])
  }

  /** As large on the screen at any zoom. */
  private drawCursor (pen: CanvasRenderingContext2D, { name, color, x, y }: Cursor): void {
    pen.save()
    pen.translate(x, y)
    pen.scale(1 / this.scale, 1 / this.scale)
    pen.fillStyle = color
    pen.beginPath()
    pen.moveTo(0, 0)
    pen.lineTo(4, 15)
    pen.lineTo(8, 9)
    pen.lineTo(15, 6)
    pen.fill()
    pen.font = '12px system-ui, sans-serif'
    pen.beginPath()
    pen.roundRect(12, 12, pen.measureText(name).width + 12, 20, 6)
    pen.fill()
    pen.fillStyle = '#ffffff'
    pen.fillText(name, 18, 26)
    pen.restore()
  }
}

/** One shape that draws a whole layer: a node for each of thousands of strokes would cost more. */
function layerShape (draw: (pen: CanvasRenderingContext2D) => void): Konva.Shape {
  const sceneFunc = (context: Konva.Context): void =>
    draw((context as unknown as { _context: CanvasRenderingContext2D })._context)
  return new Konva.Shape({ listening: false, sceneFunc })
}
