// The board as a Yjs document in the layout "board/1": with what it is made of (elements.ts,
// values.ts, order.ts) and projecting.ts the only place that knows the layout.

import * as Y from 'yjs'
import {
  drawingOrder, levelOf, LISTS, type Board, type Element, type List, type Listener, type New, type Page, type Place
} from './elements'
import { after, compare, reorder, type Placed } from './order'
import { str } from './untyped'
import { copied, fieldsOf, newId, shown, stored, storedName, type Fields } from './values'

export * from './elements'
export { newId, type Fields } from './values'

const MANY = 200

export class BoardDocument implements Board {
  readonly doc = new Y.Doc()
  readonly undoing: Y.UndoManager
  private readonly elements = this.doc.getMap<Y.Map<unknown>>('elements')
  private readonly pageMaps = this.doc.getMap<Y.Map<unknown>>('pages')
  private readonly board = this.doc.getMap<unknown>('board')
  private readonly state = this.doc.getMap<unknown>('state')
  private readonly me = { name: 'this page' }
  private readonly known = new Map<string, Element>()
  private readonly sorted = new Map<string, Element[]>()
  private readonly listeners: Listener[] = []

  constructor () {
    const tracked = [this.elements, this.pageMaps, this.board] as Y.AbstractType<unknown>[]
    this.undoing = new Y.UndoManager(tracked, {
      trackedOrigins: new Set<unknown>([this.me]),
      captureTimeout: 0
    })
    this.elements.observeDeep(events => this.changed(events))
    this.pageMaps.observeDeep(() => this.tell(null))
    this.board.observe(() => this.tell(null))
  }

  listen (listener: Listener): void {
    this.listeners.push(listener)
  }

  /** Whether anything of the board has come yet, from this device or the server. */
  get isKnown (): boolean {
    return this.board.has('format')
  }

  get isExcalidraw (): boolean {
    return this.board.get('dialect') === 'excalidraw'
  }

  /** A board without pages is one page itself, whose key is empty. */
  pages (): Page[] {
    if (this.board.get('$pages') !== true) return [{ key: '', order: '', name: '', background: null }]
    const found: Page[] = []
    for (const [key, map] of this.pageMaps.entries()) {
      if (!(map instanceof Y.Map)) continue
      const background = shown(map.get('background'))
      found.push({ key, order: str(map.get('$order')), name: str(map.get('name')), background })
    }
    return found.sort(compare)
  }

  /** The page that was open when the state was last saved, as its pictures show it. */
  active (): Page | undefined {
    const pages = this.pages()
    const id = this.state.get('activePageId')
    const named = pages.find(page => typeof id === 'string' && this.pageMaps.get(page.key)?.get('id') === id)
    return named ?? pages[Math.trunc(Number(this.state.get('currentPageIndex')) || 0)] ?? pages[0]
  }

  /** In the order in which they are drawn. */
  on (page: string): Element[] {
    let found = this.sorted.get(page)
    if (!found) {
      found = [...this.known.values()].filter(element => element.page === page).sort(drawingOrder)
      this.sorted.set(page, found)
    }
    return found
  }

  get (key: string): Element | undefined {
    return this.known.get(key)
  }

  /** With the id it has, or else a new one; answers with it. */
  add (page: string, list: List, fields: Fields): string {
    return this.addAll(page, [{ list, fields }])[0]!
  }

  /** On top of what there is, each in front of the one before it; one step to undo. */
  addAll (page: string, items: New[]): string[] {
    const last: Partial<Record<List, string>> = {}
    for (const { list, order } of this.on(page)) {
      if (order >= (last[list] ?? '')) last[list] = order
    }
    const maps = items.map(({ list, fields }): [string, Y.Map<unknown>] => {
      const key = str(fields.id) || newId()
      const order = last[list] = after(last[list] ?? null)
      const given = Object.entries({ id: key, ...fields }).map(
        ([name, value]): [string, unknown] => [storedName(name), stored(value)]
      )
      return [key, new Y.Map<unknown>([...given, ['$page', page], ['$list', list], ['$order', order]])]
    })
    this.change(() => { for (const [key, map] of maps) this.elements.set(key, map) })
    return maps.map(([key]) => key)
  }

  /** Sets these fields of an element, and no others: what else of it others change stays. */
  set (changes: Map<string, Fields>): void {
    this.change(() => {
      for (const [key, fields] of changes) {
        const map = this.elements.get(key)
        for (const [name, value] of Object.entries(fields)) {
          const [own, given] = [storedName(name), stored(value)]
          if (map && map.get(own) !== given) map.set(own, given)
        }
      }
    })
  }

  /** Gives a page's list this order, by new places for those that moved; of assets also by their
   * `zIndex`, which counts more. */
  arrange (sequence: Element[], moved: Set<string>): void {
    this.change(() => {
      const levels = new Map<number, Element[]>()
      for (const element of sequence) {
        const level = element.list === 'assets' ? levelOf(element) : 0
        if (!levels.get(level)?.push(element)) levels.set(level, [element])
        const before = this.known.get(element.key)
        if (before && element.list === 'assets' && levelOf(before) !== level) {
          this.elements.get(element.key)?.set('zIndex', level)
        }
      }
      for (const level of levels.values()) reorder(this.elements, level, moved)
    })
  }

  delete (keys: Iterable<string>): void {
    this.change(() => {
      for (const key of keys) this.elements.delete(key)
    })
  }

  /** False where that would hide what stands on a board without pages. */
  get takesPages (): boolean {
    return this.board.get('$pages') === true || this.on('').length === 0
  }

  addPage (name: string): string {
    const key = newId()
    const last = this.board.get('$pages') === true ? this.pages().at(-1)?.order ?? null : null
    const map = new Y.Map<unknown>([['id', key], ['name', name], ['$order', after(last)]])
    for (const list of LISTS) map.set(`$has:${list}`, true)
    this.change(() => {
      if (this.board.get('$pages') !== true) this.board.set('$pages', true)
      this.pageMaps.set(key, map)
    })
    return key
  }

  /** The fields of a page, or those of the state or its `meta`; undefined if there is no such page. */
  fieldsOf (place: Place): Fields | undefined {
    const map = typeof place === 'string' ? this.doc.getMap<unknown>(place) : this.pageMaps.get(place.page)
    return map instanceof Y.Map ? fieldsOf(map) : undefined
  }

  /** Sets these, and no others. A page that is gone is made again, with what is still on it. */
  setFields (place: Place, fields: Fields): void {
    this.change(() => {
      const map = typeof place === 'string' ? this.doc.getMap<unknown>(place) : this.pageAgain(place.page)
      if (place === 'meta') this.board.set('$meta', true)
      for (const [name, value] of Object.entries(fields)) map.set(storedName(name), stored(value))
    })
  }

  private pageAgain (key: string): Y.Map<unknown> {
    const known = this.pageMaps.get(key)
    if (known instanceof Y.Map) return known
    const map = new Y.Map<unknown>([['id', key], ['$order', after(this.pages().at(-1)?.order ?? null)]])
    this.pageMaps.set(key, map)
    return map
  }

  /** To this place among the pages. */
  movePage (key: string, to: number): void {
    const pages = this.pages()
    const page = pages.find(one => one.key === key)
    if (!page) return
    const others = pages.filter(one => one !== page)
    const sequence = [...others.slice(0, to), page, ...others.slice(to)]
    this.change(() => reorder(this.pageMaps, sequence, new Set([key])))
  }

  /** The page and what is seen on it. What somebody adds to it meanwhile stays, and isn't seen. */
  deletePage (key: string): void {
    this.change(() => {
      for (const [id, map] of [...this.elements.entries()]) {
        const isSeen = map instanceof Y.Map && LISTS.includes(map.get('$list') as List)
        if (isSeen && map.get('$page') === key) this.elements.delete(id)
      }
      this.pageMaps.delete(key)
    })
  }

  /** A copy behind the page, with all that is on it; its key. */
  duplicatePage (key: string, name: string): string {
    const page = newId()
    const sequence: Placed[] = this.pages()
    sequence.splice(sequence.findIndex(one => one.key === key) + 1, 0, { key: page, order: '' })
    this.change(() => {
      this.pageMaps.set(page, copied(this.pageMaps.get(key)!, { id: page, name }))
      reorder(this.pageMaps, sequence, new Set([page]))
      for (const map of [...this.elements.values()]) {
        if (!(map instanceof Y.Map) || map.get('$page') !== key) continue
        const id = newId()
        this.elements.set(id, copied(map, map.has('$value') ? { $page: page } : { $page: page, id }))
      }
    })
    return page
  }

  /** Whatever is done in it is one step to undo. */
  change (action: () => void): void {
    this.doc.transact(action, this.me)
  }

  private changed (events: Y.YEvent<any>[]): void {
    const keys = new Set<string>()
    for (const event of events) {
      if (event.path.length > 0) keys.add(String(event.path[0]))
      else for (const key of event.changes.keys.keys()) keys.add(key)
    }
    // Many at once are sorted together; a few are put into their places.
    if (keys.size > MANY) this.sorted.clear()
    for (const key of keys) this.read(key)
    this.tell(keys)
  }

  private read (key: string): void {
    const before = this.known.get(key)
    const map = this.elements.get(key)
    const list = map instanceof Y.Map ? map.get('$list') : null
    this.known.delete(key)
    if (before) this.take(before)
    if (!(map instanceof Y.Map) || !LISTS.includes(list as List) || map.has('$value')) return
    const page = str(map.get('$page'))
    const order = str(map.get('$order'))
    const element = { key, page, order, list: list as List, fields: fieldsOf(map) }
    this.known.set(key, element)
    const sorted = this.sorted.get(page)
    sorted?.splice(placeIn(sorted, element), 0, element)
  }

  private take (element: Element): void {
    const sorted = this.sorted.get(element.page)
    sorted?.splice(placeIn(sorted, element), 1)
  }

  private tell (keys: Set<string> | null): void {
    for (const listener of this.listeners) listener(keys)
  }
}

/** Where an element is in a sorted list, or would be. */
function placeIn (sorted: Element[], element: Element): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (drawingOrder(sorted[middle]!, element) < 0) from = middle + 1
    else to = middle
  }
  return from
}
