// The list of what merges chose against.

import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Aside } from '../asides'
import { board } from '../past'
import type { Model } from '../model'
import { momentOf } from '../moments'
import { texts } from '../texts'
import { Miniature, type Ask } from './miniature'

const LONGEST = 80

export function AsideList ({ model }: { model: Model }): JSX.Element {
  const { asides } = model.history
  const found = asides.found.value
  const state = model.saver.saving.value.state
  useEffect(() => { if (state !== 'offline') void asides.load() }, [state === 'offline'])
  return (
    <>
      <p class='about'>{found?.length === 0 ? texts.nothingAside : texts.aboutAside}</p>
      <ol class='versions'>
        {found?.map(aside => <li key={aside.key}><Shown model={model} aside={aside} /></li>)}
        {asides.more.value && (
          <li>
            <button type='button' class='link' onClick={() => { void asides.load(asides.more.value) }}>{texts.more}</button>
          </li>
        )}
      </ol>
    </>
  )
}

function Shown ({ model, aside }: { model: Model, aside: Aside }): JSX.Element {
  const { history } = model
  const { asides } = history
  const element = asides.elementOf(aside, model.livePage)
  const [isBack, fits] = [asides.isBack(aside), asides.fits(aside)]
  void model.edition.value // or it wouldn't be drawn again
  const told = <Told aside={aside} hasPicture={element !== null} />
  if (isBack || !fits) {
    return <div class='version'>{told}<small class='done'>{isBack ? texts.isBack : texts.isGone}</small></div>
  }
  if (!element) {
    return (
      <div class='version'>
        {told}
        <button
          type='button' class='link' disabled={model.isClosed.value}
          onClick={() => {
            history.bringAsideBack(aside)
            document.getElementById('tab-asides')?.focus()
          }}
        >
          {texts.bringBack}
        </button>
      </div>
    )
  }
  const alone = board(model.board.pages(), [element])
  const ask: Ask = draw => { void draw(alone) }
  return (
    <button
      type='button' class='version' aria-current={model.preview.value?.id === aside.key}
      onClick={() => history.lookAtAside(aside)}
    >
      <Miniature id={aside.key} page={element.page} ask={ask} />
      {told}
    </button>
  )
}

function Told ({ aside, hasPicture }: { aside: Aside, hasPicture: boolean }): JSX.Element {
  const { created_at: at, actor, device, list, page, field, value } = aside
  return (
    <span>
      <span class='what'>{texts.asideOf(list, page, field)}</span>
      {!hasPicture && <q>{shortly(value)}</q>}
      <span>{texts.lostTo(actor)}</span>
      <small><time dateTime={at}>{momentOf(at)}</time>{device && ` · ${device}`}</small>
    </span>
  )
}

const shortly = (value: unknown): string => {
  const told = typeof value === 'string' ? value : JSON.stringify(value)
  return told.length > LONGEST ? `${told.slice(0, LONGEST)}…` : told
}
