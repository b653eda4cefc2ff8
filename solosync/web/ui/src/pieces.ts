// By a share link, the server reads messages of up to 1 MiB and ends the connection at a longer one. What
// is more than that, such as thousands of strokes that are pasted, moved, or were drawn without a connection,
// goes in several: an update is a list of small parts, each of which may come by itself.

import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { messageYjsSyncStep1, writeUpdate } from 'y-protocols/sync'
import type { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const SYNC = 0
const MOST = 512 * 1024 // bytes: beside the parts there is what leads up to them

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number]

/** Lets a provider send no message that is longer than such a link takes. */
export function sendInPieces (provider: WebsocketProvider, doc: Y.Doc): void {
  const sendAll = (update: Uint8Array): void => {
    for (const piece of piecesOf(update)) {
      const message = encoding.createEncoder()
      encoding.writeVarUint(message, SYNC)
      writeUpdate(message, piece)
      provider.ws?.send(encoding.toUint8Array(message))
    }
  }
  doc.off('update', provider._updateHandler)
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== provider && provider.wsconnected) sendAll(update)
  })
  const receive = provider.messageHandlers[SYNC]!
  provider.messageHandlers[SYNC] = (reply, message, ...rest) => {
    const ahead = decoding.clone(message)
    if (decoding.readVarUint(ahead) === messageYjsSyncStep1) {
      const missing = Y.encodeStateAsUpdate(doc, decoding.readVarUint8Array(ahead))
      if (missing.length > MOST) return sendAll(missing)
    }
    receive(reply, message, ...rest)
  }
}

/** What comes to the same as an update, and none of it too long, unless a single part is. */
function piecesOf (update: Uint8Array): Uint8Array[] {
  if (update.length <= MOST) return [update]
  const { structs, ds } = Y.decodeUpdate(update)
  const pieces: Struct[][] = []
  let size = 0
  for (const struct of structs) {
    const own = lengthOf(struct)
    const before = pieces.at(-1)?.[0]
    if (before?.id.client !== struct.id.client || size + own > MOST) {
      pieces.push([])
      size = 0
    }
    pieces.at(-1)!.push(struct)
    size += own
  }
  const deleted = ds.clients.size > 0 ? [encoded([], ds)] : []
  return [...pieces.map(structs => encoded(structs)), ...deleted]
}

function lengthOf (struct: Struct): number {
  const encoder = new Y.UpdateEncoderV1()
  struct.write(encoder, 0)
  return encoding.length(encoder.restEncoder)
}

/** In the first version of the form that Yjs has for updates: parts of one person, and what was deleted. */
function encoded (structs: Struct[], deleted?: ReturnType<typeof Y.decodeUpdate>['ds']): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  const rest = encoder.restEncoder
  const [first] = structs
  encoding.writeVarUint(rest, first ? 1 : 0)
  if (first) {
    encoding.writeVarUint(rest, structs.length)
    encoder.writeClient(first.id.client)
    encoding.writeVarUint(rest, first.id.clock)
    for (const struct of structs) struct.write(encoder, 0)
  }
  encoding.writeVarUint(rest, deleted?.clients.size ?? 0)
  for (const [client, items] of deleted?.clients ?? []) {
    encoding.writeVarUint(rest, client)
    encoding.writeVarUint(rest, items.length)
    for (const { clock, len } of items) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(len)
    }
  }
  return encoder.toUint8Array()
}
