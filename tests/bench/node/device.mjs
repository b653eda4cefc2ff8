// One device on one board: a real Y.Doc behind a socket that speaks the y-websocket or the Hocuspocus protocol.
import WebSocket from 'ws'
import * as Y from 'yjs'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

const SYNC = 0
const AUTH = 2
const SYNC_REPLY = 4 // Hocuspocus: as SYNC, but asks for nothing back
const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2
const CONNECT_TIMEOUT = 15_000 // ms

export class Device {
  /** `received(bytes)` is called with each sync message once its update is in the document, or at once where the
   *  device doesn't apply what it is sent. `lost()` is called when the server closes the socket. */
  constructor ({ url, envelope, board, received = () => {}, lost = () => {} }) {
    Object.assign(this, { url, board, received, lost, applies: true, isClosing: false, syncWaiters: [], outbox: null })
    this.isHocuspocus = envelope === 'hocuspocus'
    this.doc = new Y.Doc()
    this.doc.on('update', (update, origin) => {
      if (origin === this) return
      if (this.outbox === null) this.send(SYNC, UPDATE, update)
      else this.outbox.push(this.message(SYNC, UPDATE, update))
    })
  }

  /** Makes an edit now, and sends it later: returns the messages for `sendMessage`. */
  hold (edit) {
    this.outbox = []
    edit()
    const messages = this.outbox
    this.outbox = null
    return messages
  }

  async connect () {
    const address = this.url.replace('{board}', encodeURIComponent(this.board))
    this.socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true })
    this.socket.binaryType = 'nodebuffer'
    this.socket.on('message', data => this.receive(data))
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('error', reject)
    })
    this.socket.on('error', () => {}) // 'close' follows
    this.socket.on('close', code => {
      if (this.isClosing) return
      this.closeCode = code
      this.syncWaiters.splice(0).forEach(({ reject }) => reject(new Error(`${this.board}: closed with ${code}`)))
      this.lost(code)
    })
    if (this.isHocuspocus) this.send(AUTH, 0, new TextEncoder().encode('token'))
    await this.sync()
  }

  /** Asks for what the server has; its answer comes after it took in what was sent before. */
  sync () {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.board}: no answer to sync step 1`)), CONNECT_TIMEOUT)
      this.syncWaiters.push({ resolve: () => { clearTimeout(timer); resolve() }, reject })
      this.send(SYNC, STEP_1, Y.encodeStateVector(this.doc))
    })
  }

  send (type, step, payload) { this.sendMessage(this.message(type, step, payload)) }

  sendMessage (message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message)
  }

  message (type, step, payload) {
    const message = encoding.createEncoder()
    if (this.isHocuspocus) encoding.writeVarString(message, this.board)
    encoding.writeVarUint(message, type)
    encoding.writeVarUint(message, step)
    encoding.writeVarUint8Array(message, payload)
    return encoding.toUint8Array(message)
  }

  receive (bytes) {
    const message = decoding.createDecoder(bytes)
    if (this.isHocuspocus) decoding.readVarString(message)
    const type = decoding.readVarUint(message)
    if (type !== SYNC && type !== SYNC_REPLY) return
    const step = decoding.readVarUint(message)
    const payload = decoding.readVarUint8Array(message)
    if (step === STEP_1) {
      this.send(SYNC, STEP_2, Y.encodeStateAsUpdate(this.doc, payload))
      return
    }
    if (this.applies) Y.applyUpdate(this.doc, payload, this)
    this.received(bytes)
    if (step === STEP_2) this.syncWaiters.splice(0).forEach(({ resolve }) => resolve())
  }

  close () {
    this.isClosing = true
    this.socket?.terminate()
    this.doc.destroy()
  }
}
