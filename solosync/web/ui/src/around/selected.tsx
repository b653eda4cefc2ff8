// What can be done to the selection, beside it.

import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'

const AWAY = 12 // pixels from the frame
const ABOVE = 44 // over it, there is the handle to turn it by

export function SelectionBar ({ model }: { model: Model }): JSX.Element | null {
  const { selection } = model
  const frame = selection.frame.value
  const bar = useRef<HTMLDivElement>(null)
  const [[width, height], measure] = useState([0, 0])
  useLayoutEffect(() => { measure([bar.current?.offsetWidth ?? 0, bar.current?.offsetHeight ?? 0]) }, [frame === null])
  if (!frame || !model.mayDraw || model.writing.value) return null
  const { clientWidth, clientHeight } = model.surface.container
  const middle = (frame.left + frame.right) / 2
  const above = frame.top - ABOVE - height
  const below = Math.min(frame.bottom + AWAY, clientHeight - height - AWAY)
  const place = {
    left: `${Math.max(width / 2 + AWAY, Math.min(middle, clientWidth - width / 2 - AWAY))}px`,
    top: `${above >= AWAY ? Math.min(above, clientHeight - height - AWAY) : Math.max(AWAY, below)}px`
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
