// What can be done to the selection, beside it.

import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { openMenu } from '../menu'
import type { Model } from '../model'
import type { Surface } from '../surface'
import { texts } from '../texts'
import { Act } from './act'

const AWAY = 12 // pixels from the frame
const ABOVE = 44 // over it, there is the handle to turn it by

/** From where on, and to where, within these sides, no tools lie over the canvas. */
function free ({ container, roof, floor }: Surface, left: number, right: number): [number, number] {
  const { top, height } = container.getBoundingClientRect()
  const options = document.querySelector('.options')?.getBoundingClientRect()
  const isBeside = !options || floor > 0 || options.right < left || options.left > right
  return [AWAY + (isBeside ? roof : options.bottom - top), height - floor - AWAY]
}

/** The tools stand at the left, unless they lie along the bottom. */
function firstOf ({ container, floor }: Surface): number {
  const tools = document.querySelector('.main')?.getBoundingClientRect()
  return AWAY + (tools && floor === 0 ? tools.right - container.getBoundingClientRect().left : 0)
}

export function SelectionBar ({ model }: { model: Model }): JSX.Element | null {
  const { selection } = model
  const frame = selection.frame.value
  const bar = useRef<HTMLDivElement>(null)
  const [[width, height], measure] = useState([0, 0])
  useLayoutEffect(() => { measure([bar.current?.offsetWidth ?? 0, bar.current?.offsetHeight ?? 0]) }, [frame === null])
  if (!frame || !model.mayDraw || model.writing.value) return null
  const { surface } = model
  const middle = Math.max(
    firstOf(surface) + width / 2,
    Math.min((frame.left + frame.right) / 2, surface.container.clientWidth - width / 2 - AWAY)
  )
  const [highest, end] = free(surface, middle - width / 2, middle + width / 2)
  const lowest = end - height
  const above = frame.top - ABOVE - height
  const below = Math.min(frame.bottom + AWAY, lowest)
  const place = {
    left: `${middle}px`,
    top: `${above >= highest ? Math.min(above, lowest) : Math.max(highest, below)}px`
  }
  return (
    <div ref={bar} class='selected' role='toolbar' aria-label={texts.selection} style={place}>
      <Act icon='copy' label={texts.duplicate} onClick={() => selection.duplicate()} />
      <Act icon='toFront' label={texts.toFront} onClick={() => selection.arrange('front')} />
      <Act icon='over' label={texts.over} onClick={() => selection.arrange('forward')} />
      <Act icon='under' label={texts.under} onClick={() => selection.arrange('backward')} />
      <Act icon='toBack' label={texts.toBack} onClick={() => selection.arrange('back')} />
      <Act icon='remove' label={texts.remove} onClick={() => selection.remove()} />
      <Act icon='more' label={texts.menu} onClick={() => openMenu(model, null)} />
    </div>
  )
}
