// The places of elements in their lists, as docs/board-format.md wants them.

import { BASE_62_DIGITS, generateKeyBetween } from 'fractional-indexing'

const digit = (from: number): string =>
  BASE_62_DIGITS.charAt(from + Math.floor(Math.random() * (BASE_62_DIGITS.length - from)))

/** A key behind all others, of which `last` is the greatest. Two people get different ones. */
export function after (last: string | null): string {
  const end = digit(0) + digit(0) + digit(0) + digit(1)
  try {
    return generateKeyBetween(last, null) + end
  } catch {
    // Somebody's key isn't of the usual form; what begins with it comes behind it.
    return `${last ?? ''}V${end}`
  }
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
