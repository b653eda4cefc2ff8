// How closely one looks.

import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { zoomIn, zoomOut } from '../navigating'
import type { Surface } from '../surface'
import { texts } from '../texts'
import { Act } from './act'

export function Zoom ({ look }: { look: { scale: Signal<number>, surface: Surface } }): JSX.Element {
  return (
    <span class='zoom'>
      <Act icon='minus' label={texts.zoomOut} onClick={() => zoomOut(look)} />
      <button
        type='button' class='scale' title={`${texts.actualSize} (Shift 0)`} onClick={() => look.surface.actualSize()}
      >
        <output>{Math.round(look.scale.value * 100)} %</output>
      </button>
      <Act icon='plus' label={texts.zoomIn} onClick={() => zoomIn(look)} />
      <Act icon='fit' label={texts.fit} onClick={() => look.surface.fit()} />
    </span>
  )
}
