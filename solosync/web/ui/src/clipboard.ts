// Copies of elements, in a form of our own beside their plain text. The events of copying and pasting
// work on any page; what scripts may ask the clipboard for, only on https.

import { LISTS, type New } from './document'
import type { Model } from './model'
import { isObject, str } from './untyped'

const TYPE = 'application/x-solosync+json'

/** Where elements were copied, and what they are. */
export interface Copied { page: string, items: New[] }

export function listenToClipboard (model: Model): void {
  const put = (event: ClipboardEvent): boolean => {
    const isOther = isTextField(event.target) || getSelection()?.isCollapsed === false // some words of the page
    if (isOther || model.selection.count.value === 0) return false
    const copied = model.selection.copied()
    event.preventDefault()
    event.clipboardData?.setData(TYPE, JSON.stringify(copied))
    event.clipboardData?.setData('text/plain', wordsOf(copied.items))
    return true
  }
  document.addEventListener('copy', put)
  document.addEventListener('cut', event => { if (model.mayDraw && put(event)) model.selection.remove() })
  document.addEventListener('paste', event => {
    const { clipboardData } = event
    if (isTextField(event.target) || !clipboardData || !model.mayDraw) return
    const copied = parse(clipboardData.getData(TYPE))
    const words = clipboardData.getData('text/plain')
    if (!copied && (clipboardData.files.length > 0 || !words.trim())) return
    event.preventDefault()
    if (copied) model.selection.paste(copied)
    else model.selection.pasteText(words)
  })
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
