// Answers for the server while it can't be reached: with a page that is the same for everybody, and
// with the files that it loads. Nothing that the server tells a person is kept here: no page of
// theirs, no answer of the API. What the page then shows is in the browser's database.

/** What the server puts before this script: a name for the version, the page that works without the
 * server, and the addresses of the files that it loads. */
interface Built { version: string, page: string, files: string[] }

declare const self: ServiceWorkerGlobalScope & { built: Built }

const { version, page, files } = self.built
const PREFIX = 'solosync '
const CACHE = PREFIX + version
const PATIENCE_MS = 10_000
/** The pages of people who are signed in. Shared boards and links of one use are for the server alone. */
const PAGES = /^\/(?:trash|settings|devices(?:\/add)?|links|boards\/[^/]+(?:\/draw)?)?$/
/** What a proxy says when the server behind it is down. */
const NO_SERVER = [502, 504]

self.addEventListener('install', event => {
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll([page, ...files])))
})

self.addEventListener('activate', event => event.waitUntil(begin()))

self.addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname, search } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode !== 'navigate') {
    if (files.includes(pathname + search)) event.respondWith(kept(request))
  } else if (PAGES.test(pathname)) event.respondWith(pageFor(request))
})

self.addEventListener('message', ({ data, source }) => {
  if (data === 'claim') {
    void self.clients.claim()
    return
  }
  // Another version is at work in other tabs. A page that is of this one already needn't be asked.
  if (data === 'begin' || files.includes(data)) void self.skipWaiting()
  else source?.postMessage('waiting')
})

async function begin (): Promise<void> {
  const names = await caches.keys()
  const old = names.filter(name => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map(name => caches.delete(name)))
  await self.clients.claim()
}

/** As the server has it, so that nobody is held in an old version; else the page without it. */
async function pageFor (request: Request): Promise<Response> {
  const patience = new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE_MS))
  const answer = await Promise.race([fetch(request).catch(() => null), patience])
  return answer && !NO_SERVER.includes(answer.status) ? answer : kept(page)
}

async function kept (asked: Request | string): Promise<Response> {
  const found = await caches.match(asked, { cacheName: CACHE, ignoreVary: true })
  return found ?? fetch(asked)
}
