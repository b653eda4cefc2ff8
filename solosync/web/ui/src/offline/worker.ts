// The service worker, by which the page opens without the server, as a page sees it.

import { signal } from '@preact/signals'

/** Whether this page opens without the server. */
export const opensAlone = signal(false)
/** Whether a newer version of the page waits for this one to be loaded again. */
export const isRenewed = signal(false)

let registration: ServiceWorkerRegistration | undefined

/** Browsers have none on plain http in a network, nor where they don't trust the certificate. */
export async function registerWorker (): Promise<void> {
  const { serviceWorker } = navigator
  if (!serviceWorker) return
  serviceWorker.addEventListener('message', hear)
  try {
    registration = await serviceWorker.register('/worker.js')
  } catch {
    return
  }
  registration.addEventListener('updatefound', () => follow(registration?.installing))
  follow(registration.installing)
  askWaiting()
  const { active } = await serviceWorker.ready
  // A page that was on its way while the worker began was passed over, as is one loaded afresh.
  if (!serviceWorker.controller) active?.postMessage('claim')
  opensAlone.value = true
}

/** Whether the server has a newer version, as it may after it was away. A worker that couldn't be
 * installed, as when the server went away just then, is tried again. */
export function lookForNewer (): void {
  if (registration?.active) void registration.update().catch(() => {})
  else void registerWorker()
}

/** Loads the page again, in the newer version. */
export function renew (): void {
  const { waiting } = registration ?? {}
  if (!waiting) {
    location.reload()
    return
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload())
  waiting.postMessage('begin')
}

function hear ({ data }: MessageEvent): void {
  if (data === 'waiting') isRenewed.value = true
}

function follow (worker: ServiceWorker | null | undefined): void {
  worker?.addEventListener('statechange', () => { if (worker.state === 'installed') askWaiting() })
}

/** The worker that waits knows whether this page is of its version. */
function askWaiting (): void {
  const script = document.querySelector<HTMLScriptElement>('script[type=module]')?.src
  if (script && navigator.serviceWorker.controller) {
    registration?.waiting?.postMessage(new URL(script).pathname)
  }
}
