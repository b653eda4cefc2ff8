// Keeps the board on this device and on the server, and knows which of it is where.
//
// y-websocket learns nothing of what becomes of an update it sent. But the server answers a sync
// step 1 only when all that came before it is on disk: so after a change we ask for one more step,
// and the answer is the proof that the change is saved.

import { signal } from '@preact/signals'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { IndexeddbPersistence } from 'y-indexeddb'
import { writeSyncStep1 } from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import type { BoardDocument } from './document'

export type Ended = 'signed out' | 'forbidden' | 'gone' | 'refused'
export interface Saving {
  state: 'opening' | 'saved' | 'saving' | 'offline' | 'ended'
  unsaved: number
  /** Whether this browser keeps changes when the page is closed. */
  isKept: boolean
  ended?: Ended
}

const SYNC = 0
const STEP_1 = 0
const STEP_2 = 1
const ASK_AFTER_MS = 150
const BEAT_MS = 15_000
const CLOSED: Record<number, Ended> = { 4401: 'signed out', 4403: 'forbidden', 4404: 'gone' }
/** An answer to a question that the server got before what we had for it. */
const TOO_EARLY = -1

export class Saver {
  readonly saving = signal<Saving>({ state: 'opening', unsaved: 0, isKept: true })
  provider!: WebsocketProvider
  private kept: IndexeddbPersistence | null = null
  private changes = 0
  private savedChanges = 0
  private asked: number[] = []
  private timer = 0
  private ended: Ended | undefined
  private wasConnected = false

  constructor (private readonly board: BoardDocument, private readonly url: string) {}

  async open (sessionId: string, userId: string): Promise<void> {
    const { doc } = this.board
    this.provider = new WebsocketProvider(this.url, sessionId, doc, { connect: false, disableBc: true })
    this.listenToServer()
    doc.on('update', (_update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider && origin !== this.kept) this.changed()
    })
    if (await takesDatabases()) {
      // By person too: two people at one browser don't get each other's unsaved changes.
      this.kept = new IndexeddbPersistence(`solosync/${userId}/${sessionId}`, doc)
      await this.kept.whenSynced
      this.changes += Number(await this.kept.get('unsaved')) || 0
    }
    addEventListener('offline', () => this.provider.disconnect())
    addEventListener('online', () => { if (!this.ended) this.provider.connect() })
    addEventListener('beforeunload', event => {
      if (this.unsaved > 0 && !this.kept) event.preventDefault()
    })
    // y-websocket takes half a minute without any message for a lost connection.
    setInterval(() => this.ask(), BEAT_MS)
    if (navigator.onLine) this.provider.connect()
    this.tell()
  }

  private get unsaved (): number {
    return this.changes - this.savedChanges
  }

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
      if (status === 'connected') this.asked = [TOO_EARLY]
      if (status !== 'connecting') this.tell()
    })
    provider.on('connection-error', () => this.tell())
    provider.on('connection-close', () => setTimeout(() => this.tell()))
    provider.on('closed', ({ code }) => {
      this.ended = CLOSED[code] ?? 'refused'
      this.tell()
    })
  }

  /** The server lacks something, as it always may at the start: answers to what we asked before it
   * gets that prove nothing. Our reply goes out when the caller is done, our question behind it. */
  private wasAsked (): void {
    this.asked = this.asked.map(() => TOO_EARLY)
    setTimeout(() => this.ask())
  }

  private changed (): void {
    this.changes++
    this.remember()
    this.tell()
    if (!this.timer) this.timer = setTimeout(() => { this.timer = 0; this.ask() }, ASK_AFTER_MS)
  }

  private ask (): void {
    const { ws, wsconnected } = this.provider
    if (!wsconnected || ws?.readyState !== WebSocket.OPEN) return
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, SYNC)
    writeSyncStep1(message, this.board.doc)
    ws.send(encoding.toUint8Array(message))
    this.asked.push(this.changes)
  }

  private answered (): void {
    const proven = this.asked.shift() ?? TOO_EARLY
    if (proven !== TOO_EARLY) {
      this.savedChanges = Math.max(this.savedChanges, proven)
      this.wasConnected = true
      this.remember()
    }
    this.tell()
  }

  private remember (): void {
    this.kept?.set('unsaved', this.unsaved).catch(() => {
      this.kept = null // the database is full, or was taken away; the page says so
      this.tell()
    })
  }

  private tell (): void {
    const { unsaved, ended } = this
    const isKept = this.kept !== null
    this.saving.value = { state: this.state(), unsaved, isKept, ended }
  }

  private state (): Saving['state'] {
    if (this.ended) return 'ended'
    if (!this.provider.wsconnected) return navigator.onLine && !this.wasTried() ? 'opening' : 'offline'
    if (!this.wasConnected) return 'opening'
    return this.unsaved > 0 ? 'saving' : 'saved'
  }

  private wasTried (): boolean {
    return this.wasConnected || this.provider.wsUnsuccessfulReconnects > 0
  }
}

function takesDatabases (): Promise<boolean> {
  return new Promise(resolve => {
    try {
      const request = indexedDB.open('solosync')
      request.onsuccess = () => { request.result.close(); resolve(true) }
      request.onerror = request.onblocked = () => resolve(false)
    } catch {
      resolve(false)
    }
  })
}
