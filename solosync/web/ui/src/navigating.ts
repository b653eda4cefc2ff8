// How one moves about a board by keys: the same on each page that has a canvas.

import type { Surface } from './surface'

/** What is looked at, page by page. */
interface Navigable {
  readonly surface: Surface
  turn: (by: number) => void
}

const CLOSER = 1.25

export const zoomIn = ({ surface }: Pick<Navigable, 'surface'>): void => surface.zoom(CLOSER)
export const zoomOut = ({ surface }: Pick<Navigable, 'surface'>): void => surface.zoom(1 / CLOSER)

export const keysToNavigate = (on: Navigable): Record<string, () => void> => ({
  PageUp: () => on.turn(-1),
  PageDown: () => on.turn(1),
  '+': () => zoomIn(on),
  '=': () => zoomIn(on),
  '-': () => zoomOut(on),
  0: () => on.surface.fit(),
  'shift 0': () => on.surface.actualSize()
})

/** By the key and not by what it writes: on some keyboards Shift 0 is a sign that has another meaning. */
export const isActualSize = ({ code, shiftKey }: KeyboardEvent): boolean => shiftKey && code === 'Digit0'
