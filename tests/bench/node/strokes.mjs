// What the devices draw: strokes in the layout "board/1" (docs/board-format.md), each recognisable in an update's bytes.
import * as Y from 'yjs'
import { BASE_62_DIGITS, generateKeyBetween } from 'fractional-indexing'

const PREFIX = '5010ad00-' // no number or field name of a stroke contains it
const NEEDLE = Buffer.from(PREFIX, 'latin1')
const MARK = /^5010ad00-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})$/
const MARK_LENGTH = 36
const VARIANTS = 200 // of point lists, made once: the generator's time is for the clients

const hex = (number, digits) => number.toString(16).padStart(digits, '0')

/** A UUID that says which board, client and run an edit belongs to, and which of the client's edits it is. */
export const mark = (board, client, run, edit) => `${PREFIX}${hex(board, 4)}-4${hex(client, 3)}-8${hex(run, 3)}-${hex(edit, 12)}`

/** Calls found(board, client, run, edit) for each mark in `bytes`, a Buffer; returns how many were cut off or garbled. */
export function eachMark (bytes, found) {
  let garbled = 0
  for (let at = bytes.indexOf(NEEDLE); at >= 0; at = bytes.indexOf(NEEDLE, at + MARK_LENGTH)) {
    const parts = MARK.exec(bytes.latin1Slice(at, at + MARK_LENGTH))
    if (parts === null) garbled++
    else found(parseInt(parts[1], 16), parseInt(parts[2], 16), parseInt(parts[3], 16), parseInt(parts[4], 16))
  }
  return garbled
}

// Yjs stores a Uint8Array and refuses its subclass Buffer.
const toBytes = (...buffers) => Uint8Array.from(Buffer.concat(buffers))

const coordinate = () => Math.round(Math.random() * 20000) / 10

/**
 * Makes the point lists: as the bytes of JSON text that the layout stores (about 22 bytes a point), or as the plain
 * lists of objects that Yjs whiteboards usually store.
 */
export class Points {
  constructor (count, values) {
    const lists = Array.from({ length: VARIANTS }, () => Array.from({ length: count }, () => ({ x: coordinate(), y: coordinate() })))
    this.whole = values === 'plain' ? lists : lists.map(list => toBytes(Buffer.from(JSON.stringify(list))))
    this.tails = lists.map(list => Buffer.from(JSON.stringify(list.slice(1)).slice(1)))
  }

  pick (n) { return this.whole[n % VARIANTS] }

  /** The same with a mark in the first point, for a stroke that is drawn on: its update names nothing else. */
  marked (n, text) {
    const head = Buffer.from(`[{"x":${coordinate()},"y":${coordinate()},"mark":"${text}"},`)
    return toBytes(head, this.tails[n % VARIANTS])
  }
}

export function stroke (id, page, order, points) {
  return new Y.Map(Object.entries({
    id, tool: 'pen', color: '#112233', size: 2.5, opacity: 1, points, $page: page, $list: 'strokes', $order: order
  }))
}

/** The next order key after `last` (null: the first), with the random digits that keep devices apart. */
export function nextOrder (last) {
  const digit = from => BASE_62_DIGITS[from + Math.floor(Math.random() * (62 - from))]
  return generateKeyBetween(last, null) + digit(0) + digit(0) + digit(0) + digit(1)
}

/** A first page, on a board that a server made empty. */
export function makePage (doc) {
  doc.transact(() => {
    const fields = { id: 'p1', name: 'Page 1', $order: 'a0V' }
    for (const list of ['strokes', 'shapes', 'texts', 'assets']) fields['$has:' + list] = true
    doc.getMap('pages').set('p1', new Y.Map(Object.entries(fields)))
    for (const [key, value] of Object.entries({ format: 'board/1', dialect: 'solo', $pages: true })) doc.getMap('board').set(key, value)
  })
}
