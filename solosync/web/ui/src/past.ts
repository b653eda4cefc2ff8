// A board as it was, or would be: read from a state as the API answers it, and only looked at.

import { drawingOrder, LISTS, type Board, type Element, type Fields, type Page } from './document'
import { isObject, str } from './untyped'

/** The state's pages and their elements; one without pages is one page itself, as on a live board. */
export function boardOf (state: Fields): Board {
  const pages: Page[] = []
  const elements = new Map<string, Element>()
  const read = (page: Fields, key: string): void => {
    pages.push({ key, order: '', name: str(page.name), background: page.background })
    for (const element of elementsOf(page, key)) {
      const free = elements.has(element.key) ? `${element.key}~${elements.size}` : element.key
      elements.set(free, { ...element, key: free })
    }
  }
  if (Array.isArray(state.pages)) {
    state.pages.filter(isObject).forEach((page, at) => read(page, str(page.id) || `~${at}`))
  } else read(state, '')
  return board(pages, [...elements.values()])
}

export function board (pages: Page[], elements: Element[]): Board {
  const known = new Map(elements.map(element => [element.key, element]))
  const sorted = elements.toSorted(drawingOrder)
  return {
    pages: () => pages,
    on: page => sorted.filter(element => element.page === page),
    get: key => known.get(key)
  }
}

function elementsOf (page: Fields, key: string): Element[] {
  return LISTS.flatMap(list => {
    const items = Array.isArray(page[list]) ? page[list].filter(isObject) : []
    return items.map((fields, at) => {
      const order = String(at).padStart(8, '0') // what comes later in its list sorts later
      return { key: str(fields.id) || `~${key}/${list}/${at}`, page: key, order, list, fields }
    })
  })
}
