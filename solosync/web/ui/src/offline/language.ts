// The page's language, which the server chose from what the browser asked for. Where the page came without
// the server, it is the language of the last one that came from it.

const LANGUAGE = 'solosync/language'

export function rememberLanguage (): void {
  try {
    localStorage.setItem(LANGUAGE, document.documentElement.lang)
  } catch {} // without it, the page that comes without the server speaks the browser's language
}

function lastLanguage (): string {
  try {
    return localStorage.getItem(LANGUAGE) ?? navigator.language
  } catch {
    return navigator.language
  }
}

document.documentElement.lang ||= lastLanguage()
export const isUkrainian = document.documentElement.lang.startsWith('uk')
