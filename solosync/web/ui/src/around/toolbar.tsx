// Tools, and what is done to the selection.

import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'
import { GROUPS } from '../tools/choices'
import { Act } from './act'
import { Options } from './options'
import { Pick } from './pick'
import { Upload } from './upload'

export function Tools ({ model }: { model: Model }): JSX.Element {
  const { tool } = model.choice.value
  const bar = useRef<HTMLDivElement>(null)
  const acts = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const size = new ResizeObserver(() => {
      const own = bar.current!.getBoundingClientRect()
      const area = model.surface.container.getBoundingClientRect()
      const isBelow = own.top > area.top + area.height / 2
      model.surface.floor = isBelow ? area.bottom - own.top : 0
      model.surface.roof = isBelow ? acts.current!.getBoundingClientRect().bottom - area.top : 0
    })
    size.observe(bar.current!)
    return () => {
      size.disconnect()
      model.surface.floor = model.surface.roof = 0
    }
  }, [])
  return (
    <div ref={bar} class='tools' role='toolbar' aria-label={texts.toolbar}>
      <Options model={model} />
      <div class='main'>
        {GROUPS.map(group => (
          <Pick
            key={group[0]} model={model} tool={group.includes(tool) ? tool : model.choices.latest(group)}
          />
        ))}
        {!model.isGuest && <Upload model={model} />}
        <span class='gap' />
        <span ref={acts} class='acts'>
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
