// Opens the field in which a text or a note is written: a new one, or the one that is there.

import { isWritten } from '../writing'
import { topmost, type Tool } from './tool'

export const text: Tool = (hands, { at, event }) => {
  event.preventDefault() // or the press would take the focus from the new field again
  const hit = topmost(hands, at)
  hands.write(at, hit && isWritten(hit) ? hit : null)
  return null
}
