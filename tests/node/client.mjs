// A whiteboard on a Solo board: the layout "board/1" over the unmodified y-websocket provider.
// Driven by JSON lines (jsonlines.mjs). Commands: those of connection.mjs, and
//   add {page, list, element}        -> {key}; at the end of its list
//   set {key, field, value}          unset {key, field}         delete {key}
//   state                            -> {elements, pages, state, meta, board}, values as values.mjs tags them
//   wait {count} | {key, gone: true} | {key, field, value}
//   raw {root, key, value, field?}   a value as values.mjs untags it, however hostile; `field`: inside a map that is there
import { randomInt, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as Y from 'yjs'
import { BASE_62_DIGITS, generateKeyBetween } from 'fractional-indexing'
import { Connection } from './connection.mjs'
import { serve } from './jsonlines.mjs'
import { tag, untag } from './values.mjs'

const ROOTS = ['elements', 'pages', 'state', 'meta', 'board']
const connection = new Connection()
const roots = Object.fromEntries(ROOTS.map(name => [name, connection.doc.getMap(name)]))

const fieldName = name => name.startsWith('$') ? '$' + name : name
const fieldValue = value => value !== null && typeof value === 'object'
  ? new TextEncoder().encode(JSON.stringify(value))
  : value

function element (key) {
  const found = roots.elements.get(key)
  if (!(found instanceof Y.Map)) throw new Error(`no element ${key}`)
  return found
}

/** After everything in the list; random digits keep two clients from making the same key. */
function orderAfter (last) {
  const digit = from => BASE_62_DIGITS[randomInt(from, 62)]
  const random = digit(0) + digit(0) + digit(0) + digit(1) // a key may not end in 0
  try {
    return generateKeyBetween(last, null) + random
  } catch {
    return last + 'V' + random // somebody else's kind of key; longer sorts after it
  }
}

function lastOrder (page, list) {
  let last = null
  for (const other of roots.elements.values()) {
    if (!(other instanceof Y.Map) || other.get('$page') !== page || other.get('$list') !== list) continue
    const order = other.get('$order')
    if (typeof order === 'string' && (last === null || order > last)) last = order
  }
  return last
}

function add ({ page, list, element: fields }) {
  const key = randomUUID()
  const own = { ...fields, id: fields.id ?? key }
  const map = new Y.Map(Object.entries(own).map(([name, value]) => [fieldName(name), fieldValue(value)]))
  map.set('$page', page)
  map.set('$list', list)
  map.set('$order', orderAfter(lastOrder(page, list)))
  roots.elements.set(key, map)
  return { key }
}

function holds ({ count, key, gone, field, value }) {
  if (count !== undefined) return roots.elements.size === count
  const found = roots.elements.get(key)
  if (gone) return found === undefined
  return found instanceof Y.Map && isDeepStrictEqual(tag(found.get(fieldName(field))), tag(fieldValue(value)))
}

serve({
  ...connection.commands,
  add,
  set: ({ key, field, value }) => { element(key).set(fieldName(field), fieldValue(value)) },
  unset: ({ key, field }) => element(key).delete(fieldName(field)),
  delete: ({ key }) => { element(key); roots.elements.delete(key) },
  state: () => Object.fromEntries(ROOTS.map(name => [name, tag(roots[name])])),
  wait: ({ timeout, ...wanted }) => connection.until(() => holds(wanted), JSON.stringify(wanted), timeout),
  raw: ({ root, key, value, field }) => {
    const map = field === undefined ? roots[root] : roots[root].get(key)
    map.set(field ?? key, untag(value))
  }
})
