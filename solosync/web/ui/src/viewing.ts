// A shared board as whoever has its link sees it: followed live, and changed by nobody here.

import { signal } from '@preact/signals'
import { WebsocketProvider } from 'y-websocket'
import { BoardDocument, type Page } from './document'
import { whenLoaded } from './looks/images'
import { address, addressed } from './paging'
import { BEAT_MS, CROWDED, CROWDED_MS, SIGNED_OUT, socketAddress } from './server'
import type { Shared } from './shared'
import type { Surface } from './surface'
import { visit, type Visit } from './visit'

type Watched = 'opening' | 'live' | 'lost' | 'gone' | 'later'

const RETRY_MS = 10_000

export class Viewing {
  readonly board = new BoardDocument()
  readonly watched = signal<Watched>('opening')
  readonly pages = signal<Page[]>([])
  readonly page = signal('')
  readonly count = signal(0)
  readonly scale = signal(1)
  surface!: Surface

  constructor (private readonly shared: Shared) {}

  async open (surface: Surface): Promise<void> {
    this.surface = surface
    surface.whenViewed = () => { this.scale.value = surface.scale }
    whenLoaded(() => surface.changed())
    this.board.listen(keys => this.changed(keys))
    addEventListener('hashchange', () => {
      if (this.pages.value.some(({ key }) => key === addressed())) this.show(addressed())
    })
    await this.enter()
  }

  private async enter (): Promise<void> {
    const { share, view } = this.shared
    const found = await visit(share, view).catch(() => 'lost' as const)
    if (typeof found === 'object') this.watch(found)
    else if (found === 'locked') location.reload()
    else {
      this.watched.value = found
      if (found !== 'gone') setTimeout(() => { void this.enter() }, CROWDED_MS)
    }
  }

  private watch ({ share, view }: Visit): void {
    const provider = new WebsocketProvider(socketAddress(), this.shared.session, this.board.doc, {
      params: { share, view }, disableBc: true, maxBackoffTime: RETRY_MS, resyncInterval: BEAT_MS
    })
    let isFirst = true
    provider.on('sync', (isSynced: boolean) => {
      this.watched.value = isSynced ? 'live' : 'lost'
      if (isSynced && isFirst) {
        isFirst = false
        this.show(this.wanted())
      }
    })
    provider.on('connection-error', () => { this.watched.value = 'lost' })
    provider.on('closed', ({ code }) => {
      if (code === SIGNED_OUT) location.reload() // the hour is over: this is another visit
      else if (code === CROWDED) {
        this.watched.value = 'later'
        setTimeout(() => provider.connect(), CROWDED_MS)
      } else this.watched.value = 'gone'
    })
  }

  /** The page that the address names, by its key or its number, else the one that was open last. */
  private wanted (): string {
    const pages = this.pages.value
    const named = pages.find(({ key }) => key === addressed()) ?? pages[this.shared.page - 1]
    return (named ?? this.board.active())?.key ?? ''
  }

  private changed (keys: Set<string> | null): void {
    if (!keys) {
      this.pages.value = this.board.pages()
      const isThere = this.pages.value.some(page => page.key === this.page.value)
      if (!isThere) this.lay(this.pages.value[0]?.key ?? '')
      else this.layPaper()
    }
    this.count.value = this.surface.elements().length
    this.surface.changed(keys)
  }

  show (key: string): void {
    this.lay(key)
    address(key)
  }

  private lay (key: string): void {
    this.page.value = this.surface.page = key
    this.count.value = this.surface.elements().length
    this.layPaper()
    this.surface.changed()
    this.surface.fit()
  }

  turn (by: number): void {
    const at = this.pages.value.findIndex(page => page.key === this.page.value)
    const page = this.pages.value[at + by]
    if (page) this.show(page.key)
  }

  private layPaper (): void {
    this.surface.lay(this.pages.value.find(page => page.key === this.page.value)?.background)
  }
}
