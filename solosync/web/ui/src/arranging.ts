// What lies on what: the order of a page's lists, in which elements are drawn. The lists themselves lie
// on each other for ever: pictures, shapes, strokes, texts.

import { levelOf, type Element } from './document'
import { boxOf } from './drawing'
import { meet } from './geometry'

export type Way = 'front' | 'forward' | 'backward' | 'back'
interface Arranged { sequence: Element[], moved: Set<string> }

/** A list in its new order, and what of it moved. Forward is over the next element that it touches. */
export function arranged (list: Element[], chosen: Set<string>, way: Way): Arranged {
  if (way === 'front' || way === 'forward') return levelled(upward(list, chosen, way === 'front'))
  const found = levelled(upward(list.toReversed(), chosen, way === 'back'))
  return { ...found, sequence: found.sequence.reverse() }
}

function upward (list: Element[], chosen: Set<string>, isToTheEnd: boolean): Arranged {
  if (isToTheEnd) {
    const [some, others] = [list.filter(one => chosen.has(one.key)), list.filter(one => !chosen.has(one.key))]
    const sequence = [...others, ...some]
    const isThere = sequence.every((one, at) => one === list[at])
    return { sequence, moved: new Set(isThere ? [] : some.map(one => one.key)) }
  }
  const sequence = [...list]
  const moved = new Set<string>()
  for (const element of list.toReversed()) {
    if (!chosen.has(element.key)) continue
    const at = sequence.indexOf(element)
    const over = sequence.findIndex((one, place) => place > at && !chosen.has(one.key) && touch(element, one))
    if (over < 0) continue
    sequence.splice(over, 0, ...sequence.splice(at, 1)) // it is gone from below: so it comes behind
    moved.add(element.key)
  }
  return { sequence, moved }
}

/** Assets that moved have the `zIndex` of what they came to lie on, or under. */
function levelled ({ sequence, moved }: Arranged): Arranged {
  let last: Element | null = null
  return {
    moved,
    sequence: sequence.map(element => {
      const isSet = last && element.list === 'assets' && moved.has(element.key) &&
        levelOf(last) !== levelOf(element)
      last = isSet ? { ...element, fields: { ...element.fields, zIndex: last!.fields.zIndex } } : element
      return last
    })
  }
}

function touch (one: Element, other: Element): boolean {
  const [mine, its] = [boxOf(one), boxOf(other)]
  return mine !== null && its !== null && meet(mine, its)
}
