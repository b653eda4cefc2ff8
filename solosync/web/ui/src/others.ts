// Who else is here: their pointers and what they are drawing right now, by awareness, which the
// server hands on and doesn't keep. And what they are told of this page.

import { signal } from '@preact/signals'
import { toBase64 } from 'lib0/buffer'
import { digest } from 'lib0/hash/sha256'
import { encodeUtf8 } from 'lib0/string'
import type { WebsocketProvider } from 'y-websocket'
import { LISTS, type Element, type List } from './document'
import { pointsOf, round, type Point } from './geometry'
import type { Cursor } from './looks/cursors'
import type { Surface } from './surface'
import { COLORS } from './tools/choices'
import { isObject } from './untyped'

const TOLD_MS = 50
/** Of a stroke that grows; as many as show its way while its message stays small. */
const MOST_POINTS = 120
/** What is done is shown until the element itself has come, which takes until the disk has it. */
const KEPT_MS = 1000
const PERSON_BYTES = 12
export const LONGEST_NAME = 40
const SAFE_COLOR = /^#[0-9a-f]{6}$/i

export class Others {
  readonly names = signal<string[]>([])
  private pointing: Point | null = null
  private drawing: Element | null = null
  private timer = 0
  private isStale = false
  /** Sketches whose element has come: one that is undone right after doesn't come back. */
  private arrived = new Set<string>()

  private provider!: WebsocketProvider
  private surface: Surface | null = null

  /** `isThere` tells whether the board shows what one points at: an older version isn't it. */
  constructor (
    private readonly isThere: () => boolean,
    private readonly isOnBoard: (key: string) => boolean
  ) {}

  join (provider: WebsocketProvider, surface: Surface): void {
    const { awareness } = provider
    this.provider = provider
    this.surface = surface
    // y-websocket sends back what it is told of others; the server has it already.
    const tell = provider._awarenessUpdateHandler
    awareness.off('update', tell)
    awareness.on('update', (changes: unknown, origin: unknown) => {
      if (origin !== provider) tell(changes, origin)
    })
    awareness.on('change', () => this.show())
    surface.whenSketched = element => this.sketched(element)
  }

  /** `person` is the same in all tabs of one, by which people are counted. */
  introduce (name: string, person: string): void {
    const { awareness } = this.provider
    const color = awareness.getLocalState()?.user?.color ?? ownColor()
    awareness.setLocalStateField('user', { name, color, person })
  }

  // -- what others are told ------------------------------------------------------------------

  /** Every few milliseconds, and always where one came to rest. */
  pointed (point: Point | null): void {
    this.pointing = point
    this.tellSoon()
  }

  private sketched (element: Element | null): void {
    const before = this.drawing
    this.drawing = element
    this.tellSoon()
    if (element || !before) return
    setTimeout(() => { // by then it is on the board, unless it was cancelled
      if (this.drawing || !this.isOnBoard(before.key)) return
      this.drawing = before
      this.tellSoon()
      setTimeout(() => {
        if (this.drawing !== before) return
        this.drawing = null
        this.tellSoon()
      }, KEPT_MS)
    })
  }

  private tellSoon (): void {
    this.isStale = true
    if (this.timer === 0 && this.surface) this.tell(this.surface)
  }

  private tell (surface: Surface): void {
    const { awareness } = this.provider
    const { pointing, drawing } = this
    this.isStale = false
    const isThere = this.isThere()
    awareness.setLocalState({
      ...awareness.getLocalState(),
      cursor: pointing && isThere ? { page: surface.page, x: round(pointing.x), y: round(pointing.y) } : null,
      doing: drawing && isThere && awareness.getStates().size > 1 ? small(drawing) : null
    })
    this.timer = setTimeout(() => {
      this.timer = 0
      if (this.isStale) this.tell(surface)
    }, TOLD_MS)
  }

  // -- what they tell ------------------------------------------------------------------------

  show (): void {
    const { surface } = this
    if (!surface) return
    const { awareness } = this.provider
    const cursors: Cursor[] = []
    const own = awareness.getLocalState()?.user?.person
    const people = new Map<unknown, string>()
    const sketches: Element[] = []
    const arrived = new Set<string>()
    for (const [id, { user, cursor, doing }] of awareness.getStates()) {
      if (id === awareness.clientID || typeof user?.name !== 'string') continue
      const name = user.name.slice(0, LONGEST_NAME)
      if (user.person === undefined || user.person !== own) people.set(user.person ?? id, name)
      if (!this.isThere()) continue
      const element = elementOf(doing)
      if (element && (this.arrived.has(element.key) || this.isOnBoard(element.key))) arrived.add(element.key)
      else if (element?.page === surface.page) sketches.push(element)
      const { page, x, y } = cursor ?? {}
      if (page !== surface.page || !Number.isFinite(x) || !Number.isFinite(y)) continue
      cursors.push({ name, color: SAFE_COLOR.test(user.color) ? user.color : COLORS[4]!, x, y })
    }
    const names = [...people.values()]
    if (names.join('\n') !== this.names.value.join('\n')) this.names.value = names
    this.arrived = arrived
    surface.others(cursors, sketches)
  }
}

/** Much of a stroke, in few bytes. */
function small ({ page, list, fields }: Element): object {
  const points = pointsOf(fields)
  if (points.length === 0) return { page, list, fields }
  const step = Math.ceil(points.length / MOST_POINTS)
  const some = points.filter((_, at) => at % step === 0 || at === points.length - 1)
  const plain = some.map(({ x, y, p }) => p === undefined ? [x, y] : [x, y, p])
  return { page, list, fields: { ...fields, points: plain } }
}

/** Somebody else made it: it may be anything. */
function elementOf (doing: unknown): Element | null {
  if (!isObject(doing)) return null
  const { page, list, fields } = doing
  if (typeof page !== 'string' || !LISTS.includes(list as List) || !isObject(fields)) return null
  const { id } = fields
  return typeof id === 'string' ? { key: id, order: '', page, list: list as List, fields } : null
}

/** By what somebody's tabs are known as theirs, on this board alone: nobody is told who they are elsewhere. */
export function personOn (session: string, id: string): string {
  return toBase64(digest(encodeUtf8(`${session} ${id}`)).subarray(0, PERSON_BYTES))
}

function ownColor (): string {
  return COLORS[1 + Math.floor(Math.random() * (COLORS.length - 1))]!
}
