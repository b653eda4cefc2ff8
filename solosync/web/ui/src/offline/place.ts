// Which board the page is for, and for whom: told by the server, or, where the page came without it,
// by the address and by what is kept on this device.

import { keptBoards, person, remember, type Person } from './device'
import { rememberLanguage } from './language'

export interface Place { session: string, name: string, person: Person }

/** Null for no board, or one that isn't kept here. */
export async function here (told: DOMStringMap): Promise<Place | null> {
  const { session, user, person: called = '', name = '' } = told
  if (session && user) {
    const who = { id: user, name: called }
    void remember(who)
    rememberLanguage()
    return { session, name, person: who }
  }
  const who = await person()
  const asked = boardOf(location.pathname)
  if (!who || !asked) return null
  const kept = (await keptBoards(who.id)).find(board => board.session === asked)
  return kept ? { session: asked, name: kept.name, person: who } : null
}

export function boardOf (path: string): string | undefined {
  return /^\/boards\/([^/]+)\/draw$/.exec(path)?.[1]
}
