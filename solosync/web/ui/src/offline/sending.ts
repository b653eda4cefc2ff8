// Sends what a board on this device has and the server lacks, without showing the board.

import { effect } from '@preact/signals'
import * as Y from 'yjs'
import { Saver, type Ended } from '../saving'
import { socketAddress } from '../server'
import type { KeptBoard } from './device'

export interface Sent { outcome: 'saved' | Ended, doc: Y.Doc }

export async function send (user: string, { session, name }: KeptBoard): Promise<Sent> {
  const doc = new Y.Doc()
  const saver = new Saver(doc, socketAddress())
  await saver.open(session, { user, name })
  return await new Promise(resolve => {
    const end = effect(() => {
      const { state, ended = 'refused' } = saver.saving.value
      if (state !== 'saved' && state !== 'ended') return
      queueMicrotask(() => { end(); saver.close() })
      resolve({ outcome: state === 'saved' ? 'saved' : ended, doc })
    })
  })
}
