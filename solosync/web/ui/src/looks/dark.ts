// In dark mode the style sheet turns the whole canvas round, light for dark. Pictures are turned round
// beforehand, so that they look as they are.

import type { Context } from './look'

export const dark = matchMedia('(prefers-color-scheme: dark)')

const BEFOREHAND = 'hue-rotate(180deg) invert(1) contrast(1.25)' // undone by that of styles/frame.css
const MOST = 2048 // pixels, across or down

type Source = HTMLImageElement | ImageBitmap
const turned = new WeakMap<Source, HTMLCanvasElement>()

export function drawPicture (
  context: Context, picture: Source, left: number, top: number, width: number, height: number
): void {
  context.drawImage(dark.matches ? turn(picture) : picture, left, top, width, height)
}

/** Once for each, since it takes long. A browser that can't (`filter` is missing) shows negatives. */
function turn (picture: Source): Source | HTMLCanvasElement {
  const known = turned.get(picture)
  if (known) return known
  const isImage = picture instanceof HTMLImageElement
  const [width, height] = isImage
    ? [picture.naturalWidth, picture.naturalHeight]
    : [picture.width, picture.height]
  const scale = Math.min(1, MOST / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, width * scale)
  canvas.height = Math.max(1, height * scale)
  const own = canvas.getContext('2d')!
  if (!('filter' in own)) return picture
  own.filter = BEFOREHAND
  own.drawImage(picture, 0, 0, canvas.width, canvas.height)
  turned.set(picture, canvas)
  return canvas
}
