// A text or a note while it is written, and what becomes of it.

import type { BoardDocument, Element } from './document'
import { kindOf, placeOf, round, type Box, type Point } from './geometry'
import { fontSize, inkOn, lengthOf, NOTE } from './looks/words'
import type { Choice } from './tools/choices'
import { positive, str } from './untyped'

/** Where and how it will look, and which element it is unless it is a new one. */
export interface Writing {
  key: string | null
  page: string
  isNote: boolean
  place: Point
  text: string
  size: number
  color: string
  ink: string
  width: number | null
  height: number | null
}

export const isWritten = (element: Element): boolean => ['text', 'note'].includes(kindOf(element))

export function begin (page: string, { x, y }: Point, { tool, color, size }: Choice): Writing {
  const isNote = tool === 'note'
  const place = { x: round(x), y: round(y) }
  const about = { key: null, page, isNote, place, text: '', size, color }
  return isNote
    ? { ...about, ink: inkOn(color), width: NOTE.side, height: NOTE.side }
    : { ...about, ink: color, width: null, height: null }
}

export function again (element: Element): Writing {
  const { key, page, fields } = element
  const isNote = kindOf(element) === 'note'
  const color = str(fields.color) || (isNote ? NOTE.paper : '#000000')
  const side = isNote ? NOTE.side : 0
  return {
    key,
    page,
    isNote,
    place: placeOf(fields) ?? { x: 0, y: 0 },
    text: str(fields.text),
    size: fontSize(element),
    color,
    ink: isNote ? str(fields.textColor) || inkOn(color) : color,
    width: positive(fields.width, side) || null,
    height: isNote ? positive(fields.height, side) : null
  }
}

/** Where one writes, at the end of a text, in a field so high. */
export function endOf ({ place, size, width }: Writing, text: string, height: number): Box {
  const right = place.x + (width ?? lengthOf(text.slice(text.lastIndexOf('\n') + 1), size))
  const bottom = place.y + height
  return { left: right - size, top: bottom - size, right, bottom }
}

/** Puts on the board what was written. A text without words isn't there; a note may be empty. One that
 * somebody deleted meanwhile is there again: what was written isn't lost. */
export function put (board: BoardDocument, writing: Writing, text: string): void {
  const { page, isNote, place, size, color, width, height } = writing
  if (text === writing.text) return
  const isEmpty = text.trim() === ''
  const key = writing.key && board.get(writing.key) ? writing.key : null
  if (key && isEmpty && !isNote) board.delete([key])
  else if (key) board.set(new Map([[key, { text }]]))
  else if (!isEmpty) {
    const fields = { type: isNote ? 'note' : 'text', text, ...place, color, fontSize: size }
    board.add(page, 'texts', isNote ? { ...fields, width, height } : fields)
  }
}
