// Every tool by its name. The hand does nothing itself: without a doing, a press moves the page.

import { eraser } from './eraser'
import { select } from './select'
import { arrow, ellipse, line, rectangle } from './shapes'
import { highlighter, pen, wiper } from './strokes'
import { text } from './text'
import type { Tool, ToolName } from './tool'

export const tools: Record<ToolName, Tool> = {
  select,
  hand: () => null,
  pen,
  highlighter,
  eraser,
  wiper,
  line,
  arrow,
  rectangle,
  ellipse,
  text,
  note: text
}
