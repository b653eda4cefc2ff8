// On the pages beside the board's: who is signed in is remembered for the time without the server, what this
// device has and the server lacks is sent, and signing out asks what becomes of it.

import { effect } from '@preact/signals'
import { render } from 'preact'
import { keptBoards, remember, tidy } from './offline/device'
import { showKeptHere } from './offline/kept_here'
import { rememberLanguage } from './offline/language'
import { listenToLeaving } from './offline/leaving'
import { registerWorker } from './offline/worker'
import { isSomebodyElse, meanPerson } from './server'

async function begin (user: string, name: string): Promise<void> {
  meanPerson(user)
  effect(() => { if (isSomebodyElse.value) location.reload() })
  listenToLeaving(user)
  await remember({ id: user, name })
  await tidy(user).catch(() => {})
  showKeptHere(user)
  document.addEventListener('htmx:afterSettle', () => showKeptHere(user))
  const place = document.getElementById('unsaved')
  if (!place || !(await keptBoards(user)).some(board => board.unsent > 0)) return
  const { sendAll, Unsaved } = await import('./offline/unsaved')
  render(<Unsaved user={user} />, place)
  await sendAll(user)
}

const { user, person = '' } = document.body.dataset
rememberLanguage()
void registerWorker()
void (user ? begin(user, person) : remember(null))
