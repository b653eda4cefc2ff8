// Being let in by a share link: a visit is counted once, and proved for an hour after that.

/** Why nobody is let in: the link is good no more, asks for its password, or later may do. */
export type Refusal = 'gone' | 'locked' | 'later'

/** A link and the proof of this visit; the socket asks for both. */
export interface Visit { share: string, view: string }

/** Counts this visit, unless the page knows that it was counted within the hour. Rejects without a
 * connection. */
export async function visit (share: string, view: string, password?: string): Promise<Visit | Refusal> {
  await shown()
  if (view) return { share, view }
  const answer = await fetch(`/api/v1/solo/public/${share}/view/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ password })
  })
  if (answer.ok) return { share, view: (await answer.json()).view }
  if (answer.status === 401) return 'locked'
  return answer.status === 404 ? 'gone' : 'later'
}

/** A page that is only made ready, in case somebody goes there, isn't looked at yet. */
async function shown (): Promise<void> {
  if (!('prerendering' in document && document.prerendering)) return
  await new Promise(resolve => {
    document.addEventListener('prerenderingchange', resolve, { once: true })
  })
}
