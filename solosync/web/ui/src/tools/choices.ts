// What can be chosen for each tool, and what was chosen for it last, which the browser remembers.

import type { ToolName } from './tool'

type Hue = 'black' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'violet' | 'pink'
export interface Style { color: string, size: number, isFilled: boolean, opacity: number }
export interface Choice extends Style { tool: ToolName }
/** Colours and sizes to choose from; the first style is one that nobody has changed yet. */
interface Offer { colors: Array<[Hue, string]>, sizes: number[], first: Style }

const INK: Array<[Hue, string]> = [
  ['black', '#1b1e2b'], ['red', '#d92d20'], ['orange', '#e8770a'],
  ['green', '#1a8f4b'], ['blue', '#2563eb'], ['violet', '#7c3aed']
]
const MARKERS: Array<[Hue, string]> = [
  ['yellow', '#facc15'], ['orange', '#fb923c'], ['pink', '#f472b6'],
  ['green', '#4ade80'], ['blue', '#38bdf8'], ['violet', '#a78bfa']
]
const PAPERS: Array<[Hue, string]> = [
  ['yellow', '#fef08a'], ['orange', '#fed7aa'], ['pink', '#fbcfe8'],
  ['green', '#bbf7d0'], ['blue', '#bfdbfe'], ['violet', '#ddd6fe']
]
export const COLORS = INK.map(([, color]) => color)

const offer = (colors: Offer['colors'], sizes: number[], size: number, opacity = 1): Offer => (
  { colors, sizes, first: { color: colors[0]?.[1] ?? COLORS[0]!, size, isFilled: false, opacity } }
)
const ink = offer(INK, [2, 4, 8, 16], 4)
const none = offer([], [], 4)

export const OFFERS: Record<ToolName, Offer> = {
  select: ink,
  hand: none,
  pen: ink,
  highlighter: offer(MARKERS, [10, 20, 30, 40], 20, 0.4),
  eraser: none,
  wiper: offer([], [10, 20, 40, 80], 20),
  line: ink,
  arrow: ink,
  rectangle: ink,
  ellipse: ink,
  text: offer(INK, [14, 20, 32, 48], 20),
  note: offer(PAPERS, [14, 16, 20, 28], 16)
}

export const WITH_INSIDE = new Set<ToolName>(['rectangle', 'ellipse'])

/** Tools that share a button: it shows the one of them that was used last. */
export const GROUPS: ToolName[][] = [
  ['select'], ['hand'], ['pen'], ['highlighter'], ['eraser', 'wiper'],
  ['rectangle', 'ellipse', 'line', 'arrow'], ['text'], ['note']
]

const NAME = 'solosync.tools'

/** Styles by tool, the tool used last at the end. */
export class Choices {
  private readonly styles = new Map<ToolName, Style>()

  constructor () {
    for (const [tool, style] of remembered()) this.styles.set(tool, style)
  }

  of (tool: ToolName): Choice {
    return { ...OFFERS[tool].first, ...this.styles.get(tool), tool }
  }

  latest (group: ToolName[]): ToolName {
    return [...this.styles.keys()].findLast(tool => group.includes(tool)) ?? group[0]!
  }

  /** Not for what is selected: that has its looks already. */
  keep ({ tool, ...style }: Choice): void {
    if (tool === 'select') return
    this.styles.delete(tool)
    this.styles.set(tool, style)
    try {
      localStorage.setItem(NAME, JSON.stringify([...this.styles]))
    } catch {} // this browser keeps nothing; the page says so
  }
}

/** Only what is still a choice that one could make: another version may have kept it. */
function remembered (): Array<[ToolName, Style]> {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? '[]') as Array<[ToolName, Style]>
    return kept.filter(([tool, style]) => tool in OFFERS && isStyle(style))
  } catch {
    return []
  }
}

function isStyle ({ color, size, isFilled, opacity }: Style): boolean {
  return /^#[0-9a-f]{6}$/.test(color) && size > 0 && size <= 100 && typeof isFilled === 'boolean' &&
    opacity > 0 && opacity <= 1
}
