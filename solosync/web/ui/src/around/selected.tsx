// What can be done to the selection, beside it.

import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'

const AWAY = 12 // pixels from the frame
const ABOVE = 44 // over it, there is the handle to turn it by

/** From where to where, within these sides, the options of the tool lie over nothing of the canvas. */
function free (area: HTMLElement, left: number, right: number): [number, number] {
  const { top, height } = area.getBoundingClientRect()
  const options = document.querySelector('.options')?.getBoundingClientRect()
  const isBeside = !options || options.right < left || options.left > right
  if (isBeside) return [AWAY, height - AWAY]
  const isAtTop = options.top - top < height / 2
  return isAtTop ? [options.bottom - top + AWAY, height - AWAY] : [AWAY, options.top - top - AWAY]
}

export function SelectionBar ({ model }: { model: Model }): JSX.Element | null {
  const { selection } = model
  const frame = selection.frame.value
  const bar = useRef<HTMLDivElement>(null)
  const [[width, height], measure] = useState([0, 0])
  useLayoutEffect(() => { measure([bar.current?.offsetWidth ?? 0, bar.current?.offsetHeight ?? 0]) }, [frame === null])
  if (!frame || !model.mayDraw || model.writing.value) return null
  const area = model.surface.container
  const middle = Math.max(
    width / 2 + AWAY, Math.min((frame.left + frame.right) / 2, area.clientWidth - width / 2 - AWAY)
  )
  const [highest, end] = free(area, middle - width / 2, middle + width / 2)
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
    </div>
  )
}
