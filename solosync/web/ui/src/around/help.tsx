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
      <div class='groups'>
        {texts.shortcuts.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.filter(([, meaning]) => !model.isGuest || meaning !== texts.history).map(([names, meaning]) => (
                <div key={names}><dt><kbd>{names}</kbd></dt><dd>{meaning}</dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <form method='dialog'><button class='button' type='submit'>{texts.close}</button></form>
    </dialog>
  )
}
