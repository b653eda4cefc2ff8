// The board as a Yjs document in the layout "board/1": the only place that knows the layout.

import * as Y from 'yjs'
import { after, compare, type Placed } from './order'

export type List = 'assets' | 'shapes' | 'strokes' | 'texts'
export type Fields = Record<string, unknown>

/** An element as it is now; a changed one is a new object, so that drawings can be kept by it. */
export interface Element extends Placed {
  page: string
  list: List
  fields: Fields
}

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
const encoder = new TextEncoder()
const decoder = new TextDecoder()

const stored = (value: unknown): unknown =>
  value !== null && typeof value === 'object' ? encoder.encode(JSON.stringify(value)) : value
const storedName = (name: string): string => (name.startsWith('$') ? `$${name}` : name)

function shown (value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  try {
    return JSON.parse(decoder.decode(value))
  } catch {
    return null
  }
}

function fieldsOf (map: Y.Map<unknown>): Fields {
  const fields: Fields = {}
  for (const [name, value] of map.entries()) {
    if (!name.startsWith('$')) fields[name] = shown(value)
    else if (name.startsWith('$$')) fields[name.slice(1)] = shown(value)
  }
  return fields
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

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
    const tracked = [this.elements, this.pageMaps] as Y.AbstractType<unknown>[]
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
      found.push({ key, order: text(map.get('$order')), name: text(map.get('name')), background })
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
    const key = text(fields.id) || newId()
    const last = this.on(page).filter(element => element.list === list).at(-1)?.order ?? null
    const map = new Y.Map<unknown>([
      ...Object.entries({ id: key, ...fields }).map(
        ([name, value]): [string, unknown] => [storedName(name), stored(value)]
      ),
      ['$page', page],
      ['$list', list],
      ['$order', after(last)]
    ])
    this.change(() => this.elements.set(key, map))
    return key
  }

  /** Sets these fields of an element, and no others: what else of it others change stays. */
  set (changes: Map<string, Fields>): void {
    this.change(() => {
      for (const [key, fields] of changes) {
        const map = this.elements.get(key)
        for (const [name, value] of Object.entries(fields)) map?.set(storedName(name), stored(value))
      }
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

  private change (action: () => void): void {
    this.doc.transact(action, this.me)
  }

  private changed (events: Y.YEvent<any>[]): void {
    const keys = new Set<string>()
    for (const event of events) {
      if (event.path.length > 0) keys.add(String(event.path[0]))
      else for (const key of event.changes.keys.keys()) keys.add(key)
    }
    for (const key of keys) this.read(key)
    this.tell(keys)
  }

  private read (key: string): void {
    const before = this.known.get(key)
    const map = this.elements.get(key)
    const list = map instanceof Y.Map ? map.get('$list') : null
    this.known.delete(key)
    if (before) this.sorted.delete(before.page)
    if (!(map instanceof Y.Map) || !LISTS.includes(list as List) || map.has('$value')) return
    const page = text(map.get('$page'))
    const order = text(map.get('$order'))
    this.known.set(key, { key, page, order, list: list as List, fields: fieldsOf(map) })
    this.sorted.delete(page)
  }

  private tell (keys: Set<string> | null): void {
    for (const listener of this.listeners) listener(keys)
  }
}

export function drawingOrder (a: Element, b: Element): number {
  if (a.list !== b.list) return LISTS.indexOf(a.list) - LISTS.indexOf(b.list)
  if (a.list === 'assets') {
    const between = (Number(a.fields.zIndex) || 0) - (Number(b.fields.zIndex) || 0)
    if (between !== 0) return between
  }
  return compare(a, b)
}

/** Browsers have `randomUUID` on https and on this machine only, not on plain http in a network. */
export function newId (): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const digits = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
