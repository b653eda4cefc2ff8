// All words of the page in English. Another language is another table of the same shape.

export const english = {
  home: 'Your boards',
  about: 'Exports, history, sharing',
  share: 'Share',
  name: 'Name of the board',
  rename: 'Rename',
  notRenamed: 'It keeps its old name: the server didn’t take the new one.',
  opening: 'Opening…',
  saved: 'Saved',
  saving: 'Saving…',
  savedByItself: 'Whatever you draw is saved by itself.',
  stuck: (count: number): string => `Not saved: ${count} ${count === 1 ? 'picture' : 'pictures'}`,
  offlineEmpty: 'Offline — changes will be kept on this device',
  offline: (count: number): string => `Offline — ${changes(count)} kept on this device`,
  offlineLost: (count: number): string =>
    `Offline — ${changes(count)} only in this tab: keep it open`,
  offlineEmptyLost: 'Offline — this browser keeps nothing: keep this tab open',
  ended: {
    'signed out': 'You are signed out.',
    'somebody else': 'Somebody else is signed in to this browser now.',
    forbidden: 'You may not change this board.',
    gone: "This board isn't there any more.",
    refused: "The server doesn't take what this page sent."
  },
  endedKept: (count: number): string => `${changes(count)} kept on this device, not saved.`,
  signIn: 'Sign in',
  reload: 'Load the page again',
  excalidraw: 'This is an Excalidraw board. This page draws on Solo boards only; open it with a ' +
    "program that speaks Excalidraw's layout.",
  sharedBy: (owner: string): string => `Shared by ${owner}`,
  watched: {
    opening: 'Opening…',
    live: 'Live',
    lost: 'Not connected. Trying again…',
    later: 'Many are looking just now. This page tries again in a moment.',
    gone: 'Not shared any more'
  },
  linkGone: "This link doesn't lead anywhere any more. Ask whoever sent it to you for another.",
  viewed: (count: number): string => `The board, to look at. On this page: ${count}.`,
  download: 'Download',
  guest: 'Guest',
  yourName: 'Your name',
  byLink: 'by the share link',
  locked: 'An hour has passed. This board asks for its password again.',
  password: 'Password',
  wrongPassword: "That isn't this link's password.",
  open: 'Open',
  notSaved: (count: number): string => `${changes(count)} of yours didn't get to the server.`,
  somebody: (count: number): string => `${count} ${count === 1 ? 'person' : 'people'} here`,
  tools: {
    select: 'Select',
    hand: 'Move the page',
    pen: 'Pen',
    highlighter: 'Highlighter',
    eraser: 'Eraser: whole strokes',
    wiper: 'Eraser: what it covers',
    line: 'Line',
    arrow: 'Arrow',
    rectangle: 'Rectangle',
    ellipse: 'Ellipse',
    text: 'Text',
    note: 'Sticky note'
  },
  begin: 'Draw here, press T to write, or drop a picture. Press ? for all keys.',
  beginAsGuest: 'Draw here, or press T to write. Press ? for all keys.',
  beginByFinger: 'Draw here with a finger or a pen.',
  addPicture: 'Add pictures',
  unnamedPicture: 'Picture',
  arriving: 'Pictures on their way',
  pictureComes: 'is on its way…',
  pictureProblems: {
    kind: "isn't a PNG, JPEG or WebP picture.",
    large: 'is too large: at most 20 MB and 64 million pixels are taken.',
    offline: 'waits for the connection.',
    account: 'needs an account here; by a link one only draws and writes.',
    later: "can't be taken by the server just now; it is tried again.",
    refused: "wasn't taken by the server."
  },
  pictureLost: 'This browser has no room to keep it: leave this page open.',
  leaveOut: 'Leave it out',
  toolbar: 'Tools',
  colors: 'Colour',
  hues: {
    black: 'Black',
    red: 'Red',
    orange: 'Orange',
    yellow: 'Yellow',
    green: 'Green',
    blue: 'Blue',
    violet: 'Violet',
    pink: 'Pink'
  },
  ownColor: 'A colour of your own',
  sizes: 'Thickness',
  sizeNames: ['Thin', 'Medium', 'Thick', 'Very thick'],
  fontSizes: 'Size of the letters',
  fontSizeNames: ['Small', 'Medium', 'Large', 'Very large'],
  filled: 'Filled',
  opacity: 'Opacity',
  kinds: 'Kind',
  undo: 'Undo',
  redo: 'Redo',
  remove: 'Delete',
  zoomIn: 'Closer',
  zoomOut: 'Further',
  fit: 'Show everything',
  export: 'Export as a file',
  actualSize: 'Actual size',
  pages: 'Pages',
  page: (number: number): string => `Page ${number}`,
  addPage: 'Add a page',
  noPage: 'This board has no page any more. Add one: the plus below.',
  pageName: 'Name of the page',
  pageMenu: 'This page: name, place, paper',
  renamePage: 'Rename',
  duplicatePage: 'Duplicate',
  pageBack: 'Move to the left',
  pageOn: 'Move to the right',
  removePage: 'Delete the page',
  copyOf: (name: string): string => `${name} (copy)`,
  pageMoved: (name: string, place: number, count: number): string => `${name}: place ${place} of ${count}`,
  pageRemoved: (name: string): string => `“${name}” is deleted.`,
  pagePaper: 'Paper',
  papers: { white: 'White', grid: 'Grid', dots: 'Dots', ruled: 'Ruled', graph: 'Graph paper' },
  paperColor: 'Colour of the paper',
  paperColors: ['Cream', 'Rose', 'Mint', 'Sky', 'Lilac', 'Slate'],
  selection: 'What is selected',
  duplicate: 'Duplicate',
  menu: 'What can be done here',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  pasteByKeys: 'This browser shows pages what was copied elsewhere only when you press Ctrl V.',
  selectAll: 'Select everything',
  changeText: 'Change the text',
  fix: 'Fix in place',
  release: 'Release',
  toFront: 'To the front',
  over: 'Forward',
  under: 'Backward',
  toBack: 'To the back',
  arranged: {
    front: 'At the front', forward: 'Forward', backward: 'Backward', back: 'At the back',
    none: 'Nothing of its kind to pass. Pictures lie under shapes, these under strokes, and those under texts.'
  },
  kindNames: {
    pen: 'Pen stroke', stroke: 'Stroke', highlighter: 'Highlighter', eraser: 'Erased', line: 'Line', arrow: 'Arrow',
    rectangle: 'Rectangle', rect: 'Rectangle', circle: 'Circle', ellipse: 'Ellipse', text: 'Text', note: 'Note',
    image: 'Picture'
  } as Record<string, string>,
  saying: (kind: string, words: string): string => `${kind} “${words}”`,
  stepped: (what: string, number: number, count: number): string => `${what}, ${number} of ${count}`,
  selected: (count: number): string => `${count} selected`,
  copied: (count: number): string => `${count} copied`,
  pasted: (count: number): string => `${count} pasted`,
  removed: (count: number): string => `${count} deleted`,
  history: 'History',
  historyTrouble: {
    offline: 'The history is on the server, which can’t be reached just now.',
    failed: 'The server didn’t answer as it should.'
  },
  tryAgain: 'Try again',
  more: 'Show more',
  steps: (count: number): string => changes(count),
  summary: (summary: string): string => summarized(summary),
  asOf: (moment: string): string => `You look at the board as of ${moment}.`,
  restore: 'Restore',
  backToNow: 'Back',
  historyTabs: { versions: 'Versions', asides: 'Set aside' },
  aboutAside: 'Where two people changed the same, one of them had to win. What lost is here, and can be brought back.',
  nothingAside: 'Nothing was set aside: no change has had to give way to another.',
  asideOf: (list: string | null, page: string | null, field?: string): string => {
    const what = WHAT[list ?? (page === null ? 'state' : 'page')] ?? WHAT.state!
    return field === undefined ? what : `${what}: ${FIELDS[field] ?? field}`
  },
  lostTo: (person: string): string => person ? `Gave way to what ${person} saved` : 'Gave way to another save',
  isBack: 'It is on the board.',
  isGone: 'What it belonged to is gone.',
  withIt: 'The board would look like this with it.',
  bringBack: 'Bring back',
  broughtBack: (moment: string): string => `The board is as of ${moment} again.`,
  help: 'Help',
  close: 'Close',
  canvas: (count: number): string =>
    `The board. On this page: ${count}. Draw with a pen, a finger or the mouse.`,
  writing: 'Text',
  shortcuts: [
    {
      title: 'Tools',
      keys: [
        ['V', 'Select'], ['H', 'Move the page'], ['P', 'Pen'], ['M', 'Highlighter'], ['E', 'Eraser: whole strokes'],
        ['W', 'Eraser: what it covers'], ['L', 'Line'], ['A', 'Arrow'], ['R', 'Rectangle'], ['O', 'Ellipse'],
        ['T', 'Text'], ['N', 'Sticky note'], ['I', 'Add pictures'],
        ['Escape', 'Back to Select']
      ]
    },
    {
      title: 'Drawing and writing',
      keys: [
        ['1 – 6', 'Colours'], ['[ and ]', 'Thinner, thicker; smaller, larger letters'],
        ['Shift while drawing', 'Straight line, square, circle'], ['Alt while drawing or pulling', 'From the middle'],
        ['Escape while drawing', 'Draw nothing'], ['Double-click', 'Write there (with Select)'],
        ['Double-click or Enter', 'Change the selected text or note'],
        ['Enter', 'Write in the middle (with Text or Sticky note), put a shape there']
      ]
    },
    {
      title: 'What is selected',
      keys: [
        ['Ctrl A', 'Select everything'], ['Tab, Shift Tab', 'Select the next, the one before'],
        ['Arrow keys', 'Move what is selected'], ['Alt while moving', 'Move a copy'],
        ['Shift and pull a handle', 'Keep proportions (pictures: don’t), turn in steps'],
        ['Shift , and .', 'Smaller, larger'], [', and .', 'Turn'], ['Ctrl C, X, V', 'Copy, cut, paste'],
        ['Ctrl D', 'Duplicate'], ['Ctrl [ and ]', 'Backward, forward'],
        ['Ctrl Shift [ and ]', 'To the back, to the front'], ['Delete', 'Delete what is selected'],
        ['Right-click, Shift F10', 'What can be done here']
      ]
    },
    {
      title: 'Looking around',
      keys: [
        ['Space and drag', 'Move the page'], ['Wheel', 'Move the page'], ['Ctrl and wheel', 'Closer, further'],
        ['+, −, 0', 'Closer, further, everything'], ['Shift 0', 'Actual size'],
        ['Page Up, Page Down', 'The page before, the next one'], ['F2, double-click', 'Rename a page (on its name)'],
        ['Ctrl ← and →', 'Move a page (on its name)']
      ]
    },
    {
      title: 'What else there is',
      keys: [
        ['Ctrl Z', 'Undo your last change'], ['Ctrl Shift Z', 'Redo'], ['Shift H', 'History'],
        ['Escape, then Tab', 'Leave the canvas'], ['?', 'This help']
      ]
    }
  ]
}

const WHAT: Record<string, string> = {
  strokes: 'A stroke', shapes: 'A shape', texts: 'A text', assets: 'A picture', page: 'A page', state: 'The board'
}
const FIELDS: Record<string, string> = {
  color: 'colour', size: 'thickness', points: 'form', x: 'place', y: 'place', text: 'words', name: 'name', background: 'paper'
}
const SUMMARIES: Record<string, string> = {
  '': 'Changed', created: 'Created', copied: 'Copied', imported: 'Imported',
  'restored from a backup': 'Restored from a backup'
}

/** As the server puts it, but for the number of a rev, which tells nobody anything. */
function summarized (summary: string): string {
  return SUMMARIES[summary] ?? summary.replace(/^restored rev \d+$/, 'An older version restored')
}

function changes (count: number): string {
  return `${count} ${count === 1 ? 'change' : 'changes'}`
}

export type Texts = typeof english
