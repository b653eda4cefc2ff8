// The button by which pictures are chosen from this device.

import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Model } from '../model'
import { texts } from '../texts'
import { TAKEN } from '../uploads'
import { Act } from './act'

export function Upload ({ model }: { model: Model }): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  return (
    <>
      <Act icon='picture' label={texts.addPicture} onClick={() => field.current?.click()} />
      <input
        ref={field} type='file' id='pictures' hidden multiple accept={TAKEN}
        onChange={({ currentTarget }) => {
          model.pictures.take([...currentTarget.files ?? []], null)
          currentTarget.value = '' // so that the same one can be chosen again
        }}
      />
    </>
  )
}
