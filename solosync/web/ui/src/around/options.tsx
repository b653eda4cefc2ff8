// What can be chosen for the tool, or for what is selected: which of its kind, colour, thickness.

import type { JSX } from 'preact'
import { shown, shownPaper } from '../looks/dark'
import type { Model } from '../model'
import { texts } from '../texts'
import { GROUPS, OFFERS, WITH_INSIDE, type Choice } from '../tools/choices'
import { offered } from '../tools/offered'
import { Icon } from './icons'
import { Pick } from './pick'

const LETTERS = new Set(['text', 'note'])
const MOST_DOT = 20 // pixels

interface Props { model: Model, choice: Choice }

export function Options ({ model }: { model: Model }): JSX.Element | null {
  const choice = offered(model)
  const { tool, isFilled } = choice
  const { colors, sizes } = OFFERS[tool]
  const group = GROUPS.find(group => group.includes(model.choice.value.tool))!
  const kinds = group.length > 1 ? group : []
  if (kinds.length + colors.length + sizes.length === 0) return null
  return (
    <div class='options'>
      {kinds.length > 0 && (
        <span class='group' role='group' aria-label={texts.kinds}>
          {kinds.map(one => <Pick key={one} model={model} tool={one} />)}
        </span>
      )}
      {WITH_INSIDE.has(tool) && (
        <button
          type='button' title={texts.filled} aria-label={texts.filled} aria-pressed={isFilled}
          onClick={() => model.choose({ isFilled: !isFilled })}
        >
          <Icon name='filled' />
        </button>
      )}
      {colors.length > 0 && <Colors model={model} choice={choice} />}
      {sizes.length > 0 && <Sizes model={model} choice={choice} />}
      {tool === 'highlighter' && <Opacity model={model} choice={choice} />}
    </div>
  )
}

function Colors ({ model, choice: { tool, color } }: Props): JSX.Element {
  const { colors } = OFFERS[tool]
  const swatch = tool === 'highlighter' ? String : tool === 'note' ? shownPaper : shown
  const isOwn = color !== '' && colors.every(([, one]) => one !== color)
  return (
    <span class='group' role='group' aria-label={texts.colors}>
      {colors.map(([hue, one]) => (
        <button
          key={one} type='button' class='color' title={texts.hues[hue]} aria-label={texts.hues[hue]}
          aria-pressed={color === one} onClick={() => model.choose({ color: one })}
        >
          <i style={{ background: swatch(one) }} />
        </button>
      ))}
      <label class='color own' data-chosen={isOwn} data-turned={swatch === shown} title={texts.ownColor}>
        <input
          type='color' aria-label={texts.ownColor} value={color || '#000000'}
          onChange={event => model.choose({ color: event.currentTarget.value })}
        />
      </label>
    </span>
  )
}

function Sizes ({ model, choice: { tool, size } }: Props): JSX.Element {
  const { sizes } = OFFERS[tool]
  const isLetters = LETTERS.has(tool)
  const names = isLetters ? texts.fontSizeNames : texts.sizeNames
  const shrink = Math.min(1, MOST_DOT / sizes.at(-1)!)
  return (
    <span class='group' role='group' aria-label={isLetters ? texts.fontSizes : texts.sizes}>
      {sizes.map((one, at) => {
        const dot = `${Math.max(4, one * shrink + 2)}px`
        return (
          <button
            key={one} type='button' class='size' title={names[at]} aria-label={names[at]}
            aria-pressed={size === one} onClick={() => model.choose({ size: one })}
          >
            {isLetters
              ? <b style={{ fontSize: `${11 + 4 * at}px` }}>A</b>
              : <i style={{ width: dot, height: dot }} />}
          </button>
        )
      })}
    </span>
  )
}

function Opacity ({ model, choice }: Props): JSX.Element {
  return (
    <input
      type='range' min='0.1' max='0.9' step='0.1' title={texts.opacity} aria-label={texts.opacity}
      value={choice.opacity}
      onChange={event => model.choose({ opacity: Number(event.currentTarget.value) })}
    />
  )
}
