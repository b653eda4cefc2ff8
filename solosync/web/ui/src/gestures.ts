// What pointers, pens and fingers on the canvas mean, for the tool that is chosen.

import { kindOf, type Point } from './geometry'
import { pointOf, topmost, type Doing, type Hands, type Tool, type ToolName } from './tools/tool'

export class Gestures {
  private readonly down = new Map<number, PointerEvent>()
  private doing: Doing | null = null
  private hasPen = false
  isHolding = false // the space bar makes every tool the hand

  constructor (
    private readonly area: HTMLElement,
    private readonly hands: Hands,
    private readonly tools: Partial<Record<ToolName, Tool>>
  ) {
    const { surface, pointed } = hands
    area.addEventListener('pointerdown', event => this.press(event))
    area.addEventListener('pointermove', event => this.move(event))
    area.addEventListener('pointerup', event => this.release(event, true))
    area.addEventListener('pointercancel', event => this.release(event, false))
    area.addEventListener('pointerleave', () => pointed(null))
    area.addEventListener('dblclick', event => this.rewrite(surface.at(event)))
    area.addEventListener('wheel', event => this.wheel(event), { passive: false })
  }

  private press (event: PointerEvent): void {
    if (event.button > 1) return
    this.hasPen ||= event.pointerType === 'pen'
    const isPenDown = [...this.down.values()].some(one => one.pointerType === 'pen')
    if (isPenDown && event.pointerType === 'touch') return // the hand that holds the pen
    this.area.setPointerCapture(event.pointerId)
    this.down.set(event.pointerId, event)
    if (this.down.size > 1) { // a second finger: it was meant as a pinch
      this.doing?.cancel()
      this.doing = null
      return
    }
    // With a pen in use, what touches besides it is a palm, or a finger that moves the page.
    const isPalm = this.hasPen && event.pointerType === 'touch'
    if (isPalm || event.button === 1 || this.isHolding) return
    if (!this.hands.mayDraw()) return
    const { surface, choice } = this.hands
    const press = { at: surface.at(event), point: pointOf(this.hands, event), event }
    this.doing = this.tools[choice().tool]?.(this.hands, press) ?? null
  }

  private move (event: PointerEvent): void {
    this.hands.pointed(this.hands.surface.at(event))
    const before = this.down.get(event.pointerId)
    if (!before) return
    if (this.doing) {
      const events = event.getCoalescedEvents?.() ?? []
      this.doing.move((events.length ? events : [event]).map(one => pointOf(this.hands, one)))
    } else this.drag(before, event)
    this.down.set(event.pointerId, event)
  }

  private release (event: PointerEvent, isDone: boolean): void {
    if (!this.down.delete(event.pointerId) || !this.doing) return
    if (isDone) this.doing.end()
    else this.doing.cancel()
    this.doing = null
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
    const element = topmost(this.hands, at)
    if (element && ['text', 'note'].includes(kindOf(element))) this.hands.write(at, element)
  }
}
