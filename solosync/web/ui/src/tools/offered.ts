// For what there are options at the moment: the tool in hand, or what is selected.

import type { Element, Fields } from '../document'
import { kindOf } from '../geometry'
import { fontSize } from '../looks/words'
import type { Model } from '../model'
import { WITH_INSIDE, type Choice, type Style } from './choices'
import type { ToolName } from './tool'
import { str } from '../untyped'

const MADE_BY: Record<string, ToolName> = {
  highlighter: 'highlighter',
  line: 'line',
  arrow: 'arrow',
  rectangle: 'rectangle',
  rect: 'rectangle',
  circle: 'ellipse',
  ellipse: 'ellipse',
  text: 'text',
  note: 'note',
  eraser: 'hand',
  image: 'hand'
}

/** Where it is shown, it is read again whenever the selection is another one, or looks different. */
export function offered (model: Model): Choice {
  const { choice, selection, edition } = model
  if (choice.value.tool !== 'select') return choice.value
  void [selection.count.value, selection.frame.value, edition.value]
  return ofElements(selection.elements(), choice.value)
}

/** The tool that makes elements like these ("select" for several kinds, "hand" for none that can be
 * changed), and how they look, as far as they look the same. */
function ofElements (elements: Element[], choice: Choice): Choice {
  const tools = new Set(elements.map(toolOf))
  tools.delete('hand')
  const [tool = 'hand', ...more] = tools
  const changed = elements.filter(element => toolOf(element) !== 'hand')
  const [first] = changed
  if (!first) return { ...choice, tool: 'hand' }
  const same = <T>(of: (element: Element) => T, otherwise: T): T =>
    changed.every(element => of(element) === of(first)) ? of(first) : otherwise
  return {
    tool: more.length > 0 ? 'select' : tool,
    color: same(({ fields }) => str(fields.color), ''),
    size: same(sizeOf, 0),
    isFilled: same(isFilled, false),
    opacity: same(({ fields }) => Number(fields.opacity) || 0, 0)
  }
}

const toolOf = (element: Element): ToolName => MADE_BY[kindOf(element)] ?? 'pen'
const sizeOf = (element: Element): number =>
  element.list === 'texts' ? fontSize(element) : Number(element.fields.size) || 0

const isFilled = ({ fields }: Element): boolean => !['', 'none', 'transparent'].includes(str(fields.fill))

/** The fields of an element that such a choice changes. */
export function painted (element: Element, look: Partial<Style>): Fields {
  const tool = toolOf(element)
  if (tool === 'hand') return {}
  const fields: Fields = {}
  if (look.color) fields.color = look.color
  if (look.color && isFilled(element)) fields.fill = look.color
  if (look.size) fields[element.list === 'texts' ? 'fontSize' : 'size'] = look.size
  if (look.isFilled !== undefined && WITH_INSIDE.has(tool)) {
    fields.fill = look.isFilled ? str(element.fields.color) || '#000000' : 'none'
  }
  if (look.opacity && tool === 'highlighter') fields.opacity = look.opacity
  return fields
}
