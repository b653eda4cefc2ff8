// Sends what a board on this device has and the server lacks, without showing the board.

import { effect } from '@preact/signals'
import type { Doc } from 'yjs'
import { Deliveries } from '../delivering'
import { BoardDocument } from '../document'
import { Saver, type Ended } from '../saving'
import { socketAddress } from '../server'
import type { KeptBoard } from './device'
import type { Picture } from './waiting'

export interface Sent { outcome: 'saved' | Ended, doc: Doc, pictures: Picture[] }

export async function send (user: string, { session, name }: KeptBoard): Promise<Sent> {
  const board = new BoardDocument()
  const saver = new Saver(board.doc, socketAddress())
  await saver.open(session, { user, name })
  const stop = new Deliveries(board, saver, session, async () => {}).listen()
  return await new Promise(resolve => {
    const end = effect(() => {
      const { state, ended = 'refused' } = saver.saving.value
      if (state !== 'saved' && state !== 'stuck' && state !== 'ended') return
      queueMicrotask(() => { end(); stop(); saver.close() })
      resolve({ outcome: state === 'saved' ? 'saved' : ended, doc: board.doc, pictures: saver.waiting.pictures.value })
    })
  })
}
