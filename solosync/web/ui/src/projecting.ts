// The document as the state that the server would answer, in JSON text: what is kept as JSON text stays the
// same to the last digit.

import * as Y from 'yjs'
import { LISTS } from './elements'
import { compare } from './order'
import { str } from './untyped'

type Members = Y.Map<unknown>

const decoder = new TextDecoder()

export function stateText (doc: Y.Doc): string {
  const elements = mapsOf(doc, 'elements')
  const board = doc.getMap<unknown>('board')
  const members = fields(doc.getMap<unknown>('state'))
  if (board.get('$meta') === true) members.push(['meta', object(fields(doc.getMap<unknown>('meta')))])
  if (board.get('$pages') === true) {
    const pages = mapsOf(doc, 'pages').map(([key, page]) => item(page, lists(elements, key, page)))
    members.push(['pages', `[${pages.join(',')}]`])
  }
  return object([...members, ...lists(elements, '', board)])
}

type Entry = [key: string, map: Members]

/** In their order. */
function mapsOf (doc: Y.Doc, name: string): Entry[] {
  const found = [...doc.getMap<unknown>(name).entries()].filter((entry): entry is Entry => entry[1] instanceof Y.Map)
  const place = ([key, map]: Entry): { key: string, order: string } => ({ key, order: str(map.get('$order')) })
  return found.sort((a, b) => compare(place(a), place(b)))
}

function lists (elements: Entry[], page: string, owner: Members): [string, string][] {
  return LISTS.flatMap(list => {
    const found = elements.filter(([, map]) => map.get('$page') === page && map.get('$list') === list)
    if (found.length === 0 && owner.get(`$has:${list}`) !== true) return []
    return [[list, `[${found.map(([, map]) => item(map)).join(',')}]`]]
  })
}

function item (map: Members, more: [string, string][] = []): string {
  return map.has('$value') ? json(map.get('$value')) : object([...fields(map), ...more])
}

function fields (map: Members): [string, string][] {
  const own = [...map.entries()].filter(([name]) => !name.startsWith('$') || name.startsWith('$$'))
  return own.map(([name, value]) => [name.startsWith('$') ? name.slice(1) : name, json(value)])
}

const object = (members: [string, string][]): string =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`

function json (value: unknown): string {
  try {
    if (typeof value === 'bigint') return String(value)
    if (!(value instanceof Uint8Array)) return JSON.stringify(value) ?? 'null'
    const kept = decoder.decode(value)
    JSON.parse(kept)
    return kept
  } catch {
    return 'null'
  }
}
