// The server: whether it is there, where its sockets are, and what it says when it closes one
// (docs/sync-spec.md, WS).

import { signal } from '@preact/signals'

/** The close codes that say what to do. */
export const [SIGNED_OUT, FORBIDDEN, GONE] = [4401, 4403, 4404]
/** By a share link, only so many get in at a time. */
export const CROWDED = 4429
export const CROWDED_MS = 30_000
/** Without any message for half a minute, y-websocket takes the connection for lost. */
export const BEAT_MS = 15_000

export function socketAddress (): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/boards`
}

export async function isThere (): Promise<boolean> {
  const answer = await fetch('/health/live').catch(() => null)
  return answer?.ok ?? false
}

type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** Whom the page was made for; nobody for those who came by a link. */
let meant: string | null = null
const UNAUTHENTICATED = 401
/** Whether somebody else has signed in to this browser since then: nothing may be done in their name. */
export const isSomebodyElse = signal(false)

export function meanPerson (id: string): void {
  meant = id
  document.addEventListener('visibilitychange', () => { if (!document.hidden) void lookWhoIsHere() })
}

/** As `fetch`; a request that says whom it means, so that the server refuses it for anybody else. */
export async function request (path: string, { headers, ...about }: Asked = {}): Promise<Response> {
  const named: Record<string, string> = meant ? { 'X-Signed-In-As': meant } : {}
  const answer = await fetch(path, { ...about, headers: { ...headers, ...named } })
  if (answer.status === UNAUTHENTICATED) {
    const { code } = await answer.clone().json().catch(() => ({}))
    if (code === 'somebody_else') isSomebodyElse.value = true
  }
  return answer
}

export async function lookWhoIsHere (): Promise<void> {
  if (meant) await request('/api/v1/me').catch(() => null)
}
