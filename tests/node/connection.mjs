// A y-websocket provider as it comes from npm, driven by commands.
import * as Y from 'yjs'
import { WebsocketProvider } from 'y-websocket'
import WebSocket from 'ws'
import * as encoding from 'lib0/encoding'
import { writeSyncStep1 } from 'y-protocols/sync'

const MESSAGE_SYNC = 0
const SYNC_STEP_2 = 1
const DEFAULT_TIMEOUT = 20_000 // ms; of every command that waits
const LONGEST_BACKOFF = 300 // ms; tests restart servers, and shouldn't wait for the provider

export class Connection {
  constructor () {
    this.doc = new Y.Doc()
    this.provider = null
    this.closes = [] // {code, reason} of sockets that the server closed or lost, not yet asked for
    this.watchers = new Set() // checked after every change of the document, the awareness or the socket
    this.answeredSyncs = 0
    this.doc.on('update', () => this.changed())
  }

  changed () { for (const check of this.watchers) check() }

  /** Resolves once `condition()` is true, which is looked at again after every change. */
  until (condition, what, timeout = DEFAULT_TIMEOUT) {
    return new Promise((resolve, reject) => {
      const settle = (done, value) => { clearTimeout(timer); this.watchers.delete(check); done(value) }
      const check = () => { if (condition()) settle(resolve) }
      const timer = setTimeout(() => settle(reject, new Error(`after ${timeout} ms still not: ${what}`)), timeout)
      this.watchers.add(check)
      check()
    })
  }

  /** The first call says where to; a later one takes up the same connection again, with a new token if there is one. */
  connect ({ url, room, token, params = {}, protocols = [], cookie }) {
    const query = token === undefined ? params : { ...params, token }
    if (this.provider !== null) {
      Object.assign(this.provider.params, query)
      this.provider.connect()
      return
    }
    const Socket = cookie === undefined
      ? WebSocket
      : class extends WebSocket { constructor (address, subprotocols) { super(address, subprotocols, { headers: { cookie } }) } }
    this.provider = new WebsocketProvider(url, room, this.doc, {
      params: query, protocols, WebSocketPolyfill: Socket, disableBc: true, maxBackoffTime: LONGEST_BACKOFF
    })
    this.provider.on('sync', () => this.changed())
    this.provider.on('connection-close', event => {
      if (event !== null) this.closes.push({ code: event.code, reason: event.reason })
      this.changed()
    })
    this.provider.awareness.on('change', () => this.changed())
    const readSync = this.provider.messageHandlers[MESSAGE_SYNC]
    this.provider.messageHandlers[MESSAGE_SYNC] = (encoder, decoder, ...more) => {
      const isAnswer = decoder.arr[decoder.pos] === SYNC_STEP_2
      readSync(encoder, decoder, ...more)
      if (isAnswer) { this.answeredSyncs++; this.changed() }
    }
  }

  /** Asks the server what it has, after all that was sent before: its answer comes after it took that in. */
  async flush ({ timeout }) {
    await this.until(() => this.provider.synced, 'synced', timeout)
    const wanted = this.answeredSyncs + 1
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, MESSAGE_SYNC)
    writeSyncStep1(message, this.doc)
    this.provider.ws.send(encoding.toUint8Array(message))
    await this.until(() => this.answeredSyncs >= wanted || !this.provider.synced, 'answered by the server', timeout)
    if (!this.provider.synced) throw new Error('the connection was lost before the server answered')
  }

  async waitClosed ({ code, timeout }) {
    const isWanted = close => code === undefined || close.code === code
    const seen = () => JSON.stringify(this.closes)
    await this.until(() => this.closes.some(isWanted), `closed with ${code ?? 'any code'} (seen: ${seen()})`, timeout)
    return this.closes.splice(0, this.closes.findIndex(isWanted) + 1).pop()
  }

  get commands () {
    return {
      connect: args => this.connect(args),
      disconnect: () => this.provider.disconnect(),
      wait_synced: ({ timeout }) => this.until(() => this.provider.synced, 'synced', timeout),
      wait_closed: args => this.waitClosed(args),
      flush: args => this.flush(args),
      status: () => ({
        connected: this.provider.wsconnected, synced: this.provider.synced, gave_up: !this.provider.shouldConnect,
        client_id: this.doc.clientID, closes: this.closes
      }),
      awareness: ({ state }) => this.provider.awareness.setLocalState(state),
      awareness_states: () => Object.fromEntries(this.provider.awareness.getStates()),
      wait_awareness: ({ count, timeout }) =>
        this.until(() => this.provider.awareness.getStates().size === count, `${count} awareness states`, timeout)
    }
  }
}
