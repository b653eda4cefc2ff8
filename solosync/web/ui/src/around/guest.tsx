// What stands around the canvas for somebody who came by a link that may edit.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Guest } from '../guest'
import type { Model } from '../model'
import { LONGEST_NAME } from '../others'
import { texts } from '../texts'
import { Act } from './act'
import { Files } from './files'
import { Status } from './status'

export function GuestBar ({ model, guest }: { model: Model, guest: Guest }): JSX.Element {
  const others = model.others.value
  return (
    <header>
      <h1 title={model.name.value}>{model.name.value}</h1>
      {isGone(model, guest)
        ? <p id='status' role='status' data-state='ended'>{texts.watched.gone}</p>
        : <Status model={model} />}
      {others.length > 0 && (
        <p class='others' title={others.join(', ')}>{texts.somebody(others.length + 1)}</p>
      )}
      <label class='own-name'>
        <span>{texts.yourName}</span>
        <input
          value={guest.name.value} maxLength={LONGEST_NAME} autocomplete='nickname' enterkeyhint='done'
          onChange={({ currentTarget }) => guest.rename(currentTarget.value)}
          onKeyDown={({ key, currentTarget }) => { if (key === 'Enter') currentTarget.blur() }}
        />
      </label>
      {!isGone(model, guest) && <Files
        path={guest.shared.path} formats={guest.shared.formats}
        page={model.pages.value.findIndex(({ key }) => key === model.page.value)}
      />}
      <Act icon='help' label={texts.help} onClick={() => { model.isHelping.value = true }} />
    </header>
  )
}

/** Stands over the canvas when nothing can be drawn any more, or not yet. */
export function GuestClosed ({ model, guest }: { model: Model, guest: Guest }): JSX.Element | null {
  const { state, ended, unsaved } = model.saver.saving.value
  const refused = guest.refused.value
  const isOver = isGone(model, guest)
  if (refused === 'locked') return <Lock guest={guest} />
  if (!isOver && state !== 'ended' && refused === null) return null
  return (
    <div class='notice' role='alert'>
      <p>{isOver ? texts.linkGone : refused ? texts.watched[refused] : texts.ended[ended ?? 'refused']}</p>
      {unsaved > 0 && <p>{texts.notSaved(unsaved)}</p>}
    </div>
  )
}

function isGone (model: Model, guest: Guest): boolean {
  return guest.refused.value === 'gone' || model.saver.saving.value.ended === 'gone'
}

/** When the hour of a visit is over, and the connection was lost: what isn't saved is still here. */
function Lock ({ guest }: { guest: Guest }): JSX.Element {
  const [isWrong, tell] = useState(false)
  return (
    <form
      class='notice' onSubmit={event => {
        event.preventDefault()
        const { value } = event.currentTarget.elements.namedItem('password') as HTMLInputElement
        void guest.tryPassword(value).then(isRight => tell(!isRight))
      }}
    >
      <p>{texts.locked}</p>
      {isWrong && <p role='alert'>{texts.wrongPassword}</p>}
      <label>{texts.password} <input name='password' type='password' autocomplete='off' required /></label>
      <button class='button' type='submit'>{texts.open}</button>
    </form>
  )
}
