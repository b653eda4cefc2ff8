// The button of a tool.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'
import type { ToolName } from '../tools/tool'
import { Icon } from './icons'

export function Pick ({ model, tool }: { model: Model, tool: ToolName }): JSX.Element {
  const label = texts.tools[tool]
  return (
    <button
      type='button' title={label} aria-label={label} aria-pressed={model.choice.value.tool === tool}
      onClick={() => model.chooseTool(tool)}
    >
      <Icon name={tool} />
    </button>
  )
}
