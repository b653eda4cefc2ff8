// The truth about saving, and what to do when it can't go on.

import type { ComponentChildren, JSX } from 'preact'
import type { Model } from '../model'
import { Rescue } from '../offline/rescue'
import { isExplaining } from '../offline/sheet'
import { words } from '../offline/words'
import { isRenewed, renew } from '../offline/worker'
import type { Saving } from '../saving'
import { texts } from '../texts'

function told ({ state, unsaved, isKept, ended }: Saving): string {
  if (state === 'ended') return texts.ended[ended ?? 'refused']
  if (state === 'stuck') return texts.stuck(unsaved)
  if (state !== 'offline') return texts[state]
  if (!isKept) return unsaved > 0 ? texts.offlineLost(unsaved) : texts.offlineEmptyLost
  return unsaved > 0 ? texts.offline(unsaved) : texts.offlineEmpty
}

export function Status ({ model }: { model: Model }): JSX.Element {
  const saving = model.saver.saving.value
  return (
    <>
      <p id='status' role='status' data-state={saving.state}>
        {model.isGuest
          ? told(saving)
          : <button type='button' title={words.meaning} aria-haspopup='dialog' onClick={() => { isExplaining.value = true }}>
              {told(saving)}
            </button>}
      </p>
      {isRenewed.value && (
        <p class='renewed' role='status'>
          {words.renewed} <button type='button' class='link' onClick={renew}>{words.renew}</button>
        </p>
      )}
    </>
  )
}

/** Stands over the canvas when nothing can be drawn any more. */
export function Closed ({ model }: { model: Model }): JSX.Element | null {
  if (model.isExcalidraw.value) return <Notice><p>{texts.excalidraw}</p><Home /></Notice>
  const { state, ended = 'refused', unsaved, isKept } = model.saver.saving.value
  if (state !== 'ended') return null
  const isLeft = unsaved > 0 && (ended === 'gone' || ended === 'forbidden') && !model.isGuest
  const left = { user: model.person.id, session: model.sessionId, name: model.name.value, doc: model.board.doc, pictures: model.saver.waiting.pictures.value }
  return (
    <Notice>
      <p>{texts.ended[ended]}</p>
      {unsaved > 0 && isKept && <p>{texts.endedKept(unsaved)}</p>}
      {isLeft && <Rescue left={left} discarded={() => location.assign('/')} />}
      {ended === 'signed out' ? <SignIn /> : <Home isBeside={isLeft} />}
      {ended === 'refused' && <a class='button' href={location.href}>{texts.reload}</a>}
    </Notice>
  )
}

function Notice ({ children }: { children: ComponentChildren }): JSX.Element {
  return <div class='notice' role='alert'>{children}</div>
}

function Home ({ isBeside = false }: { isBeside?: boolean }): JSX.Element {
  return <a class={isBeside ? '' : 'button'} href='/'>{texts.home}</a>
}

/** Leads back here afterwards. */
function SignIn (): JSX.Element {
  const here = encodeURIComponent(location.pathname)
  return <a class='button' href={`/?next=${here}`}>{texts.signIn}</a>
}
