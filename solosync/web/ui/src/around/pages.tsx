// The pages of the board.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'
import { Act } from './act'
import { Zoom } from './zoom'

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
      <Zoom look={model} />
    </footer>
  )
}
