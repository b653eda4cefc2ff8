// How to begin, on a page on which nothing is yet.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'

export function Empty ({ model }: { model: Model }): JSX.Element | null {
  const isOpening = model.saver.saving.value.state === 'opening'
  void model.edition.value // or it wouldn't be looked at again
  if (isOpening || !model.mayDraw || model.count.value > 0 || model.writing.value) return null
  return (
    <p class='empty'>
      <span class='by-mouse'>{model.isGuest ? texts.beginAsGuest : texts.begin}</span>
      <span class='by-finger'>{texts.beginByFinger}</span>
    </p>
  )
}
