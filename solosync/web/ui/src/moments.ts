// Times, as people say them in the page's language.

const { lang } = document.documentElement
const TIME = new Intl.DateTimeFormat(lang, { timeStyle: 'short' })
const DAY = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const MOMENT = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short' })

export const timeOf = (at: string): string => TIME.format(new Date(at))
export const dayOf = (at: string): string => DAY.format(new Date(at))
export const momentOf = (at: string): string => MOMENT.format(new Date(at))
