// Pages are dragged to another place by the mouse or a pen; a finger scrolls the list.

const FAR = 6 // pixels that make a press a drag

export class Sorting {
  constructor (private readonly move: (key: string, to: number) => void) {}

  press (down: PointerEvent): void {
    const tab = down.target instanceof Element ? down.target.closest<HTMLElement>('[data-page]') : null
    if (!tab || down.button !== 0 || down.pointerType === 'touch') return
    const tabs = [...tab.parentElement!.querySelectorAll<HTMLElement>('[data-page]')]
    const middles = tabs.map(one => one.getBoundingClientRect()).map(({ left, width }) => left + width / 2)
    const at = tabs.indexOf(tab)
    let isDragged = false
    const placeAt = (x: number): number => middles.filter((middle, other) => other !== at && middle < x).length
    const drag = (event: PointerEvent): void => {
      const by = event.clientX - down.clientX
      if (!isDragged && Math.abs(by) < FAR) return
      if (!isDragged) tab.setPointerCapture(down.pointerId)
      isDragged = true
      tab.style.translate = `${by}px`
      tab.dataset.dragged = ''
    }
    const leave = (event: PointerEvent): void => {
      removeEventListener('pointermove', drag)
      removeEventListener('pointerup', leave)
      removeEventListener('pointercancel', leave)
      tab.style.translate = ''
      delete tab.dataset.dragged
      if (isDragged && event.type === 'pointerup') this.move(tab.dataset.page!, placeAt(middles[at]! + event.clientX - down.clientX))
    }
    addEventListener('pointermove', drag)
    addEventListener('pointerup', leave)
    addEventListener('pointercancel', leave)
  }
}
