// Tools, colours, thickness, and what is done to the selection.

import type { JSX } from 'preact'
import { COLORS, SIZES, type Model } from '../model'
import { texts } from '../texts'
import type { ToolName } from '../tools/tool'
import { Act } from './act'
import { Icon } from './icons'

export function Tools ({ model }: { model: Model }): JSX.Element {
  const { tool, color, size } = model.choice.value
  return (
    <div class='tools' role='toolbar' aria-label={texts.toolbar}>
      {(Object.keys(texts.tools) as ToolName[]).map(one => (
        <button
          key={one} type='button' title={texts.tools[one]} aria-label={texts.tools[one]}
          aria-pressed={tool === one} onClick={() => model.chooseTool(one)}
        >
          <Icon name={one} />
        </button>
      ))}
      <span class='gap' />
      <span class='group' role='group' aria-label={texts.colors}>
        {COLORS.map((one, at) => (
          <button
            key={one} type='button' class='color' title={texts.colorNames[at]}
            aria-label={texts.colorNames[at]} aria-pressed={color === one}
            onClick={() => model.choose({ color: one })}
          >
            <i style={{ background: one }} />
          </button>
        ))}
      </span>
      <span class='group' role='group' aria-label={texts.sizes}>
        {SIZES.map((one, at) => (
          <button
            key={one} type='button' class='size' title={texts.sizeNames[at]}
            aria-label={texts.sizeNames[at]} aria-pressed={size === one}
            onClick={() => model.choose({ size: one })}
          >
            <i style={{ width: `${one + 2}px`, height: `${one + 2}px` }} />
          </button>
        ))}
      </span>
      <span class='gap' />
      <Act icon='undo' label={texts.undo} isOff={!model.canUndo.value} onClick={() => model.undo()} />
      <Act icon='redo' label={texts.redo} isOff={!model.canRedo.value} onClick={() => model.redo()} />
      <Act
        icon='remove' label={texts.remove} isOff={model.selection.value === 0}
        onClick={() => model.removeSelected()}
      />
    </div>
  )
}
