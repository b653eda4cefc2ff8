// The canvas: what is on the page below, what is being done to it above, and where one looks.

import Konva from 'konva/lib/Core'
import { paintBackdrop } from './backdrop'
import type { Board, Element } from './document'
import { isEraser, paint } from './drawing'
import { grown, middleOf, together, type Box, type Point } from './geometry'
import { handleAt, type Handle } from './handles'
import { paintArriving } from './looks/arriving'
import { paintCursor, type Cursor } from './looks/cursors'
import { isDark } from './looks/dark'
import { erase, paintRing, type Ring } from './looks/erasing'
import { boxOfView, Painter, type View } from './painting'
import type { Arriving } from './pictures'
import { boxOfAll, drawSelection, EXACT, handlesOn, type Shot } from './selecting'
import type { Carrying, Matrix } from './transforming'

const [SMALLEST, LARGEST] = [0.05, 16]
const FADED = 0.25
const MARGIN = 40

export class Surface {
  readonly stage: Konva.Stage
  page = ''
  roof = 0 // pixels at the top that something lies over
  floor = 0 // and at the bottom
  background: unknown = null
  /** What is being drawn, and isn't on the board yet. */
  sketched: Element | null = null
  marquee: Box | null = null
  faded = new Set<string>()
  selected = new Set<string>()
  carrying: Carrying | null = null
  shot: Shot | null = null
  /** What was let go, shown until the page below is drawn with it. */
  left: { shot: Shot, matrix: Matrix } | null = null
  private cursors: Cursor[] = []
  private sketches: Element[] = []
  whenSketched = (_element: Element | null): void => {}
  private hidden: string | null = null
  private arriving: Arriving[] = []
  private ring: Ring | null = null
  whenViewed = (): void => {}
  private readonly paper = new Konva.Layer({ listening: false })
  private readonly below = new Konva.Layer({ listening: false })
  private readonly painter = new Painter(
    () => this.looking(),
    () => this.elements(),
    ({ key }) => ({
      isHidden: key === this.hidden || (this.isCarriedAway && this.selected.has(key)),
      alpha: this.faded.has(key) ? FADED : 1
    }),
    () => this.below.batchDraw()
  )

  private readonly above = new Konva.Layer({ listening: false })

  constructor (readonly container: HTMLDivElement, public board: Board) {
    this.stage = new Konva.Stage({ container, width: 1, height: 1, listening: false })
    this.paper.add(layerShape(context => paintBackdrop(context, this.background, this.view())))
    this.below.add(layerShape(context => this.drawPage(context)))
    this.above.add(layerShape(context => this.drawDoings(context)))
    this.stage.add(this.paper, this.below, this.above)
    new ResizeObserver(() => this.fill()).observe(container)
    this.fill()
    isDark.subscribe(() => {
      this.paper.batchDraw()
      this.changed()
    })
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
    return boxOfView(this.looking())
  }

  /** Where one looks, and back there: as a function that leads back. */
  keepView (): () => void {
    const [position, scale] = [this.stage.position(), this.stage.scale()]
    return () => {
      this.stage.scale(scale)
      this.stage.position(position)
      this.moved()
    }
  }

  get middle (): Point {
    return middleOf(this.view())
  }

  /** In pixels of the canvas. */
  onScreen ({ left, top, right, bottom }: Box): Box {
    const { x, y, scale } = this.looking()
    return { left: x + left * scale, top: y + top * scale, right: x + right * scale, bottom: y + bottom * scale }
  }

  private looking (): View {
    const { stage, scale, below } = this
    const ratio = below.getCanvas().getPixelRatio()
    return { x: stage.x(), y: stage.y(), scale, width: stage.width(), height: stage.height(), ratio }
  }

  elements (): Element[] {
    return this.board.on(this.page)
  }

  /** Draws the page again, or only what these elements changed on it. */
  changed (keys: Set<string> | null = null): void {
    if (keys) this.painter.refresh(keys, key => this.find(key))
    else this.painter.renew()
    this.above.batchDraw()
  }

  private find (key: string): Element | undefined {
    const element = this.board.get(key)
    return element?.page === this.page ? element : undefined
  }

  /** Lies on a canvas of its own, out of reach of what erases. */
  lay (background: unknown): void {
    this.background = background
    this.paper.batchDraw()
  }

  /** Shows an element that isn't on the board yet, or none. */
  sketch (element: Element | null): void {
    const isErasing = [this.sketched, element].some(one => one && isEraser(one))
    this.sketched = element
    if (isErasing) this.below.batchDraw()
    this.above.batchDraw()
    this.whenSketched(element)
  }

  /** Shows where others point, and what they are drawing. */
  others (cursors: Cursor[], sketches: Element[]): void {
    const isErasing = [...this.sketches, ...sketches].some(isEraser)
    this.cursors = cursors
    this.sketches = sketches
    if (isErasing) this.below.batchDraw()
    this.above.batchDraw()
  }

  /** Leaves out an element, or none any more. */
  hide (key: string | null): void {
    if (key === this.hidden) return
    const changed = [this.hidden, key].filter(one => one !== null)
    this.hidden = key
    this.changed(new Set(changed))
  }

  /** Shows how far the eraser reaches. */
  aim (ring: Ring | null): void {
    if (!ring && !this.ring) return
    this.ring = ring
    this.above.batchDraw()
  }

  /** Shows what is selected on its way, or, with null, where it is. */
  carry (carrying: Carrying | null): void {
    const wasAway = this.isCarriedAway
    this.carrying = carrying
    if (this.isCarriedAway !== wasAway) this.changed(new Set(this.selected))
    else this.doing()
  }

  /** Of many, only when there is a picture that is carried instead. */
  private get isCarriedAway (): boolean {
    return this.carrying !== null && !this.carrying.isCopy && (this.selected.size <= EXACT || this.shot?.isDone === true)
  }

  /** Shows pictures that aren't on the board yet. */
  expect (arriving: Arriving[]): void {
    this.arriving = arriving
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

  /** One pixel of the screen to one of the board, as pictures of it have. */
  actualSize (): void {
    this.zoom(1 / this.scale)
  }

  /** The handle of the selection that such a pointer takes hold of there. */
  handleAt (at: Point, pointerType: string): Handle | null {
    return this.selected.size > 0 ? handleAt(handlesOn(this), at, this.scale, pointerType) : null
  }

  /** Moves the page so far that all of a box is seen, if it can be. */
  reveal (box: Box): void {
    const [view, margin] = [this.view(), MARGIN / this.scale]
    const { left, top, right, bottom } = grown(box, margin)
    const shift = (low: number, high: number, from: number, to: number): number =>
      low < from ? from - low : high > to ? Math.max(to - high, from - low) : 0
    const [dx, dy] = [shift(left, right, view.left, view.right), shift(top, bottom, view.top, view.bottom - this.floor / this.scale)]
    if (dx !== 0 || dy !== 0) this.pan(dx * this.scale, dy * this.scale)
  }

  /** Shows all that is on the page, or on its way there; never larger than it is. */
  fit (): void {
    let box = boxOfAll(this.elements())
    for (const one of this.arriving) if (one.page === this.page && one.box) box = together(box, one.box)
    const { left, top, right, bottom } = grown(box ?? { left: 0, top: 0, right: 0, bottom: 0 }, MARGIN)
    const [width, height] = [this.stage.width(), this.stage.height() - this.roof - this.floor]
    const fitting = Math.min(1, width / (right - left), height / (bottom - top))
    const scale = box ? Math.max(SMALLEST, fitting) : 1
    this.stage.scale({ x: scale, y: scale })
    this.stage.position({
      x: box ? (width - (left + right) * scale) / 2 : 0,
      y: this.roof + (box ? (height - (top + bottom) * scale) / 2 : 0)
    })
    this.moved()
  }

  private moved (): void {
    this.paper.batchDraw()
    this.painter.moved()
    this.above.batchDraw()
    this.whenViewed()
  }

  private fill (): void {
    this.stage.size({ width: this.container.clientWidth || 1, height: this.container.clientHeight || 1 })
    this.moved()
  }

  private allSketched (): Element[] {
    return this.sketched ? [...this.sketches, this.sketched] : this.sketches
  }

  private drawPage (context: CanvasRenderingContext2D): void {
    this.painter.draw(context)
    if (this.left && !this.painter.isBusy) {
      this.left = null
      this.above.batchDraw()
    }
    for (const element of this.allSketched()) if (isEraser(element)) erase(context, element, this.elements())
  }

  private drawDoings (context: CanvasRenderingContext2D): void {
    for (const one of this.arriving) if (one.page === this.page) paintArriving(context, one, this.scale)
    for (const element of this.allSketched()) if (!isEraser(element)) paint(context, element, null)
    this.left?.shot.draw(context, this.left.matrix)
    drawSelection(context, this)
    if (this.ring) paintRing(context, this.ring, this.scale)
    for (const cursor of this.cursors) paintCursor(context, cursor, this.scale)
  }
}

/** One shape that draws a whole layer: a node for each of thousands of strokes would cost more. */
function layerShape (draw: (context: CanvasRenderingContext2D) => void): Konva.Shape {
  const sceneFunc = (context: Konva.Context): void =>
    draw((context as unknown as { _context: CanvasRenderingContext2D })._context)
  return new Konva.Shape({ listening: false, sceneFunc })
}
