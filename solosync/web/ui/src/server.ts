// The server: whether it is there, where its sockets are, and what it says when it closes one
// (docs/sync-spec.md, WS).

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
