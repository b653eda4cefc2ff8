// Somebody who came by a link that may edit: without an account, and by a name of their own choice.

import { signal } from '@preact/signals'
import { newId } from './document'
import type { Shared } from './shared'
import { texts } from './texts'
import { visit, type Refusal, type Visit } from './visit'

const NAME = 'solosync/guest-name'
const ID = 'solosync/guest'
const AGAIN_MS = 10_000

export class Guest {
  readonly name = signal(rememberedName())
  /** Of this browser: its tabs are one guest. */
  readonly id = rememberedId()
  /** Why they aren't let in; null while they are, or nothing is known yet. */
  readonly refused = signal<Refusal | 'lost' | null>(null)

  private view: string

  constructor (readonly shared: Shared) {
    this.view = shared.view
  }

  /** What the socket asks for, once they are let in; never where the link is good no more. */
  async letIn (): Promise<Visit> {
    while (true) {
      const found = await visit(this.shared.share, this.view).catch(() => 'lost' as const)
      if (typeof found === 'object') {
        this.refused.value = null
        return found
      }
      this.refused.value = found
      if (found === 'locked') await this.unlocked()
      else await new Promise(resolve => { if (found !== 'gone') setTimeout(resolve, AGAIN_MS) })
    }
  }

  /** The hour of this visit is over: another one begins. */
  async again (): Promise<Visit> {
    this.view = ''
    return await this.letIn()
  }

  private unlock = (_view: string): void => {}

  private async unlocked (): Promise<void> {
    this.view = await new Promise<string>(resolve => { this.unlock = resolve })
  }

  /** True if that is the link's password. */
  async tryPassword (password: string): Promise<boolean> {
    const found = await visit(this.shared.share, '', password).catch(() => 'lost' as const)
    if (typeof found === 'object') this.unlock(found.view)
    return typeof found === 'object'
  }

  rename (name: string): void {
    this.name.value = name.trim() || texts.guest
    try {
      localStorage.setItem(NAME, this.name.value)
    } catch {} // they are asked again next time
  }
}

function rememberedName (): string {
  try {
    return localStorage.getItem(NAME) ?? texts.guest
  } catch {
    return texts.guest
  }
}

function rememberedId (): string {
  const fresh = newId()
  try {
    const known = localStorage.getItem(ID) ?? fresh
    localStorage.setItem(ID, known)
    return known
  } catch {
    return fresh
  }
}
