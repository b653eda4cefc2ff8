// What the page shows in the server's place: the boards that are kept on this device.

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isThere } from '../server'
import { keptBoards, person, type KeptBoard } from './device'
import { boardOf } from './place'
import { words } from './words'

const LOOK_AGAIN_MS = 10_000

export function KeptBoards (): JSX.Element {
  const [boards, show] = useState<KeptBoard[] | null | undefined>()
  useEffect(() => {
    void person().then(async who => show(who && await keptBoards(who.id)))
    const timer = setInterval(() => { void comeBack() }, LOOK_AGAIN_MS)
    addEventListener('online', comeBack)
    return () => { clearInterval(timer); removeEventListener('online', comeBack) }
  }, [])
  return (
    <main class='kept'>
      <h1>{words.boards}</h1>
      {boardOf(location.pathname) && <p role='alert'>{words.noBoard}</p>}
      <p role='status'>{boards !== undefined && (boards ? words.noServer : words.nobody)}</p>
      {boards?.length === 0 && <p>{words.noBoards}</p>}
      <ul>
        {boards?.map(({ session, name, unsent }) => (
          <li key={session}>
            <a href={`/boards/${session}/draw`}>{name || words.unnamed}</a>
            {unsent > 0 && <span>{words.unsaved(unsent)}</span>}
          </li>
        ))}
      </ul>
      <button type='button' class='button' onClick={() => location.reload()}>{words.tryAgain}</button>
    </main>
  )
}

/** To what the server has at this address, as soon as it is there again. */
async function comeBack (): Promise<void> {
  if (await isThere()) location.reload()
}
