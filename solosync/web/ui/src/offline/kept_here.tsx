// The part of the settings that tells what is kept on this device.

import { render, type JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clearSaved, keptBoards, sizeOf, type KeptBoard } from './device'
import { words } from './words'

interface Sized extends KeptBoard { bytes: number }

/** Where the page has a place for it. */
export function showKeptHere (user: string): void {
  const place = document.getElementById('kept-here')
  if (place) render(<KeptHere user={user} />, place)
}

function KeptHere ({ user }: { user: string }): JSX.Element {
  const [boards, show] = useState<Sized[] | null>(null)
  const look = async (): Promise<void> => {
    const found = await keptBoards(user).catch(() => [])
    show(await Promise.all(found.map(async board => ({ ...board, bytes: await sizeOf(user, board.session) }))))
  }
  const clear = async (): Promise<void> => {
    for (const { session } of boards ?? []) await clearSaved(user, session)
    await look()
  }
  useEffect(() => { void look() }, [])
  const canClear = boards?.some(({ unsent }) => unsent === 0)
  return (
    <>
      <h2 id='kept-on-device'>{words.keptHere}</h2>
      <p class='faint'>{words.keptHereMeans}</p>
      {boards?.length === 0 && <p role='status'>{words.nothingKept}</p>}
      <ul class='rows'>
        {boards?.map(({ session, name, unsent, bytes }) => (
          <li key={session}>
            <a class='grows' href={`/boards/${session}/draw`}>{name || words.unnamed}</a>
            <span class='facts'>{words.size(bytes)}{unsent > 0 && <> · <b>{words.unsaved(unsent)}</b></>}</span>
          </li>
        ))}
      </ul>
      {canClear && <button type='button' class='second' onClick={() => { void clear() }}>{words.clearSaved}</button>}
    </>
  )
}
