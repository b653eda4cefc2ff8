// What is said in English about what is kept on this device, on the board's page and on the others.

export const english = {
  // -- the sheet that explains what is saved
  meaning: 'What is saved?',
  savedMeans: 'Saved is what the server has on its disk. What it lacks is kept in this browser, and sent as soon ' +
    'as the server can be reached: from this page, or whenever you are signed in here again.',
  opensAlone: 'This page also opens without the server.',
  plainHttp: 'By plain http, browsers open no page without its server. Keep this page open, and you can go on ' +
    "drawing. Close it, and what isn't saved stays on this device, but is seen again only when the server is back.",
  byTls: 'Started as “solosync serve --lan --tls”, the server is reached by https, and its pages open without it:',
  aboutTls: 'how devices come to trust it',
  opensNot: 'This browser opens the page only with the server: in a private window, or where it doesn’t trust the ' +
    'server’s certificate, it keeps no pages.',
  notKept: "This browser keeps nothing on this device. What isn't saved is lost with the tab.",
  install: 'Install as an app',
  close: 'Close',
  renewed: 'A new version is ready.',
  renew: 'Reload',

  // -- the list of boards that is shown without the server
  boards: 'Boards on this device',
  noServer: "The server can't be reached. What you draw on these boards is kept on this device, and saved when it is back.",
  noBoards: 'None yet: a board is kept here once you have opened it.',
  noBoard: "This board isn't kept on this device.",
  nobody: "The server can't be reached, and nobody is signed in on this device.",
  tryAgain: 'Try again',
  unnamed: 'Untitled',
  unsaved: (count: number): string => `${changes(count)} not saved`,

  // -- what is sent from the other pages
  unsent: 'What is kept on this device and not saved yet',
  sending: (count: number): string => `saving ${changes(count)} from this device…`,
  sent: (count: number): string => `${changes(count)} from this device saved.`,
  stuck: {
    'signed out': 'You are signed out.',
    'somebody else': 'Somebody else is signed in to this browser now.',
    forbidden: 'You may not change this board any more.',
    gone: "This board isn't there any more.",
    refused: "The server doesn't take what this device has."
  },

  // -- boards that are gone
  rescue: 'Keep my copy as a new board',
  rescued: (name: string): string => `${name} (rescued)`,
  notRescued: "That didn't work. Your copy is still on this device; try again in a moment.",
  discard: 'Discard my copy',
  discardAsked: (name: string): string => `Discard what only this device has of “${name}”? It can't be brought back.`,

  // -- signing out
  leaving: 'Sign out?',
  leavingUnsaved: 'These boards have changes that only this device has. Kept here, they are saved when you sign in again.',
  leaveKeeping: 'Sign out and keep them on this device',
  leaveDiscarding: 'Sign out and discard them',
  cancel: 'Cancel',

  // -- settings
  keptHere: 'Kept on this device',
  keptHereMeans: 'Boards that this browser keeps with their pictures, so that you can draw without the server. What you ' +
    "haven't opened for 60 days goes by itself, once it is saved.",
  nothingKept: 'Nothing is kept here.',
  clearSaved: 'Remove what is saved already',
  size: (bytes: number): string => sized(bytes, 'en')
}

function changes (count: number): string {
  return `${count} ${count === 1 ? 'change' : 'changes'}`
}

/** In the unit that fits. */
export function sized (bytes: number, language: string): string {
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte']
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, maximumSignificantDigits: 2 })
  return format.format(amount)
}

export type Words = typeof english
