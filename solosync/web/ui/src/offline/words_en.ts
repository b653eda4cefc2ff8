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
  unsaved: (count: number): string => `${changes(count)} not saved`
}

function changes (count: number): string {
  return `${count} ${count === 1 ? 'change' : 'changes'}`
}

export type Words = typeof english
