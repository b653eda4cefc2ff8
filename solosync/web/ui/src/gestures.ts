// What pointers, pens and fingers on the canvas mean, for the tool that is chosen.

import type { BoardDocument, Element, Fields } from './document'
import { boxOf, isHit } from './drawing'
import { kindOf, meet, moved, round, type Box, type Point } from './geometry'
import type { Surface } from './surface'

export type Tool = 'pen' | 'eraser' | 'select' | 'text' | 'hand'
export interface Choice { tool: Tool, color: string, size: number }
export interface Doing {
  move: (points: Point[]) => void
  end: () => void
  cancel: () => void
}

const NEAR = 6 // pixels that a pointer may miss an element by
const ERASER = 10

export class Gestures {
  private readonly down = new Map<number, PointerEvent>()
  private doing: Doing | null = null
  private hasPen = false
  isHolding = false // the space bar makes every tool the hand

  constructor (
    private readonly area: HTMLElement,
    private readonly surface: Surface,
    private readonly board: BoardDocument,
    private readonly choice: () => Choice,
    private readonly callbacks: {
      pointed: (point: Point | null) => void
      write: (place: Point, element: Element | null) => void
      selected: () => void
      mayDraw: () => boolean
    }
  ) {
    area.addEventListener('pointerdown', event => this.press(event))
    area.addEventListener('pointermove', event => this.move(event))
    area.addEventListener('pointerup', event => this.release(event, true))
    area.addEventListener('pointercancel', event => this.release(event, false))
    area.addEventListener('pointerleave', () => callbacks.pointed(null))
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
    if (!this.callbacks.mayDraw()) return
    this.doing = this.begin(this.choice().tool, this.surface.at(event), event)
  }

  private move (event: PointerEvent): void {
    this.callbacks.pointed(this.surface.at(event))
    const before = this.down.get(event.pointerId)
    if (!before) return
    if (this.doing) {
      const events = event.getCoalescedEvents?.() ?? []
      this.doing.move((events.length ? events : [event]).map(one => this.point(one)))
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
    this.surface.pan((now.clientX - before.clientX) * share, (now.clientY - before.clientY) * share)
    if (!other) return
    const length = (one: PointerEvent): number =>
      Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY))
    const middle = { clientX: (now.clientX + other.clientX) / 2, clientY: (now.clientY + other.clientY) / 2 }
    this.surface.zoom(length(now) / length(before), middle)
  }

  private wheel (event: WheelEvent): void {
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    const [dx, dy] = [event.deltaX * pixels, event.deltaY * pixels]
    if (event.ctrlKey || event.metaKey) this.surface.zoom(Math.exp(-dy / 300), event)
    else if (event.shiftKey && dx === 0) this.surface.pan(-dy, 0)
    else this.surface.pan(-dx, -dy)
  }

  private point (event: PointerEvent): Point {
    const { x, y } = this.surface.at(event)
    const point = { x: round(x), y: round(y) }
    // A mouse and a finger say a half of any press; only a pen measures it.
    if (event.pointerType !== 'pen') return point
    return { ...point, p: Math.round(event.pressure * 1000) / 1000 }
  }

  private begin (tool: Tool, at: Point, event: PointerEvent): Doing | null {
    if (tool === 'pen') return this.draw(this.point(event))
    if (tool === 'eraser') return this.erase(at)
    if (tool === 'select') return this.select(at, event.shiftKey)
    if (tool === 'text') {
      event.preventDefault() // or the press would take the focus from the new field again
      this.callbacks.write(at, null)
    }
    return null
  }

  private draw (first: Point): Doing {
    const { surface, board } = this
    const { color, size } = this.choice()
    const page = surface.page
    const stroke = { points: [first], color, size }
    surface.stroke = stroke
    surface.doing()
    const end = (): void => { surface.stroke = null; surface.doing() }
    return {
      move: points => {
        stroke.points.push(...points)
        surface.doing()
      },
      end: () => {
        end()
        board.add(page, 'strokes', { tool: 'pen', ...stroke })
      },
      cancel: end
    }
  }

  private erase (first: Point): Doing {
    const { surface, board } = this
    const gone = surface.faded
    const within = ERASER / surface.scale
    let last = first
    const touch = (points: Point[]): void => {
      const before = gone.size
      const way = points.flatMap(point => steps(last, last = point, within))
      for (const element of surface.elements()) {
        if (!gone.has(element.key) && way.some(point => isHit(element, point, within))) {
          gone.add(element.key)
        }
      }
      if (gone.size > before) surface.changed()
    }
    const end = (): void => { surface.faded = new Set(); surface.changed() }
    touch([first])
    return {
      move: touch,
      end: () => {
        if (gone.size > 0) board.delete(gone)
        end()
      },
      cancel: end
    }
  }

  private topmost (at: Point): Element | null {
    const within = NEAR / this.surface.scale
    return this.surface.elements().findLast(
      element => kindOf(element) !== 'eraser' && isHit(element, at, within)
    ) ?? null
  }

  private select (at: Point, isAdding: boolean): Doing {
    const { surface } = this
    const hit = this.topmost(at)
    if (!hit) {
      if (!isAdding) surface.selected.clear()
      this.callbacks.selected()
      return this.frame(at)
    }
    if (!surface.selected.has(hit.key)) {
      if (!isAdding) surface.selected.clear()
      surface.selected.add(hit.key)
    }
    this.callbacks.selected()
    return this.carry(at)
  }

  private frame (from: Point): Doing {
    const { surface } = this
    const before = new Set(surface.selected)
    return {
      move: points => {
        surface.marquee = between(from, points.at(-1)!)
        surface.selected = new Set(before)
        for (const element of surface.elements()) {
          const box = boxOf(element)
          if (box && meet(box, surface.marquee)) surface.selected.add(element.key)
        }
        this.callbacks.selected()
      },
      end: () => { surface.marquee = null; this.callbacks.selected() },
      cancel: () => { surface.marquee = null; this.callbacks.selected() }
    }
  }

  private carry (from: Point): Doing {
    const { surface, board } = this
    const put = (x: number, y: number): void => {
      const isFirst = surface.offset.x === 0 && surface.offset.y === 0
      surface.offset = { x, y }
      if (isFirst || (x === 0 && y === 0)) surface.changed()
      else surface.doing()
    }
    return {
      move: points => put(points.at(-1)!.x - from.x, points.at(-1)!.y - from.y),
      end: () => {
        const { x, y } = surface.offset
        const changes = new Map<string, Fields>()
        for (const key of surface.selected) {
          const element = board.get(key)
          if (element) changes.set(key, moved(element, x, y))
        }
        surface.offset = { x: 0, y: 0 }
        if (x !== 0 || y !== 0) board.set(changes)
        surface.changed()
      },
      cancel: () => put(0, 0)
    }
  }

  private rewrite (at: Point): void {
    if (this.choice().tool !== 'select') return
    const element = this.topmost(at)
    if (element && ['text', 'note'].includes(kindOf(element))) this.callbacks.write(at, element)
  }
}

/** From one point to another so closely that nothing between them is missed. */
function steps (from: Point, to: Point, length: number): Point[] {
  const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / length))
  return Array.from({ length: count }, (_, at) => {
    const part = (at + 1) / count
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
  })
}

function between (a: Point, b: Point): Box {
  return {
    left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y)
  }
}
