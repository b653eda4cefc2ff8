// Gives a picture to the server, as any client of its API does.

import { request } from './server'

/** What is in the way: the kind of file, its size, the connection, that one has no account here, or
 * something else that the server has against it. */
export type Problem = 'kind' | 'large' | 'offline' | 'account' | 'refused'

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
const TOO_LARGE = 413

interface Room { upload_url: string, cdn_url: string, headers: Record<string, string> }

/** Answers with the address at which boards show it. Throws Unsent. */
export async function send (file: File, sessionId: string, tell: (share: number) => void): Promise<string> {
  const room = await ask(await kindOf(file), file.size, sessionId)
  const { pathname, search } = new URL(room.upload_url, location.href)
  await put(file, pathname + search, room.headers, tell)
  return room.cdn_url
}

async function kindOf (file: File): Promise<string> {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, LONGEST).arrayBuffer()))
  const found = KINDS.find(([, beginning]) => beginning.test(start))
  if (!found) throw new Unsent('kind')
  return found[0]
}

async function ask (kind: string, size: number, sessionId: string): Promise<Room> {
  let answer: Response
  try {
    answer = await request('/api/v1/solo/uploads/presign/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      // Not straight to an object store: this page may ask nobody but the server that it comes from.
      body: JSON.stringify({ session_id: sessionId, content_type: kind, size_bytes: size, direct: false })
    })
  } catch {
    throw new Unsent('offline')
  }
  if (!answer.ok) throw new Unsent(answer.status === TOO_LARGE ? 'large' : 'refused')
  return await answer.json() as Room
}

/** By the older of the two ways to ask, since `fetch` doesn't tell how much has been sent. */
function put (
  file: File, address: string, headers: Record<string, string>, tell: (share: number) => void
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => tell(loaded / total)
    request.onload = () => request.status < 300 ? resolve() : reject(new Unsent('refused'))
    request.onerror = () => reject(new Unsent('offline'))
    request.send(file)
  })
}
