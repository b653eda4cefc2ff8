// The sheet of shortcuts.

import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'

export function Help ({ model }: { model: Model }): JSX.Element {
  const sheet = useRef<HTMLDialogElement>(null)
  const isOpen = model.isHelping.value
  useEffect(() => { if (isOpen) sheet.current?.showModal() }, [isOpen])
  return (
    <dialog ref={sheet} class='help' aria-label={texts.help} onClose={() => { model.isHelping.value = false }}>
      {/* Where the focus begins: on the button below, the sheet would open at its end. */}
      <h2 tabIndex={-1} autofocus>{texts.help}</h2>
      <dl>
        {texts.shortcuts.filter(([, meaning]) => !model.isGuest || meaning !== texts.history).map(([keys, meaning]) => (
          <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></div>
        ))}
      </dl>
      <form method='dialog'><button class='button' type='submit'>{texts.close}</button></form>
    </dialog>
  )
}
