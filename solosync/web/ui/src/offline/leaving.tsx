// Signing out: what the server has is removed from this device, and of the rest the person is asked.

import { render, type JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { isThere } from '../server'
import { clearSaved, databaseOf, discard, keptBoards, remember, type KeptBoard } from './device'
import { forgetPictures } from './kept_pictures'
import { tellTabs } from './tabs'
import { words } from './words'

type Choice = 'keep' | 'discard' | 'cancel'

/** Forms that sign this browser out say so. */
export function listenToLeaving (user: string): void {
  document.addEventListener('submit', event => {
    const form = event.target as HTMLFormElement
    if (!('signsOut' in form.dataset)) return
    event.preventDefault()
    void leave(user, form)
  })
}

async function leave (user: string, form: HTMLFormElement): Promise<void> {
  const boards = await keptBoards(user).catch(() => [])
  const unsent = boards.filter(board => board.unsent > 0)
  const choice = unsent.length > 0 ? await asked(unsent) : 'keep'
  if (choice === 'cancel') return
  if (!await isThere()) {
    const problem = document.getElementById('problem')!
    problem.textContent = problem.dataset.unreachable ?? ''
    return
  }
  const remove = choice === 'discard' ? discard : clearSaved
  await Promise.allSettled(boards.map(async ({ session }) => {
    tellTabs(databaseOf(user, session), { kind: 'left' })
    await remove(user, session)
  }))
  const isAllGone = await keptBoards(user).then(left => left.length === 0, () => false)
  if (isAllGone) await forgetPictures(user).catch(() => {})
  await remember(null)
  form.submit()
}

async function asked (boards: KeptBoard[]): Promise<Choice> {
  const place = document.body.appendChild(document.createElement('div'))
  const choice = await new Promise<Choice>(resolve => {
    render(<Question boards={boards} answer={resolve} />, place)
  })
  render(null, place)
  place.remove()
  return choice
}

function Question ({ boards, answer }: { boards: KeptBoard[], answer: (choice: Choice) => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} class='leaving' aria-labelledby='leaving' onClose={() => answer('cancel')}>
      <h2 id='leaving'>{words.leaving}</h2>
      <p>{words.leavingUnsaved}</p>
      <ul>
        {boards.map(({ session, name, unsent }) => (
          <li key={session}><b>{name || words.unnamed}</b>: {words.unsaved(unsent)}</li>
        ))}
      </ul>
      <p class='ways'>
        <button type='button' onClick={() => answer('keep')}>{words.leaveKeeping}</button>
        <button type='button' class='second' onClick={() => answer('discard')}>{words.leaveDiscarding}</button>
        <button type='button' class='second' onClick={() => answer('cancel')}>{words.cancel}</button>
      </p>
    </dialog>
  )
}
