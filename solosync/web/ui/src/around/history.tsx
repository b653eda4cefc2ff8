// The history beside the canvas: a time line of versions, and what is shown while one looks at one.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { spansOf, type Span, type Version } from '../history'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'
import { Miniature } from './miniature'

const { lang } = document.documentElement
const TIME = new Intl.DateTimeFormat(lang, { timeStyle: 'short' })
const DAY = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const MOMENT = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short' })

export function HistoryPanel ({ model }: { model: Model }): JSX.Element | null {
  return model.history.isOpen.value ? <Panel model={model} /> : null
}

function Panel ({ model }: { model: Model }): JSX.Element {
  const { history } = model
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    panel.current!.querySelector('button')!.focus()
    return () => { if (before instanceof HTMLElement) before.focus() }
  }, [])
  return (
    <aside
      ref={panel} class='history' aria-label={texts.history}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        if (model.preview.value) model.lookAtNow()
        else history.close()
      }}
    >
      <div class='head'>
        <h2>{texts.history}</h2>
        <Act icon='close' label={texts.close} onClick={() => history.close()} />
      </div>
      <Told model={model} />
      <TimeLine model={model} />
    </aside>
  )
}

/** What went wrong, or what was brought back. */
function Told ({ model }: { model: Model }): JSX.Element {
  const { history } = model
  const trouble = history.trouble.value
  const restored = history.restored.value
  return (
    <div role='status'>
      {trouble && (
        <p class='told'>
          {texts.historyTrouble[trouble]}{' '}
          <button type='button' class='link' onClick={() => { void history.refresh() }}>{texts.tryAgain}</button>
        </p>
      )}
      {!trouble && restored && (
        <p class='told'>
          {texts.broughtBack(momentOf(restored.version))}{' '}
          {restored.before && (
            <button
              type='button' class='link' disabled={history.isBusy.value}
              onClick={() => { void history.undoRestore() }}
            >
              {texts.undo}
            </button>
          )}
        </p>
      )}
    </div>
  )
}

function TimeLine ({ model }: { model: Model }): JSX.Element {
  const { history } = model
  let day = ''
  return (
    <ol class='versions'>
      {spansOf(history.versions.value).map(span => {
        const { created_at: at } = span.versions[0]!
        const before = day
        day = DAY.format(new Date(at))
        return [
          day !== before && <li key={day} class='day'>{day}</li>,
          <Entry key={span.versions.at(-1)!.rev} model={model} span={span} />
        ]
      })}
      {history.more.value && (
        <li>
          <button type='button' class='link' onClick={() => { void history.loadMore() }}>{texts.more}</button>
        </li>
      )}
    </ol>
  )
}

function Entry ({ model, span }: { model: Model, span: Span }): JSX.Element {
  const [isWide, widen] = useState(false)
  const [newest, ...others] = span.versions
  return (
    <li>
      <Shown model={model} version={newest!} />
      {others.length > 0 && (
        <button type='button' class='link' aria-expanded={isWide} onClick={() => widen(!isWide)}>
          {texts.steps(span.versions.length)}
        </button>
      )}
      {isWide && (
        <ol>{others.map(one => <li key={one.rev}><Shown model={model} version={one} /></li>)}</ol>
      )}
    </li>
  )
}

function Shown ({ model, version }: { model: Model, version: Version }): JSX.Element {
  const isShown = model.preview.value?.version.rev === version.rev
  const { actor, device, created_at: at, summary } = version
  return (
    <button
      type='button' class='version' aria-current={isShown} disabled={model.history.isBusy.value}
      onClick={() => { void model.history.look(version) }}
    >
      <Miniature model={model} version={version} />
      <span>
        <time dateTime={at}>{TIME.format(new Date(at))}</time>
        <span>{texts.summary(summary)}</span>
        <small>{[actor, device].filter(Boolean).join(' · ')}</small>
      </span>
    </button>
  )
}

const momentOf = (version: Version): string => MOMENT.format(new Date(version.created_at))

/** Stands over the canvas while an older version is shown there. */
export function PreviewBanner ({ model }: { model: Model }): JSX.Element | null {
  const preview = model.preview.value
  if (!preview) return null
  return (
    <div class='preview' role='status'>
      <p>{texts.asOf(momentOf(preview.version))}</p>
      <button
        type='button' class='button' disabled={model.history.isBusy.value}
        onClick={() => { void model.history.restore(preview.version) }}
      >
        {texts.restore}
      </button>
      <button type='button' onClick={() => model.lookAtNow()}>{texts.backToNow}</button>
    </div>
  )
}
