// The pages of the board.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Page } from '../document'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'
import { PageMenu } from './page_menu'
import { Sorting } from './sorting'
import { Zoom } from './zoom'

const TOLD_MS = 10_000
const HINTED_MS = 5000

export function Pages ({ model }: { model: Model }): JSX.Element {
  const [renamed, setRenamed] = useState('')
  const list = useRef<HTMLElement>(null)
  const sorting = useRef<Sorting>(null)
  sorting.current ??= new Sorting((key, to) => model.paging.move(key, 0, to))
  const refocused = useRef('')
  const shown = model.page.value
  const mayChange = model.paging.mayChange
  const isEmpty = model.board.isKnown && !model.preview.value && model.pages.value.length === 0
  useEffect(() => {
    list.current!.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [shown, model.pages.value.length])
  useEffect(() => {
    if (!renamed && refocused.current) tabOf(list.current!, refocused.current)?.focus()
    refocused.current = ''
  }, [renamed])
  const named = (key: string, hasFocus: boolean): void => {
    if (hasFocus) refocused.current = key
    setRenamed('')
  }
  return (
    <footer>
      <Removed model={model} />
      <Hint model={model} />
      {isEmpty && <p class='hint' role='status'>{texts.noPage}</p>}
      <nav
        ref={list} aria-label={texts.pages} onPointerDown={event => mayChange && sorting.current!.press(event)}
      >
        {model.pages.value.map((page, at) => page.key === renamed && mayChange
          ? <Name key={page.key} model={model} page={page} done={hasFocus => named(page.key, hasFocus)} />
          : <Tab key={page.key} model={model} page={page} number={at + 1} rename={setRenamed} />)}
      </nav>
      {mayChange && <PageMenu model={model} rename={() => setRenamed(shown)} />}
      <Act icon='plus' label={texts.addPage} isOff={!model.takesPages.value} onClick={() => model.paging.add()} />
      <Zoom look={model} />
    </footer>
  )
}

interface TabProps { model: Model, page: Page, number: number, rename: (key: string) => void }

function Tab ({ model, page: { key, name }, number, rename }: TabProps): JSX.Element {
  return (
    <button
      type='button' data-page={key} aria-current={key === model.page.value ? 'page' : undefined}
      onClick={() => model.show(key)} onDblClick={() => rename(key)}
      onKeyDown={event => model.paging.mayChange && press(event, model, key, rename)}
    >
      {name || texts.page(number)}
    </button>
  )
}

const tabOf = (list: HTMLElement, key: string): HTMLElement | undefined =>
  [...list.querySelectorAll<HTMLElement>('[data-page]')].find(tab => tab.dataset.page === key)

function press (event: KeyboardEvent, model: Model, key: string, rename: (key: string) => void): void {
  const tab = event.currentTarget as HTMLElement
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  const isHeld = event.ctrlKey || event.metaKey
  if (event.key === 'F2') rename(key)
  else if (by && isHeld) {
    model.paging.move(key, by)
    requestAnimationFrame(() => tab.focus()) // which it loses when it is moved
  } else return
  event.preventDefault()
  event.stopPropagation()
}

/** The name of a page while it is written. */
function Name (
  { model, page, done }: { model: Model, page: Page, done: (hasFocus: boolean) => void }
): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current!.select(), [])
  const isLeft = useRef(false) // a field that goes away also loses the focus
  const before = useRef(model.paging.nameOf(page.key)).current
  const leave = (isKept: boolean, hasFocus: boolean): void => {
    if (isLeft.current) return
    isLeft.current = true
    const { value } = field.current!
    if (isKept && value !== before) model.paging.rename(page.key, value)
    done(hasFocus)
  }
  return (
    <input
      ref={field} class='name' aria-label={texts.pageName} maxLength={255} defaultValue={before}
      onBlur={() => leave(true, false)}
      onKeyDown={event => {
        if (event.key === 'Enter' || event.key === 'Escape') leave(event.key === 'Enter', true)
      }}
    />
  )
}

/** What is to be read for a moment. */
function Hint ({ model: { hint } }: { model: Model }): JSX.Element {
  const told = hint.value
  useEffect(() => {
    if (told === null) return
    const timer = setTimeout(() => { hint.value = null }, HINTED_MS)
    return () => clearTimeout(timer)
  }, [told])
  return <p class='hint' role='status' hidden={told === null}>{told}</p>
}

/** A deleted page is back by one press, as long as nothing else was done. */
function Removed ({ model }: { model: Model }): JSX.Element {
  const { removed } = model.paging
  const name = removed.value
  useEffect(() => {
    if (name === null) return
    const timer = setTimeout(() => { removed.value = null }, TOLD_MS)
    return () => clearTimeout(timer)
  }, [name])
  return (
    <div class='hint' role='status' hidden={name === null}>
      {name !== null && (
        <>
          {texts.pageRemoved(name)}
          <button type='button' class='link' onClick={() => model.undo()}>{texts.undo}</button>
        </>
      )}
    </div>
  )
}
