// Pictures that aren't on the board yet: how far they are, or what is in the way.

import type { JSX } from 'preact'
import type { Model } from '../model'
import type { Arriving } from '../pictures'
import { texts } from '../texts'

export function Sending ({ model }: { model: Model }): JSX.Element {
  return (
    <ul class='sending' aria-live='polite' aria-label={texts.arriving}>
      {model.pictures.arriving.value.map((one, at) => <Picture key={at} model={model} one={one} />)}
    </ul>
  )
}

function Picture ({ model, one }: { model: Model, one: Arriving }): JSX.Element {
  const { file, share, problem } = one
  const name = file.name || texts.unnamedPicture
  return (
    <li data-problem={problem}>
      <p><b>{name}</b> {problem ? texts.pictureProblems[problem] : texts.pictureComes}</p>
      {!problem && <progress value={share} aria-label={texts.pictureComes} />}
      {(problem === 'refused' || problem === 'offline') && (
        <button type='button' onClick={() => model.pictures.retry(one)}>{texts.tryAgain}</button>
      )}
      {problem && (
        <button type='button' onClick={() => model.pictures.drop(one)}>{texts.leaveOut}</button>
      )}
    </li>
  )
}
