// The pages of the board, and how closely one looks.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'

export function Pages ({ model }: { model: Model }): JSX.Element {
  return (
    <footer>
      <nav aria-label={texts.pages}>
        {model.pages.value.map((page, at) => (
          <button
            key={page.key} type='button' aria-current={page.key === model.page.value ? 'page' : undefined}
            onClick={() => model.show(page.key)}
          >
            {page.name || texts.page(at + 1)}
          </button>
        ))}
        <Act
          icon='zoomIn' label={texts.addPage} isOff={!model.takesPages.value}
          onClick={() => model.addPage()}
        />
      </nav>
      <span class='zoom'>
        <Act icon='zoomOut' label={texts.zoomOut} onClick={() => model.surface.zoom(0.8)} />
        <output>{Math.round(model.scale.value * 100)} %</output>
        <Act icon='zoomIn' label={texts.zoomIn} onClick={() => model.surface.zoom(1.25)} />
        <Act icon='fit' label={texts.fit} onClick={() => model.surface.fit()} />
      </span>
    </footer>
  )
}
