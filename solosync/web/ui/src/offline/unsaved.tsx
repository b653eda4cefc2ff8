// What this device has and the server lacks, told on the pages beside the board's: it is sent from there.

import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { keptBoards, type KeptBoard } from './device'
import { Rescue } from './rescue'
import { send, type Sent } from './sending'
import { words } from './words'

const rows = signal<Row[]>([])
interface Row { board: KeptBoard, sent?: Sent }

/** Each board that has something unsent; the server may be away as long as it likes. */
export async function sendAll (user: string): Promise<void> {
  const boards = (await keptBoards(user)).filter(board => board.unsent > 0)
  rows.value = boards.map(board => ({ board }))
  await Promise.all(boards.map(async board => {
    const sent = await send(user, board)
    rows.value = rows.value.map(row => row.board === board ? { board, sent } : row)
  }))
}

export function Unsaved ({ user }: { user: string }): JSX.Element | null {
  if (rows.value.length === 0) return null
  return (
    <section class='card unsaved' role='status' aria-label={words.unsent}>
      {rows.value.map(row => <BoardLeft key={row.board.session} user={user} row={row} />)}
    </section>
  )
}

function BoardLeft ({ user, row: { board, sent } }: { user: string, row: Row }): JSX.Element {
  const { session, name, unsent } = board
  const link = <a href={`/boards/${session}/draw`}>{name || words.unnamed}</a>
  if (!sent) return <p>{link}: {words.sending(unsent)}</p>
  if (sent.outcome === 'saved') return <p>{link}: {words.sent(unsent)}</p>
  const isLost = sent.outcome === 'gone' || sent.outcome === 'forbidden'
  const discarded = (): void => { rows.value = rows.value.filter(row => row.board !== board) }
  return (
    <>
      <p><b>{name || words.unnamed}</b>: {words.stuck[sent.outcome]} {words.unsaved(unsent)}.</p>
      {isLost && <Rescue left={{ user, session, name, doc: sent.doc, pictures: sent.pictures }} discarded={discarded} />}
    </>
  )
}
