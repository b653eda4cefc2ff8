// Pictures on their way onto the board: they are shown where they will stand, given to the server,
// and put on the page when it has them.

import { effect, signal } from '@preact/signals'
import { isTextField } from './clipboard'
import { levelOf } from './document'
import { round, type Box, type Point } from './geometry'
import { loaded } from './looks/images'
import type { Model } from './model'
import { send, Unsent, type Problem } from './uploads'

export interface Arriving {
  readonly file: File
  readonly page: string
  /** As long as it can't be read, there is nothing to show, and no place for it. */
  readonly preview: ImageBitmap | null
  readonly box: Box | null
  readonly share: number
  readonly problem: Problem | null
}

const MOST_PIXELS = 64_000_000 // the server takes no more
const SHARE_OF_VIEW = 0.8
const STEP = 24 // pixels, from one picture to the next of those that come together

export class Pictures {
  readonly arriving = signal<Arriving[]>([])

  constructor (private readonly model: Model, private readonly sessionId: string) {}

  /** Those that wait for the connection are sent when it is there. */
  listen (): void {
    const { model, arriving } = this
    effect(() => {
      if (!['saved', 'saving'].includes(model.saver.saving.value.state)) return
      for (const one of arriving.peek()) if (one.problem === 'offline') this.retry(one)
    })
    effect(() => model.surface.expect(arriving.value.filter(one => isWaiting(one))))
    addEventListener('beforeunload', event => {
      if (arriving.value.some(one => isWaiting(one))) event.preventDefault()
    })
    listenForFiles(this, model)
  }

  /** Puts pictures around a point, else in the middle of what one sees. */
  take (files: Iterable<File>, at: Point | null): void {
    if (!this.model.mayDraw) return
    let step = 0
    for (const file of files) void this.receive(file, at, STEP * step++)
  }

  retry (one: Arriving): void {
    void this.deliver(this.change(one, { problem: null, share: 0 }))
  }

  drop (one: Arriving): void {
    this.arriving.value = this.arriving.value.filter(other => other !== one)
  }

  private async receive (file: File, at: Point | null, shift: number): Promise<void> {
    const { surface, page } = this.model
    const fresh = { file, page: page.value, preview: null, box: null, share: 0, problem: null }
    this.arriving.value = [...this.arriving.value, fresh]
    if (this.model.isGuest) {
      this.change(fresh, { problem: 'account' })
      return
    }
    const preview = await createImageBitmap(file).catch(() => null)
    if (!preview || preview.width * preview.height > MOST_PIXELS) {
      this.change(fresh, { problem: preview ? 'large' : 'kind' })
      return
    }
    const box = placed(preview, surface.view(), at ?? surface.middle, shift / surface.scale)
    await this.deliver(this.change(fresh, { preview, box }))
  }

  private async deliver (first: Arriving): Promise<void> {
    let one = first
    try {
      const source = await send(one.file, this.sessionId, share => { one = this.change(one, { share }) })
      await loaded(source)
      if (!this.arriving.value.includes(one)) return // dropped meanwhile
      this.put(one, source)
      this.drop(one)
    } catch (error) {
      this.change(one, { problem: error instanceof Unsent ? error.problem : 'refused' })
    }
  }

  private put ({ page, box }: Arriving, source: string): void {
    const { left, top, right, bottom } = box!
    const { board } = this.model
    const assets = board.on(page).filter(element => element.list === 'assets')
    const zIndex = Math.max(0, ...assets.map(levelOf)) + 1
    const place = { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) }
    board.add(page, 'assets', { type: 'image', src: source, ...place, rotation: 0, zIndex })
  }

  private change (one: Arriving, changes: Partial<Arriving>): Arriving {
    const changed = { ...one, ...changes }
    this.arriving.value = this.arriving.value.map(other => other === one ? changed : other)
    return changed
  }
}

const isWaiting = ({ problem }: Arriving): boolean => problem === null || problem === 'offline'

/** As large as it is, but so that one sees all of it. */
function placed ({ width, height }: ImageBitmap, view: Box, at: Point, shift: number): Box {
  const [across, down] = [view.right - view.left, view.bottom - view.top]
  const scale = Math.min(1, across * SHARE_OF_VIEW / width, down * SHARE_OF_VIEW / height)
  const [left, top] = [at.x - width * scale / 2 + shift, at.y - height * scale / 2 + shift]
  return { left, top, right: left + width * scale, bottom: top + height * scale }
}

/** Files that are pasted, or dropped anywhere: elsewhere than here, the browser would leave the page. */
function listenForFiles (pictures: Pictures, { surface }: Model): void {
  const { container } = surface
  const isOver = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
  const mark = (isMarked: boolean): void => { container.toggleAttribute('data-dropping', isMarked) }
  addEventListener('paste', event => {
    const files = event.clipboardData?.files ?? []
    if (files.length === 0 || isTextField(event.target) || event.defaultPrevented) return
    event.preventDefault()
    pictures.take(files, null)
  })
  addEventListener('dragover', event => {
    if (!isOver(event)) return
    event.preventDefault()
    mark(true)
  })
  addEventListener('dragleave', event => { if (!event.relatedTarget) mark(false) })
  addEventListener('drop', event => {
    if (!isOver(event)) return
    event.preventDefault()
    mark(false)
    const isHere = container.contains(event.target as Node)
    pictures.take(event.dataTransfer!.files, isHere ? surface.at(event) : null)
  })
}
