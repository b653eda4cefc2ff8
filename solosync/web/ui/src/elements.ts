// What a board is made of, as it is read, and the order in which it is drawn.

import { compare, type Placed } from './order'
import type { Fields } from './values'

export type List = 'assets' | 'shapes' | 'strokes' | 'texts'

/** An element as it is now; a changed one is a new object, so that drawings can be kept by it. */
export interface Element extends Placed {
  page: string
  list: List
  fields: Fields
}

/** An element that isn't on a board yet. */
export type New = Pick<Element, 'list' | 'fields'>

export interface Page extends Placed {
  name: string
  background: unknown
}

/** What is looked at: a live board, or one as it was. */
export interface Board {
  pages: () => Page[]
  /** In the order in which they are drawn. */
  on: (page: string) => Element[]
  get: (key: string) => Element | undefined
}

/** What has fields besides elements: a page, or one of the state's own maps. */
export type Place = { page: string } | 'meta' | 'state'

/** What changed: keys of elements, or null for everything. */
export type Listener = (keys: Set<string> | null) => void

export const LISTS: readonly List[] = ['assets', 'shapes', 'strokes', 'texts']

export function drawingOrder (a: Element, b: Element): number {
  if (a.list !== b.list) return LISTS.indexOf(a.list) - LISTS.indexOf(b.list)
  if (a.list === 'assets') {
    const apart = levelOf(a) - levelOf(b)
    if (apart !== 0) return apart
  }
  return compare(a, b)
}

/** Where an asset lies among the others. */
export const levelOf = (asset: Element): number => Number(asset.fields.zIndex) || 0
