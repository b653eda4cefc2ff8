// The history beside the canvas: a time line of versions, what was set aside, and what is shown of it.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { spansOf, type Span, type Version } from '../history'
import type { Model } from '../model'
import { dayOf, momentOf, timeOf } from '../moments'
import { texts } from '../texts'
import { Act } from './act'
import { AsideList } from './asides'
import { Miniature } from './miniature'

/** As the server names what came by a link. */
const BY_LINK = 'share link'
type Tab = keyof typeof texts.historyTabs

export function HistoryPanel ({ model }: { model: Model }): JSX.Element | null {
  return model.history.isOpen.value ? <Panel model={model} /> : null
}

function Panel ({ model }: { model: Model }): JSX.Element {
  const { history } = model
  const [tab, choose] = useState<Tab>('versions')
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
      <Tabs tab={tab} choose={choose} />
      <Told model={model} />
      <div id='past' role='tabpanel' aria-labelledby={`tab-${tab}`}>
        {tab === 'versions' ? <TimeLine model={model} /> : <AsideList model={model} />}
      </div>
    </aside>
  )
}

function Tabs ({ tab, choose }: { tab: Tab, choose: (tab: Tab) => void }): JSX.Element {
  return (
    <div class='tabs' role='tablist' aria-label={texts.history}>
      {(Object.keys(texts.historyTabs) as Tab[]).map(one => (
        <button
          key={one} type='button' role='tab' id={`tab-${one}`} aria-selected={tab === one} aria-controls='past'
          tabIndex={tab === one ? 0 : -1} onClick={() => choose(one)}
          onKeyDown={({ key, currentTarget: { nextElementSibling: next, previousElementSibling: before } }) => {
            const to = key === 'ArrowRight' ? next : key === 'ArrowLeft' ? before : null
            if (!(to instanceof HTMLElement)) return
            to.focus()
            to.click()
          }}
        >
          {texts.historyTabs[one]}
        </button>
      ))}
    </div>
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
          {texts.broughtBack(momentOf(restored.version.created_at))}{' '}
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
        const before = day
        day = dayOf(span.versions[0]!.created_at)
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
  const id = String(version.rev)
  const { actor, device, created_at: at, summary } = version
  return (
    <button
      type='button' class='version' aria-current={model.preview.value?.id === id} disabled={model.history.isBusy.value}
      onClick={() => { void model.history.look(version) }}
    >
      <Miniature
        id={id} page={model.livePage} ask={(draw, isWanted) => model.history.inTurn(version, draw, isWanted)}
      />
      <span>
        <time dateTime={at}>{timeOf(at)}</time>
        <span>{texts.summary(summary)}</span>
        <small>{[actor, device === BY_LINK ? texts.byLink : device].filter(Boolean).join(' · ')}</small>
      </span>
    </button>
  )
}

/** Stands over the canvas while something of the history is shown there. */
export function PreviewBanner ({ model }: { model: Model }): JSX.Element | null {
  const preview = model.preview.value
  const banner = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!preview) return
    const { offsetTop, offsetHeight } = banner.current!
    model.surface.roof = offsetTop + offsetHeight
    model.surface.fit()
    return () => {
      model.surface.roof = 0
      if (document.activeElement === document.body) document.getElementById('canvas')?.focus()
    }
  }, [preview])
  if (!preview) return null
  return (
    <div ref={banner} class='preview' role='status'>
      <p>{preview.told}</p>
      <button type='button' class='button' disabled={model.history.isBusy.value} onClick={preview.act}>
        {preview.label}
      </button>
      <button type='button' onClick={() => model.lookAtNow()}>{texts.backToNow}</button>
    </div>
  )
}
