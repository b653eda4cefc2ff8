// Opens the field in which a text is written.

import type { Tool } from './tool'

export const text: Tool = (hands, { at, event }) => {
  event.preventDefault() // or the press would take the focus from the new field again
  hands.write(at, null)
  return null
}
