// The pictures of a board that the server lacks. They are kept on this device until it has them, also
// when the tab is closed, and all tabs know of them.

import { signal } from '@preact/signals'
import type { Box } from '../geometry'
import type { Keeping } from './keeping'
import type { Tabs } from './tabs'

export interface Picture {
  /** That of the element which it becomes. */
  id: string
  name: string
  kind: string
  content: Blob
  page: string
  box: Box
  /** When it came, in milliseconds. */
  since: number
}

export class Waiting {
  readonly pictures = signal<Picture[]>([])
  private keeping: Keeping | null = null
  private tabs: Tabs | null = null
  /** What the database has of them. */
  private readonly kept = new Set<string>()
  /** Those that the database didn't take. */
  private readonly lost = new Set<string>()
  private readonly refused = new Set<string>()

  constructor (private readonly whenChanged: () => void) {}

  async open (keeping: Keeping, tabs: Tabs): Promise<void> {
    this.keeping = keeping
    this.tabs = tabs
    await this.look()
  }

  get count (): number {
    return this.pictures.value.length
  }

  /** How many of them are on this device, or are known not to be: it takes a moment. */
  get settled (): number {
    return this.kept.size + this.lost.size
  }

  /** How many of them the server doesn't take. */
  get stuck (): number {
    return this.refused.size
  }

  /** Whether closing this page would lose one. */
  get isAtRisk (): boolean {
    return this.pictures.value.some(({ id }) => !this.kept.has(id))
  }

  get isLosing (): boolean {
    return this.lost.size > 0
  }

  isLost (id: string): boolean {
    return this.lost.has(id)
  }

  async add (picture: Picture): Promise<void> {
    this.show([...this.pictures.value, picture])
    await this.keep(picture)
    if (this.isLosing && this.kept.has(picture.id)) await this.keepAgain() // there is room again
  }

  /** As the database has them, which other tabs and earlier pages write to; and what only this page has. */
  async look (): Promise<void> {
    const found = await this.keeping?.pictures().catch(() => null)
    if (!found) return
    const own = this.pictures.value.filter(({ id }) => !this.kept.has(id) && !found.some(one => one.id === id))
    this.kept.clear()
    for (const { id } of found) this.kept.add(id)
    this.show([...found, ...own])
  }

  /** What the database lacks, as it was full or was taken away. */
  async keepAgain (): Promise<void> {
    if (this.count === 0) return
    const found = await this.keeping?.pictures().catch(() => null)
    const missing = this.pictures.value.filter(({ id }) => !found?.some(one => one.id === id))
    for (const picture of missing) await this.keep(picture)
  }

  async drop (id: string): Promise<void> {
    await this.keeping?.dropPicture(id).catch(() => {})
    this.gone(id)
  }

  /** Lets `put` put it on the board, if it still waits. */
  async place (id: string, put: () => void): Promise<void> {
    if (this.kept.has(id)) await this.keeping!.place(id, put)
    else if (this.pictures.value.some(one => one.id === id)) put()
    this.gone(id)
  }

  refuse (id: string, isRefused: boolean): void {
    if (isRefused) this.refused.add(id)
    else this.refused.delete(id)
    this.whenChanged()
  }

  /** The person wants none of it any more. */
  clear (): void {
    this.show([])
  }

  private async keep (picture: Picture): Promise<void> {
    try {
      await this.keeping!.keepPicture(picture)
      this.kept.add(picture.id)
      this.lost.delete(picture.id)
      this.tabs!.tell({ kind: 'pictures' })
    } catch {
      this.kept.delete(picture.id)
      this.lost.add(picture.id)
    }
    this.show([...this.pictures.value])
  }

  private gone (id: string): void {
    this.show(this.pictures.value.filter(one => one.id !== id))
    this.tabs?.tell({ kind: 'pictures' })
  }

  private show (pictures: Picture[]): void {
    const ids = new Set(pictures.map(({ id }) => id))
    for (const known of [this.kept, this.lost, this.refused]) {
      for (const id of known) if (!ids.has(id)) known.delete(id)
    }
    this.pictures.value = pictures.sort((one, other) => one.since - other.since)
    this.whenChanged()
  }
}
