// Colours in dark mode: they stay what they are in the board, only the screen shows other ones. Ink and
// paper change places, each colour keeping its hue. What is known by its colour keeps that: a yellow note
// is yellow, what a highlighter marks is marked in its colour, and pictures are as they are.

import { signal } from '@preact/signals'

const preference = matchMedia('(prefers-color-scheme: dark)')
export const isDark = signal(preference.matches)
preference.addEventListener('change', () => { isDark.value = preference.matches })

const [LIGHTEST, SPAN] = [0.9, 0.8] // black becomes nine tenths of white, and white a tenth
const DIMMED = 0.85
/** What is brighter than its ground is darker than it, and the other way round. */
const TURNED: Record<string, string> = {
  multiply: 'screen', screen: 'multiply', darken: 'lighten', lighten: 'darken',
  'color-burn': 'color-dodge', 'color-dodge': 'color-burn'
}
const MOST_KNOWN = 1000
const reading = document.createElement('canvas').getContext('2d')!

type Channels = [number, number, number]
type Change = (channels: Channels) => Channels

/** The colour of ink, paper or anything else that is drawn, as the screen shows it. */
export const shown = inTheDark(channels => {
  // As the filters `invert(0.9) hue-rotate(180deg)` do it.
  const [r, g, b] = channels.map(part => LIGHTEST - SPAN * part) as Channels
  return [
    -0.574 * r + 1.43 * g + 0.144 * b,
    0.426 * r + 0.43 * g + 0.144 * b,
    0.426 * r + 1.43 * g - 0.856 * b
  ]
})

/** The paper of a note: no brighter than it has to be among so much that is dark. */
export const shownPaper = inTheDark(channels => channels.map(part => part * DIMMED) as Channels)

export const shownComposite = (name: string): string => isDark.value ? TURNED[name] ?? name : name

function inTheDark (change: Change): (color: string) => string {
  const known = new Map<string, string>()
  return color => {
    if (!isDark.value) return color
    let found = known.get(color)
    if (found === undefined) {
      found = changed(color, change)
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(color, found)
    }
    return found
  }
}

/** A colour that isn't given as red, green and blue stays as it is. */
function changed (color: string, change: Change): string {
  reading.fillStyle = '#000000'
  reading.fillStyle = color // which becomes #rrggbb, or rgba(...) if it is translucent
  const hex = /^#(..)(..)(..)$/.exec(reading.fillStyle)
  const parts = hex
    ? hex.slice(1).map(part => parseInt(part, 16))
    : /^rgba\((.*)\)$/.exec(reading.fillStyle)?.[1]?.split(',').map(Number)
  if (!parts) return color
  const [red, green, blue, alpha = 1] = parts as [...Channels, number?]
  const [r, g, b] = change([red / 255, green / 255, blue / 255])
    .map(part => Math.round(255 * Math.max(0, Math.min(1, part))))
  return `rgba(${r}, ${g}, ${b}, ${alpha})`
}
