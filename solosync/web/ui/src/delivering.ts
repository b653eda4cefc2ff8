// Gives the pictures that wait on this device to the server, one after the other, and puts each on the
// board when the server has it. Any page of the same person does that, whether it shows the board or not.

import { effect, signal } from '@preact/signals'
import { levelOf, type BoardDocument } from './document'
import { round } from './geometry'
import { fileOf } from './looks/images'
import type { Picture } from './offline/waiting'
import type { Saver } from './saving'
import { send, Unsent, type Problem } from './uploads'

/** How far one is, and what is in its way. */
export interface Way { share: number, problem: Problem | null }

const AGAIN_MS = 10_000
const BEGUN: Way = { share: 0, problem: null }

export class Deliveries {
  readonly ways = signal<ReadonlyMap<string, Way>>(new Map())
  private isBusy = false
  private timer = 0

  /** `ready` is told a picture's address before it is put on the board. */
  constructor (
    private readonly board: BoardDocument,
    private readonly saver: Saver,
    private readonly sessionId: string,
    private readonly ready: (source: string) => Promise<void>
  ) {}

  /** Delivers whenever there is a connection, until the answer is called. */
  listen (): () => void {
    const end = effect(() => {
      if (this.saver.waiting.pictures.value.length > 0) void this.run()
    })
    return () => {
      end()
      clearTimeout(this.timer)
    }
  }

  retry (id: string): void {
    this.tell(id, BEGUN)
    void this.run()
  }

  private async run (): Promise<void> {
    if (!this.saver.isConnected.value || this.isBusy) return
    this.isBusy = true
    const tried = new Set<string>()
    for (let one = this.next(tried); one; one = this.next(tried)) {
      tried.add(one.id)
      await this.deliver(one.id)
    }
    this.isBusy = false
    const isLeft = this.saver.waiting.pictures.peek().some(one => this.isDue(one))
    if (isLeft) this.timer ||= setTimeout(() => { this.timer = 0; void this.run() }, AGAIN_MS)
  }

  private next (tried: Set<string>): Picture | undefined {
    return this.saver.waiting.pictures.peek().find(one => !tried.has(one.id) && this.isDue(one))
  }

  /** Nothing is in its way, or only what passes. */
  private isDue ({ id }: Picture): boolean {
    const problem = this.ways.peek().get(id)?.problem ?? null
    return problem === null || problem === 'offline' || problem === 'later'
  }

  private async deliver (id: string): Promise<void> {
    const { waiting } = this.saver
    try {
      await alone(`solosync/pictures/${this.sessionId}`, async () => {
        await waiting.look()
        const one = waiting.pictures.peek().find(one => one.id === id)
        if (!one) return // another tab was faster, or it isn't wanted any more
        if (this.board.get(id)) await waiting.drop(id)
        else await this.send(one)
      })
    } catch (error) {
      const problem = error instanceof Unsent ? error.problem : 'later'
      this.tell(id, { share: 0, problem })
      waiting.refuse(id, problem !== 'offline' && problem !== 'later')
    }
  }

  private async send (one: Picture): Promise<void> {
    const { id, kind, content } = one
    this.saver.waiting.refuse(id, false)
    this.tell(id, BEGUN)
    const source = await send(kind, content, this.sessionId, share => this.tell(id, { share, problem: null }))
    await this.saver.copies?.keep(fileOf(source) ?? source, content)
    await this.ready(source)
    await this.saver.waiting.place(id, () => this.put(one, source))
  }

  private put ({ id, page, box }: Picture, source: string): void {
    const { board } = this
    const pages = board.pages()
    // Where its page is gone meanwhile, it comes onto the first one: nobody would find it on none.
    const key = pages.some(({ key }) => key === page) ? page : pages[0]?.key ?? page
    const assets = board.on(key).filter(element => element.list === 'assets')
    const zIndex = Math.max(0, ...assets.map(levelOf)) + 1
    const { left, top, right, bottom } = box
    const place = { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) }
    board.add(key, 'assets', { id, type: 'image', src: source, ...place, rotation: 0, zIndex })
  }

  private tell (id: string, way: Way): void {
    this.ways.value = new Map(this.ways.value).set(id, way)
  }
}

/** In one tab at a time, where browsers see to that. On plain http they don't, and two tabs may send the
 * same picture; it is put on the board once there, too. */
async function alone (name: string, action: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request(name, action) : action())
}
