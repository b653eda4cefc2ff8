// Opens the field in which a text or a note is written: a new one, or the one that is there. Not
// before it is let go: browsers of phones show their keyboard only then, and a second finger may come.

import { kindOf } from '../geometry'
import { isWritten } from '../writing'
import { topmost, type Tool } from './tool'

export const text: Tool = (hands, { at, event }) => {
  event.preventDefault() // or the press would take the focus from the new field again
  const { activeElement } = document
  if (activeElement instanceof HTMLTextAreaElement) {
    activeElement.blur() // which ends what is written there; another press begins anew
    return null
  }
  const hit = topmost(hands, at)
  const isNote = hands.choice().tool === 'note'
  return {
    move: () => {},
    // A note is laid over a text; Text goes on with what stands there, be it a note.
    end: () => hands.write(at, hit && (isNote ? kindOf(hit) === 'note' : isWritten(hit)) ? hit : null),
    cancel: () => {}
  }
}
