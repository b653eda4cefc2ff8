// What the server tells the page of a share link, and how a canvas takes the place of its picture.

export interface Shared {
  session: string
  share: string
  view: string
  path: string
  name: string
  owner: string
  formats: string[]
  /** The number of the page to begin with; 0 for the one that was open last. */
  page: number
}

/** Null on the other pages. */
export function readShared ({ dataset }: HTMLElement): Shared | null {
  const { session = '', token = '', view = '', path = '', name = '', owner = '', formats = '', page } = dataset
  if (!token) return null
  return { session, share: token, view, path, name, owner, formats: formats.split(' ').filter(Boolean), page: Number(page) }
}

/** An empty page for the canvas, which has other styles than the one with the picture. */
export async function takePlace (): Promise<HTMLElement> {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="preload"][as="style"]')]
  await Promise.all(links.map(link => new Promise(resolve => {
    link.onload = link.onerror = resolve
    link.rel = 'stylesheet'
  })))
  for (const style of document.querySelectorAll('.picture-style')) style.remove()
  const root = document.createElement('main')
  root.id = 'board'
  document.body.replaceChildren(root)
  return root
}
