// Texts and notes.

import type { Element } from '../document'
import { placeOf, type Point } from '../geometry'
import { shownPaper } from './dark'
import { colorOf, NOTHING, type Context, type Look } from './look'
import { positive, str } from '../untyped'

export const FONT = 'Arial, Arimo, "Liberation Sans", Helvetica, sans-serif'
export const NOTE = { side: 200, padding: 10, radius: 8, paper: '#fef08a', ink: '#1f2937', inkOnDark: '#ffffff' }
const BASELINE = 0.309
const DARK = 0.35 // paper of less luminance than that is dark

export function fontSize (element: Element): number {
  const size = positive(element.fields.size, 0)
  return positive(element.fields.fontSize, size >= 8 ? size : 16)
}

const measuring = document.createElement('canvas').getContext('2d')!
const clusters = new Intl.Segmenter()

/** The lines of a text, broken where the server's pictures break it: a line that is too wide ends
 * at its last space or after its last dash, else before the first character that doesn't fit. */
function linesOf (content: string, size: number, width: number | null): string[] {
  measuring.font = `${size}px ${FONT}`
  const lines = content.replaceAll('\r\n', '\n').split('\n')
  return width === null ? lines : lines.flatMap(line => broken(line, width))
}

export function lengthOf (line: string, size: number): number {
  measuring.font = `${size}px ${FONT}`
  return measuring.measureText(line).width
}

const widthOf = (parts: string[]): number => measuring.measureText(parts.join('')).width

function broken (line: string, width: number): string[] {
  if (measuring.measureText(line).width <= width) return [line]
  const lines: string[] = []
  let rest = Array.from(clusters.segment(line), ({ segment }) => segment)
  while (rest.length > 0) {
    const fitting = fittingOf(rest, width)
    if (fitting === rest.length) return [...lines, rest.join('')]
    const count = breakOf(rest, fitting)
    lines.push(rest.slice(0, count).join('').trimEnd())
    const next = rest.findIndex((part, at) => at >= count && part.trim() !== '')
    rest = next < 0 ? [] : rest.slice(next)
  }
  return lines
}

/** How many characters fit; at least one. */
function fittingOf (parts: string[], width: number): number {
  let [low, high] = [1, parts.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (widthOf(parts.slice(0, middle)) <= width) low = middle
    else high = middle - 1
  }
  return low
}

/** How many of the characters that fit go on the line. */
function breakOf (parts: string[], fitting: number): number {
  const isBreak = (part: string | undefined): boolean => part === ' ' || part === '-'
  if (isBreak(parts[fitting])) return fitting
  const last = parts.findLastIndex((part, at) => at < fitting && isBreak(part))
  return last < 0 ? fitting : last + 1
}

function writeLines (context: Context, lines: string[], place: Point, size: number): void {
  context.font = `${size}px ${FONT}`
  lines.forEach((line, at) => context.fillText(line, place.x, place.y + size * (at + 0.5 + BASELINE)))
}

export function words (element: Element): Look {
  const place = placeOf(element.fields)
  const content = str(element.fields.text)
  if (!place || !content.trim()) return NOTHING
  const size = fontSize(element)
  const width = positive(element.fields.width, 0) || null
  const lines = linesOf(content, size, width)
  const across = Math.max(...lines.map(line => measuring.measureText(line).width))
  return {
    box: { left: place.x, top: place.y, right: place.x + across, bottom: place.y + lines.length * size * 1.1 },
    paint: context => {
      context.fillStyle = colorOf(element)
      writeLines(context, lines, place, size)
    },
    hit: () => true
  }
}

export function note (element: Element): Look {
  const { fields } = element
  const place = placeOf(fields)
  if (!place) return NOTHING
  const width = positive(fields.width, NOTE.side)
  const padding = Math.min(NOTE.padding, width / 4)
  const size = fontSize(element)
  const lines = linesOf(str(fields.text), size, width - 2 * padding)
  const height = Math.max(positive(fields.height, NOTE.side), lines.length * size + 2 * padding)
  const paper = str(fields.color) || NOTE.paper
  return {
    isLayered: true,
    box: { left: place.x, top: place.y, right: place.x + width, bottom: place.y + height },
    paint: context => {
      context.fillStyle = shownPaper(paper)
      context.beginPath()
      context.roundRect(place.x, place.y, width, height, NOTE.radius)
      context.fill()
      context.fillStyle = str(fields.textColor) || inkOn(paper)
      writeLines(context, lines, { x: place.x + padding, y: place.y + padding }, size)
    },
    hit: () => true
  }
}

/** The colour of words on a note. */
export function inkOn (paper: string): string {
  measuring.fillStyle = NOTE.paper
  measuring.fillStyle = paper // which becomes #rrggbb, or rgba(...) if it is translucent
  const hex = /^#(..)(..)(..)$/.exec(measuring.fillStyle)
  if (!hex) return NOTE.ink
  const [red, green, blue] = hex.slice(1).map(part => parseInt(part, 16)) as [number, number, number]
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255 < DARK ? NOTE.inkOnDark : NOTE.ink
}
