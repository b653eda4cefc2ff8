// Pictures on the board.

import type { Element, Fields } from '../document'
import { around, placeOf, type Box, type Point } from '../geometry'
import { NOTHING, type Look } from './look'
import { num, str } from '../untyped'

const SIDE = 200 // of a picture without any size
const OURS = /\/files\/[0-9a-f-]{36}\.(?:png|jpg|webp)$/
/** A picture, and when it is known where it comes from. */
interface Known { picture: HTMLImageElement, asked: Promise<void> }
const images = new Map<string, Known>()
/** Those that couldn't be had, and their addresses. */
const missing = new Map<HTMLImageElement, string>()
let redraw = (): void => {}
let findKept = async (_address: string): Promise<Blob | null> => null
addEventListener('online', askAgain)

/** Called when a picture has come that wasn't there when it was first drawn. */
export function whenLoaded (action: () => void): void {
  redraw = action
}

/** Says where copies of this server's pictures are found on this device. */
export function keptBy (find: typeof findKept): void {
  findKept = find
}

/** There is a connection again. */
export function askAgain (): void {
  for (const [picture, source] of missing) picture.src = source
  missing.clear()
}

export function image (element: Element): Look {
  const { fields } = element
  const place = placeOf(fields)
  const source = sourceOf(str(fields.src))
  if (!place || !source) return NOTHING
  const { picture } = load(source)
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
  return source.startsWith('data:image/') ? source : fileOf(source)
}

/** The address of a file of this server; null for what else a picture may be. */
export function fileOf (source: string): string | null {
  return OURS.exec(source)?.[0] ?? null
}

/** When a picture that the board is going to show can be shown. */
export async function loaded (source: string): Promise<void> {
  const own = sourceOf(source)
  if (!own) return
  const { picture, asked } = load(own)
  await asked
  await picture.decode()
}

function load (source: string): Known {
  const known = images.get(source)
  if (known) return known
  const picture = new Image()
  picture.onload = () => {
    URL.revokeObjectURL(picture.src)
    redraw()
  }
  picture.onerror = () => {
    if (picture.src.startsWith('blob:')) picture.src = source
    else missing.set(picture, source)
  }
  const fresh = { picture, asked: ask(picture, source) }
  images.set(source, fresh)
  return fresh
}

/** From this device, else from the server. */
async function ask (picture: HTMLImageElement, source: string): Promise<void> {
  const kept = fileOf(source) && await findKept(source)
  picture.src = kept ? URL.createObjectURL(kept) : source
}
