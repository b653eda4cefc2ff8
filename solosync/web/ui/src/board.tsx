// The page of a board: Preact for what stands around the canvas, Konva for the canvas.

import { render, type JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './board.css'
import './shared.css'
import { Bar } from './around/bar'
import { Empty } from './around/empty'
import { GuestBar, GuestClosed } from './around/guest'
import { Help } from './around/help'
import { HistoryPanel, PreviewBanner } from './around/history'
import { CanvasMenu } from './around/menu'
import { Pages } from './around/pages'
import { Sending } from './around/sending'
import { Closed } from './around/status'
import { Tools } from './around/toolbar'
import { Writer } from './around/writer'
import { SelectionBar } from './around/selected'
import { Gestures } from './gestures'
import { Guest } from './guest'
import { listenToKeys } from './keys'
import { listenForMenu } from './menu'
import { Model } from './model'
import { readShared, takePlace } from './shared'
import { KeptBoards } from './offline/list'
import { here } from './offline/place'
import { SavingSheet } from './offline/sheet'
import { registerWorker } from './offline/worker'
import { meanPerson } from './server'
import { Surface } from './surface'
import { texts } from './texts'
import { tools } from './tools/tools'

function Board ({ model }: { model: Model }): JSX.Element {
  const area = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const surface = new Surface(area.current!, model.board)
    const gestures = new Gestures(area.current!, {
      surface,
      board: model.board,
      choice: () => model.choice.value,
      pointed: point => model.pointed(point),
      write: (place, element) => model.write(place, element),
      mayDraw: () => model.mayDraw,
      selected: () => model.selection.show(),
      copy: (dx, dy) => model.selection.duplicate(dx, dy)
    }, tools)
    listenToKeys(model, gestures)
    model.clipboard.listen()
    void model.open(surface)
    listenForMenu(model, gestures)
  }, [])
  return (
    <>
      {model.guest ? <GuestBar model={model} guest={model.guest} /> : <Bar model={model} about={`/boards/${model.sessionId}`} />}
      <div class='work'>
        <div class='middle'>
          <div
            ref={area} id='canvas' role='application' aria-label={texts.canvas(model.count.value)} tabIndex={0}
            data-tool={model.preview.value ? 'hand' : model.choice.value.tool}
          />
          <Empty model={model} />
          <SelectionBar model={model} />
          <Writer model={model} />
          <PreviewBanner model={model} />
          <Sending model={model} />
          {model.guest ? <GuestClosed model={model} guest={model.guest} /> : <Closed model={model} />}
        </div>
        {!model.isGuest && <HistoryPanel model={model} />}
      </div>
      {!model.preview.value && !(model.isGuest && model.isClosed.value) && <Tools model={model} />}
      <Pages model={model} />
      <CanvasMenu model={model} />
      <Help model={model} />
      <p class='unseen' aria-live='polite'>{model.said.value}</p>
      <SavingSheet model={model} />
    </>
  )
}

async function start (root: HTMLElement): Promise<void> {
  const shared = readShared(root)
  if (shared) {
    const guest = new Guest(shared)
    const model = new Model(root.dataset.session ?? '', { id: '', name: guest.name.value }, guest)
    model.name.value = root.dataset.name ?? ''
    render(<Board model={model} />, await takePlace())
    return
  }
  void registerWorker()
  const place = await here(root.dataset)
  if (place) {
    meanPerson(place.person.id)
    const model = new Model(place.session, place.person)
    model.name.value = place.name
    render(<Board model={model} />, root)
  } else render(<KeptBoards />, root)
}

void start(document.getElementById('board')!)
