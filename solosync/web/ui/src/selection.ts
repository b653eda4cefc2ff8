// What is selected, and what is done to all of it at once: each is one step to undo.

import { signal } from '@preact/signals'
import { arranged, type Way } from './arranging'
import type { Copied } from './clipboard'
import { LISTS, type Element, type Fields, type List } from './document'
import { boxOf } from './drawing'
import { kindOf, meet, middleOf, round, type Box, type Point } from './geometry'
import { frameOf } from './handles'
import type { Model } from './model'
import { boxOfAll, extentOfAll, selectedElements } from './selecting'
import { texts } from './texts'
import type { Style } from './tools/choices'
import { painted } from './tools/offered'
import { move, rotate, scale, type Carrying } from './transforming'
import { str } from './untyped'

const ASIDE = 20 // how far a copy lies beside what it was made from

export class Selection {
  readonly count = signal(0)
  /** Its frame in pixels of the canvas; null while it is being changed. */
  readonly frame = signal<Box | null>(null)
  private turned: { elements: Element[], middle: Point } | null = null
  private pasted = { text: '', page: '', times: 0 }

  constructor (private readonly model: Model) {}

  /** Tells what is selected, after that or where it is seen has changed. */
  show (): void {
    const { surface, board } = this.model
    for (const key of surface.selected) if (!board.get(key)) surface.selected.delete(key)
    this.count.value = surface.selected.size
    const box = surface.carrying || surface.marquee ? null : boxOfAll(this.elements())
    this.frame.value = box && surface.onScreen(frameOf(box, surface.scale))
    surface.doing()
  }

  elements (): Element[] {
    return selectedElements(this.model.surface)
  }

  private select (keys: Iterable<string>): void {
    this.model.surface.selected = new Set(keys)
    this.show()
  }

  /** One that has just come, to be changed further. */
  take (key: string): void {
    this.model.chooseTool('select')
    this.select([key])
    const element = this.model.board.get(key)
    if (element) this.model.said.value = described(element)
  }

  unselect (): void {
    if (this.model.surface.selected.size > 0) this.select([])
  }

  all (): void {
    this.model.chooseTool('select')
    this.select(this.model.surface.elements().map(element => element.key))
    this.model.said.value = texts.selected(this.count.value)
  }

  /** The next element of the page or the one before; false when there is none. */
  step (by: number): boolean {
    const { surface } = this.model
    const all = surface.elements().filter(element => boxOf(element))
    const last = [...surface.selected].at(-1)
    const at = last ? all.findIndex(element => element.key === last) : by > 0 ? -1 : all.length
    const next = all[at + by]
    if (!next) {
      this.unselect()
      return false
    }
    this.model.chooseTool('select')
    surface.reveal(boxOf(next)!)
    this.select([next.key])
    this.model.said.value = texts.stepped(described(next), at + by + 1, all.length)
    return true
  }

  remove (): void {
    if (this.count.value === 0 || !this.model.mayDraw) return
    this.model.said.value = texts.removed(this.count.value)
    this.model.board.delete([...this.model.surface.selected])
  }

  /** Gives all that have it this colour, thickness and so on. */
  paint (look: Partial<Style>): void {
    const changes = new Map<string, Fields>()
    for (const element of this.model.mayDraw ? this.elements() : []) {
      const fields = painted(element, look)
      if (Object.keys(fields).length > 0) changes.set(element.key, fields)
    }
    if (changes.size > 0) this.model.board.set(changes)
  }

  move (dx: number, dy: number): void {
    this.change(() => move(dx, dy))
  }

  scale (factor: number): void {
    this.change(middle => scale(middle, factor, factor))
  }

  /** Around the same point as before, as long as nobody has changed anything meanwhile: so it comes back
   * to where it began. */
  turn (degrees: number): void {
    const elements = this.elements()
    const isSame = elements.length === this.turned?.elements.length &&
      this.turned.elements.every((element, at) => element === elements[at])
    this.change(middle => {
      const around = isSame ? this.turned!.middle : middle
      this.turned = { elements: [], middle: around }
      return rotate(around, degrees)
    })
    if (this.turned) this.turned.elements = this.elements()
  }

  private change (by: (middle: Point) => Carrying): void {
    const elements = this.elements()
    const box = extentOfAll(elements)
    if (!box || !this.model.mayDraw) return
    const { fields } = by(middleOf(box))
    this.model.board.set(new Map(elements.map(element => [element.key, fields(element)])))
  }

  arrange (way: Way): void {
    const { board, surface } = this.model
    const lists = LISTS.map(list => surface.elements().filter(element => element.list === list))
    const found = lists.map(list => arranged(list, surface.selected, way)).filter(({ moved }) => moved.size > 0)
    this.model.said.value = texts.arranged[found.length > 0 ? way : 'none']
    if (found.length > 0) board.change(() => found.forEach(({ sequence, moved }) => board.arrange(sequence, moved)))
  }

  /** Whether all that is selected is passed over by pointers; null for what never is. */
  get fixed (): boolean | null {
    const elements = this.elements()
    return elements.every(({ list }) => list === 'assets') ? elements.every(({ fields }) => fields.locked === true) : null
  }

  fix (isFixed: boolean): void {
    if (this.model.mayDraw) this.model.board.set(new Map(this.elements().map(({ key }) => [key, { locked: isFixed }])))
  }

  // -- copies --------------------------------------------------------------------------------

  copied (): Copied {
    const { surface } = this.model
    const items = surface.elements().filter(element => surface.selected.has(element.key))
    this.model.said.value = texts.copied(items.length)
    return { page: surface.page, items: items.map(({ list, fields }) => ({ list, fields })) }
  }

  duplicate (dx = ASIDE, dy = ASIDE): void {
    if (this.count.value > 0 && this.model.mayDraw) this.put(this.copied(), dx, dy)
  }

  /** Around a point; else where it was copied, or beside that if it is there already; in the middle if that isn't seen. */
  paste (copied: Copied, at: Point | null = null): void {
    const { surface } = this.model
    const text = JSON.stringify(copied)
    const isAgain = this.pasted.text === text && this.pasted.page === surface.page
    const times = isAgain ? this.pasted.times + 1 : copied.page === surface.page ? 1 : 0
    this.pasted = { text, page: surface.page, times }
    const box = boxOfAll(copied.items.map(asElement))
    if (!box) return
    const [from, to] = [middleOf(box), at ?? surface.middle]
    const aside = ASIDE * times
    const isSeen = meet(surface.view(), {
      left: box.left + aside, top: box.top + aside, right: box.right + aside, bottom: box.bottom + aside
    })
    if (isSeen && !at) this.put(copied, aside, aside)
    else this.put(copied, to.x - from.x, to.y - from.y)
  }

  private put (copied: Copied, dx: number, dy: number): void {
    const { fields } = move(dx, dy)
    const items = copied.items.map(item => {
      const { id: _, ...others } = item.fields
      return { list: item.list, fields: { ...others, ...fields(asElement(item)) } }
    })
    this.model.chooseTool('select')
    this.select(this.model.board.addAll(this.model.page.value, items))
    this.model.said.value = texts.pasted(items.length)
  }

  pasteText (words: string, at = this.model.surface.middle): void {
    const { x, y } = at
    const { color, size } = this.model.choices.of('text')
    const fields = { type: 'text', text: words.trimEnd(), color, fontSize: size }
    const box = boxOf(asElement({ list: 'texts', fields: { ...fields, x, y } }))
    const place = box ? { x: round(2 * x - middleOf(box).x), y: round(2 * y - middleOf(box).y) } : { x, y }
    this.model.chooseTool('select')
    this.select([this.model.board.add(this.model.page.value, 'texts', { ...fields, ...place })])
    this.model.said.value = texts.pasted(1)
  }
}

/** As if it were on a board, to be measured and moved. */
const asElement = (item: { list: List, fields: Fields }): Element => ({ ...item, key: '', order: '', page: '' })

/** Such as: Text “Tea”. */
function described (element: Element): string {
  const words = str(element.fields.text).trim().slice(0, 80)
  const name = texts.kindNames[kindOf(element)] ?? texts.kindNames.stroke!
  return words ? texts.saying(name, words) : name
}
