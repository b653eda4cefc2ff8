// A button with an icon.

import type { JSX } from 'preact'
import { Icon, type IconName } from './icons'

export function Act (
  { icon, label, onClick, isOff = false }:
  { icon: IconName, label: string, onClick: () => void, isOff?: boolean }
): JSX.Element {
  return (
    <button type='button' title={label} aria-label={label} disabled={isOff} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}
