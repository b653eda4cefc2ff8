// A button with an icon.

import type { JSX } from 'preact'
import { Icon, type IconName } from './icons'

export function Act (
  { icon, label, onClick, isOff = false, isOn }:
  { icon: IconName, label: string, onClick: () => void, isOff?: boolean, isOn?: boolean }
): JSX.Element {
  return (
    <button type='button' title={label} aria-label={label} aria-pressed={isOn} disabled={isOff} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}
