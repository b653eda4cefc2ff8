// The sheet that explains what is saved, and what this browser can do without the server.

import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Model } from '../model'
import { words } from './words'
import { opensAlone } from './worker'

export const isExplaining = signal(false)

interface InstallOffer extends Event { prompt: () => Promise<unknown> }
/** What some browsers hand to a page that can be installed. */
const offer = signal<InstallOffer | null>(null)
addEventListener('beforeinstallprompt', event => { offer.value = event as InstallOffer })
addEventListener('appinstalled', () => { offer.value = null })

export function SavingSheet ({ model }: { model: Model }): JSX.Element {
  const sheet = useRef<HTMLDialogElement>(null)
  const isOpen = isExplaining.value
  const { isKept } = model.saver.saving.value
  useEffect(() => { if (isOpen) sheet.current?.showModal() }, [isOpen])
  return (
    <dialog ref={sheet} aria-labelledby='meaning' class='meaning' onClose={() => { isExplaining.value = false }}>
      <h2 id='meaning'>{words.meaning}</h2>
      <p>{words.savedMeans}</p>
      {!isKept && <p class='lacking'>{words.notKept}</p>}
      {isKept && <Alone />}
      <form method='dialog' class='ways'>
        <button class='button' type='submit'>{words.close}</button>
        {offer.value && (
          <button type='button' onClick={() => { void offer.value?.prompt() }}>{words.install}</button>
        )}
      </form>
    </dialog>
  )
}

function Alone (): JSX.Element {
  if (opensAlone.value) return <p>{words.opensAlone}</p>
  if (isSecureContext) return <p>{words.opensNot}</p>
  return (
    <>
      <p>{words.plainHttp}</p>
      <p>{words.byTls} <a href='/devices/add'>{words.aboutTls}</a>.</p>
    </>
  )
}
