// Changes of a board that is gone, or that one may not change any more: offered as a board of one's own.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Doc } from 'yjs'
import { stateText } from '../projecting'
import { request } from '../server'
import { newId } from '../values'
import { discard, handOver } from './device'
import type { Picture } from './waiting'
import { words } from './words'

const LONGEST_NAME = 255

export interface Left { user: string, session: string, name: string, doc: Doc, pictures: Picture[] }

export function Rescue ({ left, discarded }: { left: Left, discarded: () => void }): JSX.Element {
  const [state, become] = useState<'asking' | 'working' | 'failed'>('asking')
  const [key] = useState(newId)
  const keep = async (): Promise<void> => {
    become('working')
    try {
      location.assign(`/boards/${await rescued(left, key)}/draw`)
    } catch {
      become('failed')
    }
  }
  const drop = async (): Promise<void> => {
    if (!confirm(words.discardAsked(left.name || words.unnamed))) return
    await discard(left.user, left.session)
    discarded()
  }
  return (
    <>
      {state === 'failed' && <p class='error' role='alert'>{words.notRescued}</p>}
      <p class='ways'>
        <button type='button' class='button' disabled={state === 'working'} onClick={() => { void keep() }}>
          {words.rescue}
        </button>
        <button type='button' class='quiet' disabled={state === 'working'} onClick={() => { void drop() }}>
          {words.discard}
        </button>
      </p>
    </>
  )
}

/** Makes a new board of it; the id. Only then the copy on this device goes. Pictures that wait are sent from
 * the new board's page. */
async function rescued ({ user, session, name, doc, pictures }: Left, key: string): Promise<string> {
  const title = words.rescued(name || words.unnamed).slice(0, LONGEST_NAME)
  const called = JSON.stringify(title)
  const answer = await request('/api/v1/solo/sessions/', {
    method: 'POST',
    // Asked again after an answer that was lost, it is the same board.
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: `{"name":${called},"state":${stateText(doc)}}`
  })
  if (!answer.ok) throw new Error(answer.statusText)
  const { id } = await answer.json()
  await handOver(user, id, title, pictures)
  await discard(user, session)
  return id
}
