// What the board was: its versions, as the server keeps them, looked at and brought back.

import { effect, signal } from '@preact/signals'
import { Asides, type Aside } from './asides'
import type { Board, Element, Fields } from './document'
import type { Model } from './model'
import { momentOf } from './moments'
import { boardOf } from './past'
import { request } from './server'
import { texts } from './texts'

export interface Version { rev: number, created_at: string, actor: string, device: string, summary: string }
/** Versions that one person made in one go, the newest first. */
export interface Span { versions: Version[] }
/** What is shown in the canvas instead of the board as it is, and what can be done with it. */
export interface Preview {
  id: string
  board: Board
  told: string
  label: string
  act: () => void
  /** What it is about, if not about all of it. */
  element?: Element
}
type Trouble = 'offline' | 'failed' | null
interface Page { results: Version[], next: string | null }

const AT_ONCE = 100
const SPAN_MS = 5 * 60_000
const REST_MS = 2_000
/** What saves and drawing leave behind; all else stands for itself. */
const PLAIN = /^$|^\d/

export class History {
  readonly isOpen = signal(false)
  readonly versions = signal<Version[]>([])
  readonly more = signal<string | null>(null)
  readonly trouble = signal<Trouble>(null)
  readonly isBusy = signal(false)
  /** What was brought back as which rev, and what was there before, unless that was the same. */
  readonly restored = signal<{ version: Version, rev: number, before?: Version } | null>(null)
  readonly asides: Asides
  private readonly url: string
  private timer = 0
  private turn: Promise<unknown> = Promise.resolve()
  private busyUntil = 0

  constructor (private readonly model: Model, sessionId: string) {
    this.url = `/api/v1/solo/sessions/${sessionId}/`
    this.asides = new Asides(this, model.board)
    // Again when the connection is back, and after each save while somebody looks.
    effect(() => {
      const { state } = model.saver.saving.value
      if (state === 'saved' && this.isOpen.value) this.refreshSoon()
    })
    addEventListener('pointermove', event => {
      if (event.buttons > 0) this.busyUntil = performance.now() + REST_MS
    }, { capture: true, passive: true })
  }

  private open (): void {
    if (this.model.isGuest) return
    this.isOpen.value = true
    void this.refresh()
  }

  toggle (): void {
    if (this.isOpen.value) this.close()
    else this.open()
  }

  close (): void {
    this.isOpen.value = false
    this.restored.value = null
    this.model.lookAtNow()
  }

  private refreshSoon (): void {
    this.timer ||= setTimeout(() => {
      this.timer = 0
      if (this.isOpen.value) void this.refresh()
    }, REST_MS)
  }

  /** The newest; what was loaded of the older ones stays, unless some in between are missing. */
  async refresh (): Promise<void> {
    const page = await this.ask<Page>(`versions/?limit=${AT_ONCE}`)
    if (!page) return
    const oldest = page.results.at(-1)?.rev ?? 0
    const meets = (this.versions.value[0]?.rev ?? 0) >= oldest
    const older = meets ? this.versions.value.filter(({ rev }) => rev < oldest) : []
    if (older.length === 0) this.more.value = page.next
    this.versions.value = [...page.results, ...older]
    // What came after it would be undone with it.
    if ((page.results[0]?.rev ?? 0) > (this.restored.value?.rev ?? Infinity)) this.restored.value = null
  }

  async loadMore (): Promise<void> {
    const cursor = encodeURIComponent(this.more.value ?? '')
    const page = await this.ask<Page>(`versions/?limit=${AT_ONCE}&cursor=${cursor}`)
    if (!page) return
    const known = this.versions.value.at(-1)?.rev ?? Infinity
    this.versions.value = [...this.versions.value, ...page.results.filter(({ rev }) => rev < known)]
    this.more.value = page.next
  }

  /** Reading a large board takes long enough to hold up the pen: not while somebody draws here. */
  private async atRest (): Promise<void> {
    while (performance.now() < this.busyUntil) await new Promise(resolve => setTimeout(resolve, REST_MS / 4))
  }

  /** For its small picture. One after the other: a list that is scrolled asks for many. */
  inTurn (version: Version, draw: (board: Board) => Promise<void>, isWanted: () => boolean): void {
    this.turn = this.turn.then(async () => {
      await this.atRest()
      if (!isWanted()) return
      const answer = await request(`${this.url}versions/${version.rev}/`)
      const text = await answer.text()
      await this.atRest()
      if (answer.ok) await draw(boardOf((JSON.parse(text) as { state: Fields }).state))
    }).catch(() => {}) // without a picture, it is still told by its time
  }

  async look (version: Version): Promise<void> {
    this.isBusy.value = true
    const answer = await this.ask<{ state: Fields }>(`versions/${version.rev}/`)
    this.isBusy.value = false
    if (!answer || !this.isOpen.value) return
    this.model.lookAt({
      id: String(version.rev),
      board: boardOf(answer.state),
      told: texts.asOf(momentOf(version.created_at)),
      label: texts.restore,
      act: () => { void this.restore(version) }
    })
  }

  lookAtAside (aside: Aside): void {
    const element = this.asides.elementOf(aside, this.model.livePage)
    if (!element) return
    const act = (): void => this.bringAsideBack(aside)
    const board = this.asides.boardWith(element)
    this.model.lookAt({ id: aside.key, board, element, told: texts.withIt, label: texts.bringBack, act })
  }

  bringAsideBack (aside: Aside): void {
    const shown = this.model.livePage
    this.model.lookAtNow()
    if (this.model.mayDraw) this.asides.bringBack(aside, shown)
  }

  /** As a version of its own, so that it can be undone by another. */
  private async restore (version: Version): Promise<void> {
    if (await this.bringBack(version)) this.model.lookAtNow()
  }

  async undoRestore (): Promise<void> {
    const before = this.restored.value?.before
    if (before) await this.bringBack(before)
  }

  private async bringBack (version: Version): Promise<boolean> {
    this.isBusy.value = true
    const saved = await this.ask<{ rev: number }>(`versions/${version.rev}/restore/`, 'POST')
    if (saved) {
      await this.refresh()
      const [now, before] = this.versions.value
      const isNew = now?.rev === saved.rev && now.summary === `restored rev ${version.rev}`
      this.restored.value = { version, rev: saved.rev, before: isNew ? before : undefined }
    }
    this.isBusy.value = false
    return saved !== null
  }

  /** Null, and `trouble` says why, when there is no answer that helps. */
  async ask<Answer> (path: string, method = 'GET'): Promise<Answer | null> {
    try {
      const answer = await request(this.url + path, { method, headers: { Accept: 'application/json' } })
      this.trouble.value = answer.ok ? null : 'failed'
      return answer.ok ? await answer.json() as Answer : null
    } catch {
      this.trouble.value = 'offline'
      return null
    }
  }
}

/** What one person did in one go is one entry of the time line. */
export function spansOf (versions: Version[]): Span[] {
  const spans: Span[] = []
  for (const version of versions) {
    const span = spans.at(-1)
    const newer = span?.versions.at(-1)
    if (span && newer && isOneGo(newer, version)) span.versions.push(version)
    else spans.push({ versions: [version] })
  }
  return spans
}

function isOneGo (newer: Version, older: Version): boolean {
  const [later, earlier] = [new Date(newer.created_at), new Date(older.created_at)]
  return newer.actor === older.actor && newer.device === older.device &&
    PLAIN.test(newer.summary) && PLAIN.test(older.summary) &&
    later.getTime() - earlier.getTime() < SPAN_MS && later.toDateString() === earlier.toDateString()
}
