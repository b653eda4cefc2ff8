// The places of elements in their lists, as docs/board-format.md wants them.

import { BASE_62_DIGITS, generateKeyBetween } from 'fractional-indexing'
import type * as Y from 'yjs'

const digit = (from: number): string =>
  BASE_62_DIGITS.charAt(from + Math.floor(Math.random() * (BASE_62_DIGITS.length - from)))

const randomEnd = (): string => digit(0) + digit(0) + digit(0) + digit(1)

/** A key behind all others, of which `last` is the greatest. Two people get different ones. */
export function after (last: string | null): string {
  const end = randomEnd()
  try {
    return generateKeyBetween(last, null) + end
  } catch {
    // Somebody's key isn't of the usual form; what begins with it comes behind it.
    return `${last ?? ''}V${end}`
  }
}

/** A key between two, of which null is the open end; null where nothing fits, or where somebody's keys
 * aren't of the usual form. */
function between (low: string | null, high: string | null): string | null {
  if (high === null) return after(low)
  try {
    let key = generateKeyBetween(low, high)
    while (high.startsWith(key)) key = generateKeyBetween(key, high) // or its end would pass `high`
    return key + randomEnd()
  } catch {
    return null
  }
}

/** Between their neighbours, those that moved get new places. From where nothing fits on, all do. */
export function reorder (maps: Y.Map<Y.Map<unknown>>, sequence: Placed[], moved: Set<string>): void {
  const nexts: (string | null)[] = []
  let next: string | null = null
  for (const { key, order } of sequence.toReversed()) {
    nexts.unshift(next)
    if (!moved.has(key)) next = order
  }
  let last: string | null = null
  let fits = true
  sequence.forEach(({ key, order }, at) => {
    if (!fits || moved.has(key)) {
      const found: string | null = fits ? between(last, nexts[at]!) : null
      fits = found !== null
      order = found ?? after(last)
      maps.get(key)?.set('$order', order)
    }
    last = order
  })
}

/** As JavaScript and the server compare: by code unit, equal ones by their key. */
export function compare (a: Placed, b: Placed): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1
  return a.key < b.key ? -1 : 1
}

export interface Placed {
  key: string
  order: string
}
