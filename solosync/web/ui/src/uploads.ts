// Gives a picture to the server, as any client of its API does.

import { request } from './server'

/** What is in the way: the kind of file, its size, the connection, that one has no account here, that the
 * server can't take it just now, or something else that it has against it. */
export type Problem = 'kind' | 'large' | 'offline' | 'account' | 'later' | 'refused'

export class Unsent extends Error {
  constructor (readonly problem: Problem) {
    super(problem)
  }
}

/** By its first bytes, as the server tells it: names of files aren't always right. */
const KINDS: Array<[string, RegExp]> = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF.{4}WEBP/s]
]
const LONGEST = 12 // bytes that tell
export const TAKEN = KINDS.map(([kind]) => kind).join(',')
export const MOST_BYTES = 20 * 2 ** 20 // the server takes no more
const TOO_LARGE = 413
const [SIGNED_OUT, TOO_OFTEN, BROKEN] = [401, 429, 500]

interface Room { upload_url: string, cdn_url: string, headers: Record<string, string> }

/** Null if it is none that the server takes. */
export async function kindOf (file: Blob): Promise<string | null> {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, LONGEST).arrayBuffer()))
  return KINDS.find(([, beginning]) => beginning.test(start))?.[0] ?? null
}

/** Answers with the address at which boards show it. Throws Unsent. */
export async function send (
  kind: string, content: Blob, sessionId: string, tell: (share: number) => void
): Promise<string> {
  const room = await ask(kind, content, sessionId)
  const { pathname, search } = new URL(room.upload_url, location.href)
  await put(content, pathname + search, room.headers, tell)
  return room.cdn_url
}

async function ask (kind: string, content: Blob, sessionId: string): Promise<Room> {
  const about = {
    session_id: sessionId,
    content_type: kind,
    size_bytes: content.size,
    sha256: await digest(content),
    direct: false // not straight to an object store: this page may ask nobody but its own server
  }
  let answer: Response
  try {
    answer = await request('/api/v1/solo/uploads/presign/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(about)
    })
  } catch {
    throw new Unsent('offline')
  }
  if (!answer.ok) throw new Unsent(problemOf(answer.status))
  return await answer.json() as Room
}

/** By which a picture that was sent before, and whose answer was lost, is the same file there. Browsers
 * have it on https and on this machine only. */
async function digest (content: Blob): Promise<string | undefined> {
  if (!crypto.subtle) return undefined
  const bytes = await crypto.subtle.digest('SHA-256', await content.arrayBuffer())
  return [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** By the older of the two ways to ask, since `fetch` doesn't tell how much has been sent. */
function put (
  content: Blob, address: string, headers: Record<string, string>, tell: (share: number) => void
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => tell(loaded / total)
    request.onload = () => request.status < 300 ? resolve() : reject(new Unsent(problemOf(request.status)))
    request.onerror = () => reject(new Unsent('offline'))
    request.send(content)
  })
}

function problemOf (status: number): Problem {
  if (status === TOO_LARGE) return 'large'
  return status === SIGNED_OUT || status === TOO_OFTEN || status >= BROKEN ? 'later' : 'refused'
}
