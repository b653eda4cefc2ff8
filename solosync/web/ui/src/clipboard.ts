// Copies of elements, in a form of our own beside their plain text. The events of copying and pasting
// work on any page; what scripts may ask the clipboard for, only on https.

import { LISTS, type New } from './document'
import type { Point } from './geometry'
import type { Model } from './model'
import { texts } from './texts'
import { isObject, str } from './untyped'

const TYPE = 'application/x-solosync+json'
const WORDS = 'text/plain'

/** Where elements were copied, and what they are. */
export interface Copied { page: string, items: New[] }

export class Clipboard {
  /** What was copied here: scripts that ask for the clipboard get but its words and pictures. */
  private last: Copied | null = null

  constructor (private readonly model: Model) {}

  listen (): void {
    const { model } = this
    // Some browsers let scripts copy only where something is marked, or this says that there is more.
    document.addEventListener('beforecopy', event => { if (model.selection.count.value > 0) event.preventDefault() })
    document.addEventListener('copy', event => this.put(event))
    document.addEventListener('cut', event => { if (model.mayDraw && this.put(event)) model.selection.remove() })
    document.addEventListener('paste', event => {
      const { clipboardData } = event
      if (isTextField(event.target) || !clipboardData || !model.mayDraw) return
      const copied = parse(clipboardData.getData(TYPE))
      const words = clipboardData.getData(WORDS)
      if (!copied && (clipboardData.files.length > 0 || !words.trim())) return
      event.preventDefault()
      if (copied) model.selection.paste(copied)
      else model.selection.pasteText(words)
    })
  }

  private put (event: ClipboardEvent): boolean {
    const { selection } = this.model
    const isOther = isTextField(event.target) || getSelection()?.isCollapsed === false // some words of the page
    if (isOther || selection.count.value === 0) return false
    this.last = selection.copied()
    event.preventDefault()
    event.clipboardData?.setData(TYPE, JSON.stringify(this.last))
    event.clipboardData?.setData(WORDS, wordsOf(this.last.items))
    return true
  }

  // -- without the keys ----------------------------------------------------------------------

  /** Lets the browser copy, as its keys do: so the copy has our own type, on any page. Whether it did. */
  copy (): boolean {
    const before = this.last
    document.execCommand('copy')
    return this.last !== before
  }

  cut (): void {
    if (this.copy()) this.model.selection.remove()
  }

  /** Around a point. Where the browser doesn't tell what is in the clipboard, what was copied here. */
  async paste (at: Point): Promise<void> {
    const { model, last } = this
    const found = await read()
    if (!model.mayDraw) return
    const isOurs = last && (!found || (found.pictures.length === 0 && found.words === wordsOf(last.items)))
    if (isOurs) model.selection.paste(last, at)
    else if (found && found.pictures.length > 0) model.pictures.take(found.pictures, at)
    else if (found?.words.trim()) model.selection.pasteText(found.words, at)
    else model.hint.value = texts.pasteByKeys
  }
}

async function read (): Promise<{ words: string, pictures: File[] } | null> {
  try {
    let words = ''
    const pictures: File[] = []
    for (const item of await navigator.clipboard.read()) {
      const kind = item.types.find(type => type.startsWith('image/'))
      if (kind) pictures.push(new File([await item.getType(kind)], texts.unnamedPicture, { type: kind }))
      if (item.types.includes(WORDS)) words += await (await item.getType(WORDS)).text()
    }
    return { words: words.replaceAll('\r\n', '\n'), pictures }
  } catch {
    return null // plain http, or the person or the browser doesn't want it
  }
}

function wordsOf (items: New[]): string {
  return items.map(({ fields }) => str(fields.text)).filter(Boolean).join('\n')
}

/** Whoever copied it may not have been this page: only what has the form of elements is taken. */
function parse (text: string): Copied | null {
  if (!text) return null
  try {
    const { page, items } = JSON.parse(text)
    const isNew = (item: any): item is New =>
      LISTS.includes(item?.list) && isObject(item.fields)
    return { page: str(page), items: items.filter(isNew) }
  } catch {
    return null
  }
}

export function isTextField (target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea')
}
