// Keeps the board on this device and on the server, and knows which of it is where.
//
// y-websocket learns nothing of what becomes of an update it sent. But the server answers a sync
// step 1 only when all that came before it is on disk: so after a change we ask for one more step,
// and the answer is the proof that the change is saved.

import { computed, effect, signal } from '@preact/signals'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { writeSyncStep1 } from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { askToPersist, clearSaved, databaseOf } from './offline/device'
import { forgetPictures, KeptPictures } from './offline/kept_pictures'
import { Keeping } from './offline/keeping'
import { Tabs, type Told } from './offline/tabs'
import { Waiting } from './offline/waiting'
import { lookForNewer } from './offline/worker'
import { sendInPieces } from './pieces'
import { BEAT_MS, CROWDED, CROWDED_MS, FORBIDDEN, GONE, isSomebodyElse, lookWhoIsHere, SIGNED_OUT } from './server'

export type Ended = 'signed out' | 'somebody else' | 'forbidden' | 'gone' | 'refused'
export interface Saving {
  /** Stuck is what the server doesn't take, when it has everything else. */
  state: 'opening' | 'saved' | 'saving' | 'stuck' | 'offline' | 'ended'
  /** Changes and pictures. */
  unsaved: number
  /** Whether this browser keeps changes when the page is closed. */
  isKept: boolean
  ended?: Ended
}
/** Whose copy of the board is kept on this device, and what it is called there. */
interface Keeper { user: string, name: string }

const CONNECTED: Array<Saving['state']> = ['saved', 'saving', 'stuck']
const SYNC = 0
const STEP_1 = 0
const STEP_2 = 1
const ASK_AFTER_MS = 150
const CLOSED: Record<number, Ended> = { [SIGNED_OUT]: 'signed out', [FORBIDDEN]: 'forbidden', [GONE]: 'gone' }
const TOO_LONG = 1009 // a message, which wouldn't be taken the next time either
/** An answer to a question that the server got before what we had for it. */
const TOO_EARLY = -1

export class Saver {
  readonly saving = signal<Saving>({ state: 'opening', unsaved: 0, isKept: true })
  readonly isConnected = computed(() => CONNECTED.includes(this.saving.value.state))
  readonly waiting = new Waiting(() => this.tell())
  /** Copies of the pictures that are on the board. */
  copies: KeptPictures | null = null
  provider!: WebsocketProvider
  private keeping: Keeping | null = null
  private tabs: Tabs | null = null
  /** The changes that the server isn't known to have, each by the moment when it got into this
   * document: a question asked after that proves it. */
  private readonly unsent = new Map<string, number>()
  private moment = 0
  private readonly tab = Math.random().toString(36).slice(2)
  private asked: number[] = []
  private isOwed = false // a question, behind the last answer
  private timer = 0
  private beat = 0
  private ended: Ended | undefined
  private wasConnected = false
  private watching = (): void => {}

  constructor (private readonly doc: Y.Doc, private readonly url: string) {}

  /** Without a keeper, nothing is kept on this device. */
  async open (sessionId: string, keeper: Keeper | null, visit: Record<string, string> = {}): Promise<void> {
    // The server refuses the socket if somebody else has signed in to this browser meanwhile.
    const params = keeper ? { user: keeper.user } : visit
    this.provider = new WebsocketProvider(this.url, sessionId, this.doc, {
      connect: false,
      disableBc: true,
      params,
      shouldReconnect: ({ code }) => code !== TOO_LONG && (code < 4400 || code > 4499)
    })
    if (!keeper) sendInPieces(this.provider, this.doc)
    this.listenToServer()
    this.doc.on('update', (update: Uint8Array, origin: unknown) => this.updated(update, origin))
    if (keeper) {
      this.copies = new KeptPictures(keeper.user, sessionId)
      await this.keep(databaseOf(keeper.user, sessionId), keeper)
    }
    if (keeper) this.watching = effect(() => { if (isSomebodyElse.value) this.makeWay() })
    addEventListener('offline', this.leave)
    addEventListener('online', this.comeBack)
    addEventListener('beforeunload', this.warn)
    this.beat = setInterval(() => {
      this.ask()
      if (this.keeping?.needsRewriting) this.keeping.rewrite()
      void this.waiting.keepAgain()
    }, BEAT_MS)
    if (navigator.onLine) this.provider.connect()
    this.tell()
  }

  /** The way that was opened by has ended, and here is another. */
  comeBackBy (visit: Record<string, string>): void {
    this.ended = undefined
    this.provider.params = visit
    this.provider.connect()
    this.tell()
  }

  close (): void {
    clearInterval(this.beat)
    removeEventListener('offline', this.leave)
    removeEventListener('online', this.comeBack)
    removeEventListener('beforeunload', this.warn)
    this.watching()
    this.provider.destroy()
    this.tabs?.close()
    this.keeping?.stop()
    this.copies?.stop()
  }

  /** Nothing more is sent; what isn't saved stays on this device for whom it is from. */
  private makeWay (): void {
    this.ended = 'somebody else'
    this.provider.disconnect()
    this.tell()
  }

  private readonly leave = (): void => this.provider.disconnect()
  private readonly comeBack = (): void => { if (!this.ended) this.provider.connect() }
  private readonly warn = (event: Event): void => {
    if ((this.unsent.size > 0 && !this.isKept) || this.waiting.isAtRisk) event.preventDefault()
  }

  private get isKept (): boolean {
    return (this.keeping?.isKept ?? false) && !this.waiting.isLosing
  }

  // -- this device ---------------------------------------------------------------------------

  private async keep (database: string, { user, name }: Keeper): Promise<void> {
    this.tabs = new Tabs(database, told => this.heard(told))
    const about = { name, opened: Date.now() }
    this.keeping = new Keeping(
      database, about, this.doc, () => [...this.unsent.keys()], () => this.tell()
    )
    this.keeping.makeRoom = () => forgetPictures(user)
    this.add(await this.keeping.load())
    await this.waiting.open(this.keeping, this.tabs)
    this.tabs.tell({ kind: 'opened', vector: Y.encodeStateVector(this.doc) })
  }

  private updated (update: Uint8Array, origin: unknown): void {
    if (origin === this.tabs || origin === this.keeping) return // it is kept already
    if (origin === this.provider) {
      this.keeping?.add(update)
      return
    }
    const change = `${this.tab}/${this.moment}`
    this.add([change])
    this.keeping?.add(update, change)
    this.tabs?.tell({ kind: 'has', update, changes: [change] })
    if (!this.provider.wsconnected && this.keeping) askToPersist()
    this.tell()
    this.askSoon()
  }

  private heard (told: Told): void {
    if (told.kind === 'opened') {
      const update = Y.encodeStateAsUpdate(this.doc, told.vector)
      this.tabs!.tell({ kind: 'has', update, changes: [...this.unsent.keys()] })
    } else if (told.kind === 'has') {
      Y.applyUpdate(this.doc, told.update, this.tabs)
      this.add(told.changes)
      this.askSoon()
    } else if (told.kind === 'saved') {
      for (const change of told.changes) this.unsent.delete(change)
    } else if (told.kind === 'pictures') {
      void this.waiting.look()
    } else if (told.kind === 'cleared') {
      this.copies!.begin()
      if (!this.ended) this.keeping!.rewrite()
    } else {
      if (told.kind === 'discarded') {
        this.unsent.clear()
        this.waiting.clear()
      }
      this.keeping!.stop()
      this.copies!.stop()
      this.ended ??= 'signed out'
      this.provider.disconnect()
    }
    this.tell()
  }

  private add (changes: string[]): void {
    this.moment++
    for (const change of changes) {
      if (!this.unsent.has(change)) this.unsent.set(change, this.moment)
    }
  }

  // -- the server ----------------------------------------------------------------------------

  private listenToServer (): void {
    const { provider } = this
    const receive = provider.messageHandlers[SYNC]!
    provider.messageHandlers[SYNC] = (reply, message, ...rest) => {
      const step = decoding.readVarUint(decoding.clone(message))
      receive(reply, message, ...rest)
      if (step === STEP_2) this.answered()
      if (step === STEP_1) this.wasAsked()
    }
    provider.on('status', ({ status }) => {
      if (status === 'connected') {
        this.asked = [TOO_EARLY]
        this.isOwed = false
        if (this.wasConnected) lookForNewer() // where the server was, another may be
      }
      if (status !== 'connecting') this.tell()
    })
    provider.on('connection-error', () => this.tell())
    provider.on('connection-close', () => setTimeout(() => this.tell()))
    provider.on('closed', ({ code }) => {
      if (code === CROWDED) {
        setTimeout(() => provider.connect(), CROWDED_MS)
        return
      }
      this.ended ??= CLOSED[code] ?? 'refused'
      if (code === SIGNED_OUT) void lookWhoIsHere()
      if (this.ended === 'gone' || this.ended === 'forbidden') this.forget()
      this.tell()
    })
  }

  /** The server lacks something, as it always may at the start: answers to what we asked before it
   * gets that prove nothing. Our reply goes out when the caller is done, our question behind it; and
   * behind the answers that are on their way, or we would be sent all that is in them twice. */
  private wasAsked (): void {
    this.isOwed = this.asked.length > 0
    this.asked = this.asked.map(() => TOO_EARLY)
    if (!this.isOwed) setTimeout(() => this.ask())
  }

  private askSoon (): void {
    this.timer ||= setTimeout(() => { this.timer = 0; this.ask() }, ASK_AFTER_MS)
  }

  private ask (): void {
    const { ws, wsconnected } = this.provider
    if (!wsconnected || ws?.readyState !== WebSocket.OPEN) return
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, SYNC)
    writeSyncStep1(message, this.doc)
    ws.send(encoding.toUint8Array(message))
    // What waits for something that is missing wasn't sent on.
    this.asked.push(this.doc.store.pendingStructs || this.doc.store.pendingDs ? TOO_EARLY : this.moment)
  }

  private answered (): void {
    const proven = this.asked.shift() ?? TOO_EARLY
    if (proven !== TOO_EARLY) {
      this.wasConnected = true
      const saved = [...this.unsent].filter(([, moment]) => moment <= proven).map(([change]) => change)
      if (saved.length > 0) this.saved(saved)
    }
    if (this.isOwed && this.asked.length === 0) {
      this.isOwed = false
      this.ask()
    }
    this.tell()
  }

  private saved (changes: string[]): void {
    for (const change of changes) this.unsent.delete(change)
    this.keeping?.drop(changes)
    this.tabs?.tell({ kind: 'saved', changes })
  }

  /** Of a board that isn't this person's any more, only what nobody else has stays here. */
  private forget (): void {
    const { user } = this.provider.params
    if (user) void clearSaved(user, this.provider.roomname).catch(() => {})
  }

  private tell (): void {
    const { ended, isKept } = this
    this.saving.value = { state: this.state(), unsaved: this.unsent.size + this.waiting.settled, isKept, ended }
  }

  private state (): Saving['state'] {
    if (this.ended) return 'ended'
    if (!this.provider.wsconnected) return navigator.onLine && !this.wasTried() ? 'opening' : 'offline'
    if (!this.wasConnected) return 'opening'
    if (this.unsent.size > 0 || this.waiting.count > this.waiting.stuck) return 'saving'
    return this.waiting.count > 0 ? 'stuck' : 'saved'
  }

  private wasTried (): boolean {
    return this.wasConnected || this.provider.wsUnsuccessfulReconnects > 0
  }
}
