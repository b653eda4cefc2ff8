// The page of a shared board: the canvas alone, in the place of the picture that those see who have
// no JavaScript.

import { render, type JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './board.css'
import './shared.css'
import { Files } from './around/files'
import { Zoom } from './around/zoom'
import { Gestures } from './gestures'
import { isActualSize, keysToNavigate } from './navigating'
import { readShared, takePlace, type Shared } from './shared'
import { Surface } from './surface'
import { texts } from './texts'
import { Viewing } from './viewing'

const STEP = 60 // pixels

function Viewer ({ viewing, shared }: { viewing: Viewing, shared: Shared }): JSX.Element {
  const area = useRef<HTMLDivElement>(null)
  useEffect(() => show(viewing, area.current!), [])
  const watched = viewing.watched.value
  const isGone = watched === 'gone'
  const pages = isGone ? [] : viewing.pages.value
  return (
    <>
      <header>
        <div class='what'>
          <h1 title={shared.name}>{shared.name}</h1>
          {shared.owner && <p>{texts.sharedBy(shared.owner)}</p>}
        </div>
        <p id='told' role='status' data-state={watched}>{texts.watched[watched]}</p>
        {!isGone && (
          <Files
            path={shared.path} formats={shared.formats}
            page={pages.findIndex(({ key }) => key === viewing.page.value)}
          />
        )}
      </header>
      <div class='middle'>
        <div
          ref={area} id='canvas' role='application' tabIndex={0} data-tool='hand' hidden={isGone}
          aria-label={texts.viewed(viewing.count.value)}
        />
        {isGone && <div class='notice' role='alert'><p>{texts.linkGone}</p></div>}
      </div>
      <footer>
        <nav aria-label={texts.pages}>
          {pages.length > 1 && pages.map((page, at) => (
            <button
              key={page.key} type='button' onClick={() => viewing.show(page.key)}
              aria-current={page.key === viewing.page.value ? 'page' : undefined}
            >
              {page.name || texts.page(at + 1)}
            </button>
          ))}
        </nav>
        <Zoom look={viewing} />
      </footer>
    </>
  )
}

/** With the hand alone. */
function show (viewing: Viewing, area: HTMLDivElement): void {
  const { board } = viewing
  const surface = new Surface(area, board)
  const choice = { tool: 'hand', color: '', size: 0, isFilled: false, opacity: 1 } as const
  const nothing = (): void => {}
  const hands = {
    surface, board, choice: () => choice, mayDraw: () => false, pointed: nothing, write: nothing, selected: nothing, copy: nothing
  }
  new Gestures(area, hands, {})
  listenToKeys(viewing)
  fitAnew(area, surface)
  void viewing.open(surface)
}

function listenToKeys (viewing: Viewing): void {
  const actions: Record<string, () => void> = {
    ...keysToNavigate(viewing),
    ArrowLeft: () => viewing.surface.pan(STEP, 0),
    ArrowRight: () => viewing.surface.pan(-STEP, 0),
    ArrowUp: () => viewing.surface.pan(0, STEP),
    ArrowDown: () => viewing.surface.pan(0, -STEP)
  }
  addEventListener('keydown', event => {
    const action = actions[isActualSize(event) ? 'shift 0' : event.key]
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    action()
  })
}

/** A phone that is turned round shows everything again; bars that come and go change nothing. */
function fitAnew (area: HTMLElement, surface: Surface): void {
  let width = area.clientWidth
  new ResizeObserver(() => {
    if (area.clientWidth === width) return
    width = area.clientWidth
    surface.fit()
  }).observe(area)
}

const shared = readShared(document.getElementById('board')!)!
const root = await takePlace()
render(<Viewer viewing={new Viewing(shared)} shared={shared} />, root)
