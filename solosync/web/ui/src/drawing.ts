// How elements look: as the server's pictures of boards draw them. What kinds there are is in looks/.

import type { Element } from './document'
import { endsOf, grown, kindOf, meet, pointsOf, type Box, type Point } from './geometry'
import { image } from './looks/images'
import { isDark, shownComposite } from './looks/dark'
import { arrow, circle, pen, rectangle, roundLine } from './looks/lines'
import type { Context, Look } from './looks/look'
import { note, words } from './looks/words'
import { num, str } from './untyped'

const HIGHLIGHTER_ALPHA = 0.4
const MOST_IN_THE_DARK = 0.5 // of a highlighter, below words that are light there
const looks = new WeakMap<Element, Look>()
const scratch = document.createElement('canvas').getContext('2d')!

export function boxOf (element: Element): Box | null {
  return lookOf(element).box
}

export function paint (context: Context, element: Element, view: Box | null): void {
  const { box, paint, isLayered } = lookOf(element)
  if (!box || (view && !meet(box, view))) return
  context.save()
  context.globalAlpha *= opacity(element)
  const composite = str(element.fields.composite)
  if (isEraser(element)) context.globalCompositeOperation = 'destination-out'
  if (composite) context.globalCompositeOperation = shownComposite(composite) as GlobalCompositeOperation
  if (isLayered && context.globalAlpha < 1) paintTogether(context, paint)
  else paint(context)
  context.restore()
}

/** Parts that cover each other, at the opacity of the whole. */
function paintTogether (context: Context, paint: (context: Context) => void): void {
  scratch.canvas.width = context.canvas.width // clears it, too
  scratch.canvas.height = context.canvas.height
  scratch.setTransform(context.getTransform())
  paint(scratch)
  context.resetTransform()
  context.drawImage(scratch.canvas, 0, 0)
}

export function isHit (element: Element, point: Point, within: number): boolean {
  const { box, hit } = lookOf(element)
  const dot = { left: point.x, top: point.y, right: point.x, bottom: point.y }
  return box !== null && meet(grown(box, within), dot) && hit(point, within)
}

/** It shows nothing itself: it takes away what was drawn before it. */
export const isEraser = (element: Element): boolean => kindOf(element) === 'eraser'

function lookOf (element: Element): Look {
  let found = looks.get(element)
  if (!found) {
    found = (KINDS[kindOf(element)] ?? pen)(element)
    looks.set(element, found)
  }
  return found
}

function opacity (element: Element): number {
  const isMarking = kindOf(element) === 'highlighter'
  const given = num(element.fields.opacity) ?? (isMarking ? HIGHLIGHTER_ALPHA : 1)
  return Math.max(0, Math.min(isMarking && isDark.value ? MOST_IN_THE_DARK : 1, given))
}

const KINDS: Record<string, (element: Element) => Look> = {
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
