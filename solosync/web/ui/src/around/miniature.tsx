// A small picture of what is in the history, drawn when it comes into view.

import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { paintBackdrop } from '../backdrop'
import type { Board } from '../document'
import { paint } from '../drawing'
import { grown } from '../geometry'
import { isDark } from '../looks/dark'
import { boxOfAll } from '../selecting'

const [WIDTH, HEIGHT] = [96, 60]
const MARGIN = 12
const SLICE_MS = 8

/** `ask` gets it drawn, unless it isn't wanted any more by then. */
export type Ask = (draw: (board: Board) => Promise<void>, isWanted: () => boolean) => void

export function Miniature ({ id, page, ask }: { id: string, page: string, ask: Ask }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const to = canvas.current!
    let isInView = false
    const watcher = new IntersectionObserver(entries => {
      isInView = entries.at(-1)!.isIntersecting
      if (!isInView) return
      ask(async board => {
        watcher.disconnect()
        await draw(to, board, page)
      }, () => isInView && to.isConnected)
    })
    watcher.observe(to)
    return () => watcher.disconnect()
  }, [id, isDark.value])
  return <canvas ref={canvas} class='miniature' width={WIDTH * 2} height={HEIGHT * 2} aria-hidden='true' />
}

/** That page, or the first one if it wasn't there then. */
async function draw (to: HTMLCanvasElement, board: Board, shown: string): Promise<void> {
  const pages = board.pages()
  const page = pages.find(({ key }) => key === shown) ?? pages[0]
  const elements = board.on(page?.key ?? '')
  const { left, top, right, bottom } = grown(boxOfAll(elements) ?? { left: 0, top: 0, right: 0, bottom: 0 }, MARGIN)
  const scale = Math.min(1, to.width / (right - left), to.height / (bottom - top))
  const [x, y] = [(to.width / scale - left - right) / 2, (to.height / scale - top - bottom) / 2]
  // On a canvas of its own, as what erases mustn't erase the paper.
  const ink = document.createElement('canvas')
  ;[ink.width, ink.height] = [to.width, to.height]
  const [paper, context] = [to.getContext('2d')!, ink.getContext('2d')!]
  context.setTransform(scale, 0, 0, scale, x * scale, y * scale)
  let end = performance.now() + SLICE_MS
  for (const element of elements) {
    paint(context, element, null)
    if (performance.now() < end) continue
    await new Promise(resolve => setTimeout(resolve))
    end = performance.now() + SLICE_MS
  }
  paper.setTransform(scale, 0, 0, scale, x * scale, y * scale)
  const view = { left: -x, top: -y, right: to.width / scale - x, bottom: to.height / scale - y }
  paintBackdrop(paper, page?.background, view)
  paper.resetTransform()
  paper.drawImage(ink, 0, 0)
}
