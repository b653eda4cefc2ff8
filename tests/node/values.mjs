// Values between JSON and a Yjs document: what JSON can't say is said with a tag.
import * as Y from 'yjs'

const TYPES = {
  bigint: text => BigInt(text),
  nan: () => NaN,
  infinity: sign => sign * Infinity,
  undefined: () => undefined,
  bytes: numbers => Uint8Array.from(numbers),
  json: value => value,
  // A plain object or list (one value for Yjs) whose members may be tagged.
  object: members => mapMembers(members),
  list: items => items.map(untag),
  // Shared types of their own.
  map: members => new Y.Map(Object.entries(mapMembers(members))),
  array: items => Y.Array.from(items.map(untag)),
  text: text => new Y.Text(text),
  xml: name => new Y.XmlElement(name)
}

const mapMembers = members => Object.fromEntries(Object.entries(members).map(([k, v]) => [k, untag(v)]))

/** {"bigint": "12"}, {"nan": true}, {"bytes": [1, 2]}, {"map": {"a": {"undefined": true}}}, ... as a value for Yjs. */
export function untag (value) {
  if (value === null || typeof value !== 'object') return value
  const [tag, ...more] = Object.keys(value)
  if (Array.isArray(value) || more.length > 0 || !Object.hasOwn(TYPES, tag)) {
    throw new Error(`a tagged value has one key of ${Object.keys(TYPES).join(', ')}: ${JSON.stringify(value)}`)
  }
  return TYPES[tag](value[tag])
}

/** A value out of a document, in JSON: bytes as {"$bytes": text} (or {"$hex"} where they are no UTF-8),
 *  {"$bigint"}, {"$number": "NaN"}, {"$undefined"}, shared types as what they hold. */
export function tag (value) {
  if (value === undefined) return { $undefined: true }
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array) return tagBytes(value)
  if (value instanceof Y.Map) return Object.fromEntries([...value.entries()].map(([k, v]) => [k, tag(v)]))
  if (value instanceof Y.Array) return value.toArray().map(tag)
  if (value instanceof Y.AbstractType) return { $type: value.constructor.name, text: value.toString() }
  if (Array.isArray(value)) return value.map(tag)
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, tag(v)]))
}

function tagBytes (bytes) {
  try {
    return { $bytes: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { $hex: Buffer.from(bytes).toString('hex') }
  }
}
