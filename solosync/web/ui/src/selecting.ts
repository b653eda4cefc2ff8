// What is selected as it is shown above the page: a frame with its handles, and while it is moved,
// made larger or turned, what will become of it.

import type { Board, Element } from './document'
import { boxOf, paint } from './drawing'
import { together, type Box, type Point } from './geometry'
import { ENDS, frameOf, HANDLE, handlesOf, type Handle, type Hold } from './handles'
import { shown } from './looks/dark'
import { extentOf, isProportional, isUpright, lineOf, type Carrying, type Matrix } from './transforming'

interface Selected {
  readonly board: Board
  readonly scale: number
  readonly selected: Set<string>
  readonly carrying: Carrying | null
  readonly marquee: Box | null
  shot: Shot | null
  changed: (keys: Set<string>) => void
}

const BLUE = '#3451d1'
export const EXACT = 60 // so many elements are shown as they will be; of more, a picture is
const MOST_AT_ONCE = 250 // in one frame
const OUTLINED = 200
const ROUND = new Set(['turn', 'start', 'end'])

export function selectedElements ({ board, selected }: Selected): Element[] {
  return [...selected].map(key => board.get(key)).filter(element => element !== undefined)
}

export function boxOfAll (elements: Element[], measure = boxOf): Box | null {
  let box: Box | null = null
  for (const element of elements) {
    const own = measure(element)
    if (own) box = together(box, own)
  }
  return box
}

export function handlesOn (here: Selected): [Handle, Point][] {
  const elements = selectedElements(here)
  const box = boxOfAll(elements)
  const line = onlyLine(elements)
  if (line) return [[ENDS[0], line[0]], [ENDS[1], line[1]]]
  return box ? handlesOf(frameOf(box, here.scale), here.scale, holdOf(elements)) : []
}

export function holdOf (elements: Element[]): Hold {
  return {
    isProportional: elements.some(isProportional),
    canTurn: elements.length > 1 || !elements.every(isUpright)
  }
}

function onlyLine (elements: Element[]): [Point, Point] | null {
  return elements.length === 1 ? lineOf(elements[0]!) : null
}

/** From corner to corner, without the thickness of lines. */
export function extentOfAll (elements: Element[]): Box | null {
  return boxOfAll(elements, extentOf)
}

export function drawSelection (context: CanvasRenderingContext2D, here: Selected): void {
  const { carrying, marquee, scale } = here
  const elements = selectedElements(here)
  const box = boxOfAll(elements)
  if (!carrying) here.shot = null
  else if (elements.length > EXACT) (here.shot ??= new Shot(context, elements, here)).draw(context, carrying.matrix)
  else for (const element of elements) drawCarried(context, element, carrying)
  context.strokeStyle = shown(BLUE)
  context.lineWidth = 1 / scale
  if (!carrying && elements.length > 1 && elements.length <= OUTLINED) {
    for (const element of elements) frame(context, boxOf(element), null)
  }
  context.lineWidth = 1.5 / scale
  if (box && !onlyLine(elements)) frame(context, frameOf(box, scale), carrying)
  if (box && !carrying && !marquee) drawHandles(context, handlesOn(here), scale)
  if (!marquee) return
  context.setLineDash([6 / scale, 4 / scale])
  frame(context, marquee, null)
  context.setLineDash([])
}

function drawCarried (context: CanvasRenderingContext2D, element: Element, carrying: Carrying): void {
  const { matrix, isMove, fields } = carrying
  if (!isMove) return paint(context, { ...element, fields: { ...element.fields, ...fields(element) } }, null)
  context.save()
  context.transform(...matrix)
  paint(context, element, null)
  context.restore()
}

/** What was seen of thousands of elements when one took hold of them: drawn once, some in each frame, then
 * moved. Until then they are seen where they were. */
export class Shot {
  private done = 0
  private readonly canvas = document.createElement('canvas')
  private readonly back: DOMMatrix

  constructor (context: CanvasRenderingContext2D, private readonly elements: Element[], private readonly here: Selected) {
    this.canvas.width = context.canvas.width
    this.canvas.height = context.canvas.height
    const view = context.getTransform()
    const own = this.canvas.getContext('2d')!
    own.setTransform(view)
    this.back = view.inverse()
    requestAnimationFrame(() => this.goOn(own))
  }

  get isDone (): boolean {
    return this.done === this.elements.length
  }

  private goOn (own: CanvasRenderingContext2D): void {
    const { here, elements } = this
    if (here.shot !== this) return // let go meanwhile
    const end = Math.min(elements.length, this.done + MOST_AT_ONCE)
    while (this.done < end) paint(own, elements[this.done++]!, null)
    if (this.isDone) here.changed(new Set(here.selected))
    else requestAnimationFrame(() => this.goOn(own))
  }

  draw (context: CanvasRenderingContext2D, matrix: Matrix): void {
    if (!this.isDone) return
    context.save()
    context.setTransform(context.getTransform().multiply(new DOMMatrix(matrix)).multiply(this.back))
    context.drawImage(this.canvas, 0, 0)
    context.restore()
  }
}

function frame (context: CanvasRenderingContext2D, box: Box | null, carrying: Carrying | null): void {
  if (!box) return
  const { left, top, right, bottom } = box
  const [a, b, c, d, e, f] = carrying?.matrix ?? [1, 0, 0, 1, 0, 0]
  context.beginPath()
  for (const [x, y] of [[left, top], [right, top], [right, bottom], [left, bottom]] as const) {
    context.lineTo(a * x + c * y + e, b * x + d * y + f)
  }
  context.closePath()
  context.stroke()
}

function drawHandles (context: CanvasRenderingContext2D, handles: [Handle, Point][], scale: number): void {
  const side = 2 * HANDLE / scale
  context.fillStyle = shown('#ffffff')
  for (const [{ name }, { x, y }] of handles) {
    context.beginPath()
    if (ROUND.has(name)) context.arc(x, y, side * 0.6, 0, 7)
    else context.rect(x - side / 2, y - side / 2, side, side)
    context.fill()
    context.stroke()
  }
}
