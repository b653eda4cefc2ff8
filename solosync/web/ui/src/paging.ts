// The pages of the board: which of them is shown, as the address tells it, and what is done to them.

import { signal } from '@preact/signals'
import { paperOf } from './backdrop'
import type { Page } from './document'
import type { Model } from './model'
import { texts } from './texts'

const NAME = 'page='

/** Of the undo manager; other parts of the page may note something on it. */
interface Step { meta: Map<unknown, any> }

export class Paging {
  /** The name of the page that was deleted just now, as long as one step back brings it back. */
  readonly removed = signal<string | null>(null)
  private wanted = addressed()

  constructor (private readonly model: Model) {
    addEventListener('hashchange', () => {
      const key = addressed()
      if (this.place(key) >= 0) model.show(key)
    })
  }

  // -- which is shown ------------------------------------------------------------------------

  /** The page that the address names, when it has come; the one that is shown; or what stands where
   * it stood. */
  toShow (before: Page[]): string {
    const { pages, page } = this.model
    if (this.wanted && this.place(this.wanted) >= 0) {
      const key = this.wanted
      this.wanted = ''
      return key
    }
    if (this.place(page.value) >= 0) return page.value
    const at = before.findIndex(({ key }) => key === page.value)
    return (pages.value[Math.max(0, at)] ?? pages.value.at(-1))?.key ?? ''
  }

  /** Somebody chose a page: none is waited for any more. */
  chosen (): void {
    this.wanted = ''
  }

  /** So that loading the page again, or handing on its address, leads back here. */
  tell (key: string): void {
    if (this.wanted || this.model.preview.value) return
    address(key)
  }

  /** A step that may be undone was done here. */
  mark (step: Step): void {
    step.meta.set(this, this.model.page.value)
  }

  /** Undoes or redoes something, and shows the page that this brought back, or where it was done. The
   * way back from it is the last of the other steps. */
  follow (act: () => Step | null, others: Step[]): void {
    const before = new Set(this.model.pages.value.map(({ key }) => key))
    const page = act()?.meta.get(this)
    others.at(-1)?.meta.set(this, page)
    const back = this.model.pages.value.find(({ key }) => !before.has(key))
    const seen = back?.key ?? page
    if (seen !== this.model.page.value && this.place(seen) >= 0) this.model.show(seen)
  }

  // -- what is done to them ------------------------------------------------------------------

  nameOf (key: string): string {
    const at = this.place(key)
    return this.model.pages.value[at]?.name || texts.page(at + 1)
  }

  /** Whether pages have names, places and paper of their own: not on a board that is one itself. */
  get mayChange (): boolean {
    return this.model.mayDraw && this.model.page.value !== ''
  }

  add (): void {
    this.model.show(this.model.board.addPage(texts.page(this.model.pages.value.length + 1)))
  }

  rename (key: string, name: string): void {
    const page = this.model.pages.value[this.place(key)]
    if (page && name.trim() !== page.name) this.model.board.setFields({ page: key }, { name: name.trim() })
  }

  /** By so many places, or to a place. */
  move (key: string, by: number, to = this.place(key) + by): void {
    const last = this.model.pages.value.length - 1
    const place = Math.max(0, Math.min(last, to))
    if (place === this.place(key)) return
    this.model.board.movePage(key, place)
    this.model.said.value = texts.pageMoved(this.nameOf(key), place + 1, last + 1)
  }

  duplicate (key: string): void {
    this.model.show(this.model.board.duplicatePage(key, texts.copyOf(this.nameOf(key))))
  }

  remove (key: string): void {
    if (this.model.pages.value.length < 2) return
    const name = this.nameOf(key)
    this.model.board.deletePage(key)
    this.removed.value = name
  }

  /** What else the page says of its paper stays; white paper has no colour. */
  setPaper (key: string, paper: { type: string, color?: string }): void {
    const { type: _, color, ...others } = paperOf(this.model.pages.value[this.place(key)]?.background)
    const given = paper.color ?? color
    const colored = paper.type === 'white' || given === undefined ? {} : { color: given }
    const background = { ...others, type: paper.type, ...colored }
    this.model.board.setFields({ page: key }, { background })
  }

  private place (key: string): number {
    return this.model.pages.value.findIndex(page => page.key === key)
  }
}

/** So that loading the page again leads back to this one. */
export function address (key: string): void {
  const hash = key && `#${NAME}${encodeURIComponent(key)}`
  if (location.hash !== hash) history.replaceState(history.state, '', location.pathname + location.search + hash)
}

/** The key of the page that the address names, if it does. */
export function addressed (): string {
  const given = location.hash.slice(1)
  if (!given.startsWith(NAME)) return ''
  try {
    return decodeURIComponent(given.slice(NAME.length))
  } catch {
    return ''
  }
}
