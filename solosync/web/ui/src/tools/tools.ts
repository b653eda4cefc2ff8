// Every tool by its name, in the order of the toolbar. The hand does nothing itself: without a doing,
// a press moves the page.

import { eraser } from './eraser'
import { pen } from './pen'
import { select } from './select'
import { text } from './text'
import type { Tool, ToolName } from './tool'

export const tools: Record<ToolName, Tool> = { pen, eraser, select, text, hand: () => null }
