// The board's name, changed where it stands.

import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'

const LONGEST = 255

export function Title ({ model }: { model: Model }): JSX.Element {
  const [isEdited, edit] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const name = model.name.value
  useLayoutEffect(() => { if (isEdited) field.current!.select() }, [isEdited]) // before the next key
  useEffect(() => { document.title = `${name} · solosync` }, [name])
  const done = (wanted: string): void => {
    edit(false)
    if (wanted.trim() && wanted.trim() !== name) void model.rename(wanted.trim())
  }
  return (
    <>
      <h1>
        {isEdited
          ? <input
              ref={field} aria-label={texts.name} defaultValue={name} maxLength={LONGEST} enterkeyhint='done'
              onBlur={event => done(event.currentTarget.value)}
              onKeyDown={({ key, currentTarget }) => {
                if (key === 'Escape') currentTarget.value = name
                if (key !== 'Escape' && key !== 'Enter') return
                currentTarget.blur()
                setTimeout(() => button.current?.focus())
              }}
            />
          : <button ref={button} type='button' title={texts.rename} onClick={() => edit(true)}>{name}</button>}
      </h1>
      {model.unnamed.value !== null && (
        <p class='unnamed' role='alert'>
          {texts.notRenamed}{' '}
          <button type='button' class='link' onClick={() => { void model.rename(model.unnamed.value!) }}>{texts.tryAgain}</button>
        </p>
      )}
    </>
  )
}
