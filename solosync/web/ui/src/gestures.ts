// What pointers, pens and fingers on the canvas mean, for the tool that is chosen.

import { kindOf, type Point } from './geometry'
import { isFixed } from './tools/select'
import { heldIn, pointOf, reachOf, topmost, type Doing, type Hands, type Tool, type ToolName } from './tools/tool'
import { isWritten } from './writing'

/** On what a double click writes, as on the empty page; on a line it was meant for the line. */
const HAS_INSIDE = new Set(['rectangle', 'rect', 'circle', 'ellipse', 'image'])
const ERASING_END = 5 // the button of a pen that is turned round
/** Until the pointer is let go, it does nothing any more. */
const DONE: Doing = { move: () => {}, end: () => {}, cancel: () => {} }

export class Gestures {
  private readonly down = new Map<number, PointerEvent>()
  private doing: Doing | null = null
  private isHeld = false
  private last: Point = { x: 0, y: 0 }
  private hasPen = false

  constructor (
    readonly area: HTMLElement,
    private readonly hands: Hands,
    private readonly tools: Partial<Record<ToolName, Tool>>
  ) {
    const { surface, pointed } = hands
    area.addEventListener('pointerdown', event => this.press(event))
    area.addEventListener('pointermove', event => this.move(event))
    area.addEventListener('pointerup', event => this.release(event, true))
    area.addEventListener('pointercancel', event => this.release(event, false))
    area.addEventListener('pointerleave', () => { pointed(null); surface.aim(null) })
    area.addEventListener('dblclick', event => this.rewrite(surface.at(event)))
    for (const kind of ['keydown', 'keyup'] as const) {
      addEventListener(kind, event => {
        if (!this.doing || !['Shift', 'Alt'].includes(event.key)) return
        event.preventDefault() // Alt alone would go to the menu of some browsers
        this.doing.move([this.last], heldIn(event))
      })
    }
    area.addEventListener('wheel', event => this.wheel(event), { passive: false })
  }

  /** The space bar makes every tool the hand. */
  hold (isHeld: boolean): void {
    this.isHeld = isHeld
    this.area.toggleAttribute('data-held', isHeld)
  }

  private press (event: PointerEvent): void {
    if (event.button > 1 && event.button !== ERASING_END) return
    if (event.pointerType === 'pen') this.begunByPen()
    const isPenDown = [...this.down.values()].some(one => one.pointerType === 'pen')
    if (isPenDown && event.pointerType === 'touch') return // the hand that holds the pen
    this.area.setPointerCapture(event.pointerId)
    this.down.set(event.pointerId, event)
    if (this.down.size > 1) { // a second finger: it was meant as a pinch
      this.leave(null)
      return
    }
    // With a pen in use, what touches besides it is a palm, or a finger that moves the page.
    const isPalm = this.hasPen && event.pointerType === 'touch'
    if (isPalm || event.button === 1 || this.isHeld) return
    if (!this.hands.mayDraw()) return
    const { surface, choice } = this.hands
    const press = { at: surface.at(event), point: pointOf(this.hands, event), event }
    this.last = press.point
    const tool = event.button === ERASING_END ? 'eraser' : choice().tool
    this.doing = this.tools[tool]?.(this.hands, press) ?? null
  }

  /** What touches already was the hand that holds the pen, not a finger that draws. */
  private begunByPen (): void {
    this.hasPen = true
    this.leave(null)
    for (const [id, { pointerType }] of this.down) if (pointerType === 'touch') this.down.delete(id)
  }

  private move (event: PointerEvent): void {
    this.aim(event)
    const before = this.down.get(event.pointerId)
    if (!before) return
    if (this.doing) {
      const events = event.getCoalescedEvents?.() ?? []
      this.last = pointOf(this.hands, event)
      const points = (events.length ? events : [event]).map(one => pointOf(this.hands, one))
      this.doing.move(points, heldIn(event))
    } else this.drag(before, event)
    this.down.set(event.pointerId, event)
  }

  private aim (event: PointerEvent): void {
    const { surface, choice, pointed } = this.hands
    const at = surface.at(event)
    pointed(at)
    if (this.down.size === 0) this.hover(at, event.pointerType)
    const radius = event.pointerType === 'touch' ? 0 : reachOf(choice(), surface.scale)
    surface.aim(radius > 0 ? { ...at, radius } : null)
  }

  /** The style sheet has a cursor for each handle. */
  private hover (at: Point, pointerType: string): void {
    const name = this.hands.surface.handleAt(at, pointerType)?.name ?? ''
    if (this.area.dataset.over !== name) this.area.dataset.over = name
  }

  private release (event: PointerEvent, isDone: boolean): void {
    if (!this.down.delete(event.pointerId) || !this.doing) return
    if (isDone) this.doing.end()
    else this.doing.cancel()
    this.doing = null
  }

  /** Ends what is going on without doing it; false if that is nothing. */
  cancel (): boolean {
    if (!this.doing || this.doing === DONE) return false
    this.leave(DONE)
    return true
  }

  /** Whatever touches does nothing more until it is let go. */
  stop (): void {
    this.leave(this.down.size > 0 ? DONE : null)
  }

  private leave (next: Doing | null): void {
    this.doing?.cancel()
    this.doing = next
  }

  /** One pointer pans; of two, each pulls its side. */
  private drag (before: PointerEvent, now: PointerEvent): void {
    const other = [...this.down.values()].find(one => one.pointerId !== now.pointerId)
    const share = other ? 0.5 : 1
    this.hands.surface.pan((now.clientX - before.clientX) * share, (now.clientY - before.clientY) * share)
    if (!other) return
    const length = (one: PointerEvent): number =>
      Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY))
    const middle = { clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 }
    this.hands.surface.zoom(length(now) / length(before), middle)
  }

  private wheel (event: WheelEvent): void {
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    const [dx, dy] = [event.deltaX * pixels, event.deltaY * pixels]
    if (event.ctrlKey || event.metaKey) this.hands.surface.zoom(Math.exp(-dy / 300), event)
    else if (event.shiftKey && dx === 0) this.hands.surface.pan(-dy, 0)
    else this.hands.surface.pan(-dx, -dy)
  }

  private rewrite (at: Point): void {
    if (this.hands.choice().tool !== 'select') return
    const element = topmost(this.hands, at, isFixed)
    if (element && isWritten(element)) this.hands.write(at, element)
    else if (!element || HAS_INSIDE.has(kindOf(element))) this.hands.write(at, null)
  }
}
