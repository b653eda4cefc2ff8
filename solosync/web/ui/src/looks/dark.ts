// In dark mode the style sheet turns the whole canvas round, light for dark. Pictures are turned round
// beforehand, so that they look as they are.

import type { Pen } from './look'

export const dark = matchMedia('(prefers-color-scheme: dark)')

const BEFOREHAND = 'hue-rotate(180deg) invert(1) contrast(1.25)' // undone by that of board.css
const MOST = 2048 // pixels, across or down

type Source = HTMLImageElement | ImageBitmap
const turned = new WeakMap<Source, HTMLCanvasElement>()

export function drawPicture (
  to: Pen, picture: Source, left: number, top: number, width: number, height: number
): void {
  to.drawImage(dark.matches ? turn(picture) : picture, left, top, width, height)
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
  const pen = canvas.getContext('2d')!
  if (!('filter' in pen)) return picture
  pen.filter = BEFOREHAND
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  turned.set(picture, canvas)
  return canvas
}
