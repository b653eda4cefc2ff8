// How the members of elements and pages are kept in the document.

import * as Y from 'yjs'

export type Fields = Record<string, unknown>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const stored = (value: unknown): unknown =>
  value !== null && typeof value === 'object' ? encoder.encode(JSON.stringify(value)) : value
export const storedName = (name: string): string => (name.startsWith('$') ? `$${name}` : name)

export function shown (value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  try {
    return JSON.parse(decoder.decode(value))
  } catch {
    return null
  }
}

export function fieldsOf (map: Y.Map<unknown>): Fields {
  const fields: Fields = {}
  for (const [name, value] of map.entries()) {
    if (!name.startsWith('$')) fields[name] = shown(value)
    else if (name.startsWith('$$')) fields[name.slice(1)] = shown(value)
  }
  return fields
}

/** As it is, also what this page knows nothing of; with these members of its own. */
export function copied (map: Y.Map<unknown>, members: Fields): Y.Map<unknown> {
  const copy = map.clone()
  for (const [name, value] of Object.entries(members)) copy.set(name, value)
  return copy
}

/** Browsers have `randomUUID` on https and on this machine only, not on plain http in a network. */
export function newId (): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const digits = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
