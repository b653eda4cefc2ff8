// Pictures on the board.

import type { Element, Fields } from '../document'
import { around, placeOf, type Box, type Point } from '../geometry'
import { NOTHING, type Look } from './look'
import { num, str } from '../untyped'

const SIDE = 200 // of a picture without any size
const OURS = /\/files\/[0-9a-f-]{36}\.(?:png|jpg|webp)$/
const images = new Map<string, HTMLImageElement>()
let redraw = (): void => {}

/** Called when a picture has come that wasn't there when it was first drawn. */
export function whenLoaded (action: () => void): void {
  redraw = action
}

export function image (element: Element): Look {
  const { fields } = element
  const place = placeOf(fields)
  const source = sourceOf(str(fields.src))
  if (!place || !source) return NOTHING
  const picture = load(source)
  const angle = (num(fields.rotation) ?? 0) * Math.PI / 180
  const turned = (x: number, y: number): Point => ({
    x: place.x + x * Math.cos(angle) - y * Math.sin(angle),
    y: place.y + x * Math.sin(angle) + y * Math.cos(angle)
  })
  return {
    get box () {
      const { left, top, right, bottom } = sides(fields, picture)
      return around([turned(left, top), turned(right, top), turned(right, bottom), turned(left, bottom)])
    },
    paint: context => {
      if (!picture.complete || picture.naturalWidth === 0) return
      const { left, top, right, bottom } = sides(fields, picture)
      context.translate(place.x, place.y)
      context.rotate(angle)
      context.drawImage(picture, left, top, right - left, bottom - top)
    },
    hit: () => true
  }
}

/** Around its corner. A side that is missing follows from the other; one below zero goes the other way. */
function sides (fields: Fields, picture: HTMLImageElement): Box {
  const proportion = picture.naturalWidth / picture.naturalHeight || 1
  let [width, height] = [num(fields.width) ?? 0, num(fields.height) ?? 0]
  width ||= height ? Math.abs(height) * proportion : picture.naturalWidth || SIDE
  height ||= Math.abs(width) / proportion
  return {
    left: Math.min(width, 0), top: Math.min(height, 0), right: Math.max(width, 0), bottom: Math.max(height, 0)
  }
}

/** Where a picture is asked for: it is in the board itself, or a file of this server, whatever name
 * the server had for the one who put it there. Nobody else is asked. */
function sourceOf (source: string): string | null {
  return source.startsWith('data:image/') ? source : OURS.exec(source)?.[0] ?? null
}

/** When a picture that the board is going to show can be shown. */
export async function loaded (source: string): Promise<void> {
  const own = sourceOf(source)
  if (own) await load(own).decode()
}

function load (source: string): HTMLImageElement {
  const known = images.get(source)
  if (known) return known
  const picture = new Image()
  picture.onload = () => redraw()
  picture.onerror = () => addEventListener('online', () => { picture.src = source }, { once: true })
  picture.src = source
  images.set(source, picture)
  return picture
}
