// Tools, and what is done to the selection.

import type { JSX } from 'preact'
import type { Model } from '../model'
import { texts } from '../texts'
import { GROUPS } from '../tools/choices'
import { Act } from './act'
import { Options } from './options'
import { Pick } from './pick'
import { Upload } from './upload'

export function Tools ({ model }: { model: Model }): JSX.Element {
  const { tool } = model.choice.value
  return (
    <div class='tools' role='toolbar' aria-label={texts.toolbar}>
      <Options model={model} />
      <div class='main'>
        {GROUPS.map(group => (
          <Pick
            key={group[0]} model={model} tool={group.includes(tool) ? tool : model.choices.latest(group)}
          />
        ))}
        {!model.isGuest && <Upload model={model} />}
        <span class='gap' />
        <span class='acts'>
          <Act icon='undo' label={texts.undo} isOff={!model.canUndo.value} onClick={() => model.undo()} />
          <Act icon='redo' label={texts.redo} isOff={!model.canRedo.value} onClick={() => model.redo()} />
          <Act
            icon='remove' label={texts.remove} isOff={model.selection.count.value === 0}
            onClick={() => model.selection.remove()}
          />
        </span>
      </div>
    </div>
  )
}
