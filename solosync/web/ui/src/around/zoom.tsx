// How closely one looks.

import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Surface } from '../surface'
import { texts } from '../texts'
import { Act } from './act'

export function Zoom ({ look }: { look: { scale: Signal<number>, surface: Surface } }): JSX.Element {
  return (
    <span class='zoom'>
      <Act icon='zoomOut' label={texts.zoomOut} onClick={() => look.surface.zoom(0.8)} />
      <output>{Math.round(look.scale.value * 100)} %</output>
      <Act icon='zoomIn' label={texts.zoomIn} onClick={() => look.surface.zoom(1.25)} />
      <Act icon='fit' label={texts.fit} onClick={() => look.surface.fit()} />
    </span>
  )
}
