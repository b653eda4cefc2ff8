// Pictures that aren't on the board yet: how far they are, or what is in the way.

import type { JSX } from 'preact'
import type { Model } from '../model'
import type { Arriving } from '../pictures'
import { texts } from '../texts'

export function Sending ({ model }: { model: Model }): JSX.Element {
  return (
    <ul class='sending' aria-live='polite' aria-label={texts.arriving}>
      {model.pictures.arriving.value.map(one => <Picture key={one.id} model={model} one={one} />)}
    </ul>
  )
}

function Picture ({ model, one }: { model: Model, one: Arriving }): JSX.Element {
  const { id, share, problem, isLost } = one
  return (
    <li data-problem={problem}>
      <p>
        <b>{one.name || texts.unnamedPicture}</b> {problem ? texts.pictureProblems[problem] : texts.pictureComes}
        {isLost && ` ${texts.pictureLost}`}
      </p>
      {!problem && <progress value={share} aria-label={texts.pictureComes} />}
      {problem === 'refused' && (
        <button type='button' onClick={() => model.pictures.retry(id)}>{texts.tryAgain}</button>
      )}
      {problem && (
        <button type='button' onClick={() => model.pictures.drop(id)}>{texts.leaveOut}</button>
      )}
    </li>
  )
}
