// The bar above the canvas: where one is, what is saved, and who else is there.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'
import { Icon } from './icons'
import { Status } from './status'
import { Title } from './title'

export function Bar ({ model, about }: { model: Model, about: string }): JSX.Element {
  const others = model.others.value
  return (
    <header>
      <a class='home' href='/' title={texts.home} aria-label={texts.home}><Icon name='home' /></a>
      <Title model={model} />
      <Status model={model} />
      {others.length > 0 && (
        <p class='others' title={others.join(', ')}>{texts.somebody(others.length + 1)}</p>
      )}
      <button
        type='button' class='opener' title={texts.history} aria-label={texts.history} aria-expanded={model.history.isOpen.value}
        disabled={model.isExcalidraw.value} onClick={() => model.history.toggle()}
      >
        <Icon name='history' />
      </button>
      <a class='home share' href={`${about}#share`} title={texts.share} aria-label={texts.share}><Icon name='share' /></a>
      <a class='home' href={about} title={texts.about} aria-label={texts.about}><Icon name='about' /></a>
      <Act icon='help' label={texts.help} onClick={() => { model.isHelping.value = true }} />
    </header>
  )
}
