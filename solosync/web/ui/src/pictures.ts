// Pictures on their way onto the board: they are shown where they will stand until the server has them.

import { computed, effect, signal } from '@preact/signals'
import { isTextField } from './clipboard'
import { Deliveries } from './delivering'
import { newId } from './document'
import type { Box, Point } from './geometry'
import { askAgain, fileOf, keptBy, loaded } from './looks/images'
import type { Model } from './model'
import { askToPersist } from './offline/device'
import type { Picture } from './offline/waiting'
import { str } from './untyped'
import { kindOf, MOST_BYTES, type Problem } from './uploads'

export interface Arriving {
  readonly id: string
  readonly name: string
  /** What isn't taken has no place. */
  readonly page: string | null
  readonly box: Box | null
  readonly preview: ImageBitmap | null
  readonly share: number
  readonly problem: Problem | null
  /** Whether this tab alone has it, as the browser has no room. */
  readonly isLost: boolean
}

const KEEP_AFTER_MS = 2000
const MOST_PIXELS = 64_000_000 // the server takes no more
const SHARE_OF_VIEW = 0.8
const STEP = 24 // pixels, from one picture to the next of those that come together

export class Pictures {
  private readonly deliveries: Deliveries
  private timer = 0
  private readonly previews = signal<ReadonlyMap<string, ImageBitmap>>(new Map())
  /** What isn't taken. */
  private readonly refused = signal<Arriving[]>([])
  readonly arriving = computed(() => [...this.waiting(), ...this.refused.value])

  constructor (private readonly model: Model, sessionId: string) {
    this.deliveries = new Deliveries(model.board, model.saver, sessionId, async source => {
      await loaded(source).catch(() => {}) // it is on the server, wherever the connection is by now
    })
  }

  listen (): void {
    const { model, arriving } = this
    keptBy(async address => await model.saver.copies?.find(address) ?? null)
    this.deliveries.listen()
    effect(() => { if (model.saver.isConnected.value) askAgain() })
    effect(() => { if (model.saver.isConnected.value && model.edition.value > 0) this.keepSoon() })
    effect(() => { void this.look(model.saver.waiting.pictures.value) })
    effect(() => model.surface.expect(arriving.value))
    listenForFiles(this, model)
  }

  /** Puts pictures around a point, else in the middle of what one sees. */
  take (files: Iterable<File>, at: Point | null): void {
    if (!this.model.mayDraw) return
    let step = 0
    for (const file of files) void this.receive(file, at, STEP * step++)
  }

  retry (id: string): void {
    this.deliveries.retry(id)
  }

  drop (id: string): void {
    this.refused.value = this.refused.value.filter(other => other.id !== id)
    void this.model.saver.waiting.drop(id)
  }

  private waiting (): Arriving[] {
    const { saving, waiting } = this.model.saver
    const { state } = saving.value
    if (state === 'ended') return [] // what becomes of them is told by the notice
    return waiting.pictures.value.map(({ id, name, page, box }) => {
      const { share, problem } = this.deliveries.ways.value.get(id) ?? { share: 0, problem: null }
      return {
        id, name, page, box, share, preview: this.previews.value.get(id) ?? null, isLost: waiting.isLost(id),
        problem: problem ?? (state === 'offline' ? 'offline' : null)
      }
    })
  }

  private async receive (file: File, at: Point | null, shift: number): Promise<void> {
    const { surface, page, saver, isGuest } = this.model
    const [id, shown] = [newId(), page.value]
    const since = Date.now() + shift // those that come together one after the other, too
    const refuse = (problem: Problem): void => {
      const nothing = { page: null, box: null, preview: null, share: 0, isLost: false }
      this.refused.value = [...this.refused.value, { id, name: file.name, problem, ...nothing }]
    }
    if (isGuest) return refuse('account')
    if (file.size > MOST_BYTES) return refuse('large')
    const kind = await kindOf(file).catch(() => null) // a folder can't be read
    const preview = kind && await createImageBitmap(file).catch(() => null)
    if (!kind || !preview) return refuse('kind')
    if (preview.width * preview.height > MOST_PIXELS) return refuse('large')
    const box = placed(preview, surface.view(), at ?? surface.middle, shift / surface.scale)
    this.previews.value = new Map(this.previews.value).set(id, preview)
    if (!saver.isConnected.value) askToPersist()
    await saver.waiting.add({ id, name: file.name, kind, content: file, page: shown, box, since })
  }

  /** Copies of what is on the board, the page that is shown first. */
  private keepSoon (): void {
    this.timer ||= setTimeout(() => {
      this.timer = 0
      const { board, livePage, saver } = this.model
      const others = board.pages().map(({ key }) => key).filter(key => key !== livePage)
      const assets = [livePage, ...others].flatMap(key => board.on(key)).filter(({ list }) => list === 'assets')
      const addresses = assets.map(({ fields }) => fileOf(str(fields.src))).filter(address => address !== null)
      void saver.copies?.keepAll([...new Set(addresses)])
    }, KEEP_AFTER_MS)
  }

  /** Shows those that came before this page was opened, or in another tab; and no more what is gone. */
  private async look (pictures: Picture[]): Promise<void> {
    for (const { id, content } of pictures) {
      if (this.previews.peek().has(id)) continue
      const preview = await createImageBitmap(content).catch(() => null)
      if (preview) this.previews.value = new Map(this.previews.peek()).set(id, preview)
    }
    const waiting = new Set(this.model.saver.waiting.pictures.peek().map(({ id }) => id))
    const left = [...this.previews.peek()].filter(([id]) => waiting.has(id))
    if (left.length < this.previews.peek().size) this.previews.value = new Map(left)
  }
}

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
