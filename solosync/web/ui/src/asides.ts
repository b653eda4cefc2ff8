// What merges chose against: what it was, how the board would look with it, and back onto the board.

import { signal } from '@preact/signals'
import { LISTS, type Board, type BoardDocument, type Element, type Fields, type List, type Place } from './document'
import type { History, Version } from './history'
import { board } from './past'
import { isObject } from './untyped'

/** As the server tells it: an element, a field of one, a page or a field of one, or a value of the
 * state (of its `meta`, where that is the list). */
interface Told { page: string | null, list: string | null, id: string | null, field?: string, value: unknown }
type Merge = Omit<Version, 'summary'>
interface Page { results: Array<Merge & { set_aside: Told[] }>, next: string | null }
export interface Aside extends Told, Omit<Merge, 'rev'> { key: string }

const VERSIONS_AT_ONCE = 20

export class Asides {
  readonly found = signal<Aside[] | null>(null)
  readonly more = signal<string | null>(null)

  constructor (private readonly history: History, private readonly document: BoardDocument) {}

  async load (cursor: string | null = null): Promise<void> {
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = await this.history.ask<Page>(`set-aside/?limit=${VERSIONS_AT_ONCE}${after}`)
    if (!page) return
    const found = page.results.flatMap(({ rev, set_aside: told, ...merge }) =>
      told.map((one, at): Aside => ({ ...merge, ...one, key: `${rev}/${at}` })))
    this.found.value = cursor ? [...this.found.value ?? [], ...found] : found
    this.more.value = page.next
  }

  /** Whether the board has it, as it was then. */
  isBack (aside: Aside): boolean {
    const { field, value } = aside
    const fields = isElement(aside) ? ownerOf(this.document, aside)?.fields : this.document.fieldsOf(placeOf(aside))
    if (!fields) return false
    if (field !== undefined) return alike(fields[field], value)
    return isObject(value) && Object.entries(value).every(([name, one]) => alike(fields[name], one))
  }

  /** Whether there still is what it belonged to. */
  fits (aside: Aside): boolean {
    if (isElement(aside)) return aside.field === undefined ? isObject(aside.value) : ownerOf(this.document, aside) !== undefined
    if (aside.page === null) return aside.field !== undefined
    return aside.field === undefined ? isObject(aside.value) : this.document.fieldsOf(placeOf(aside)) !== undefined
  }

  /** As one's own change, which can be undone like any other. */
  bringBack (aside: Aside, shown: string): void {
    const changes = changesOf(aside)
    const owner = isElement(aside) && ownerOf(this.document, aside)
    if (owner) this.document.set(new Map([[owner.key, changes]]))
    else if (isElement(aside)) this.document.add(this.pageOf(aside, shown), aside.list as List, changes)
    else this.document.setFields(placeOf(aside), changes)
  }

  /** The element that it is or belongs to, with it; null for what isn't drawn. */
  elementOf (aside: Aside, shown: string): Element | null {
    if (!isElement(aside) || !this.fits(aside)) return null
    const owner = ownerOf(this.document, aside)
    if (owner) return { ...owner, fields: { ...owner.fields, ...changesOf(aside) } }
    const page = this.pageOf(aside, shown)
    return { key: aside.key, page, list: aside.list as List, order: '~', fields: changesOf(aside) } // on top
  }

  /** The board with it. */
  boardWith (element: Element): Board {
    const pages = this.document.pages()
    const others = pages.flatMap(({ key }) => this.document.on(key)).filter(({ key }) => key !== element.key)
    return board(pages, [...others, element])
  }

  /** Its own page, or the one that is shown if that is gone. */
  private pageOf ({ page }: Aside, shown: string): string {
    const own = page ?? ''
    return this.document.pages().some(({ key }) => key === own) ? own : shown
  }
}

const isElement = ({ list }: Told): boolean => LISTS.includes(list as List)
const changesOf = ({ field, value }: Told): Fields => field === undefined ? value as Fields : { [field]: value }
/** Where its fields are: on a page, in the state's `meta`, or in the state itself. */
const placeOf = ({ page, list }: Told): Place =>
  page !== null ? { page } : list !== null ? 'meta' : 'state'

/** On its page, or wherever it was moved to. */
function ownerOf (document: Board, { page, list, id }: Told): Element | undefined {
  if (id === null) return undefined
  const isIt = (element: Element): boolean => element.list === list && element.fields.id === id
  const own = document.on(page ?? '').find(isIt)
  if (own) return own
  for (const { key } of document.pages()) {
    const moved = document.on(key).find(isIt)
    if (moved) return moved
  }
  return undefined
}

/** Equal as JSON, however the members are ordered. */
function alike (a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return a === b
    return a.length === b.length && a.every((item, at) => alike(item, b[at]))
  }
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => name in b && alike(a[name], b[name]))
}
