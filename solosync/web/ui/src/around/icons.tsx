// Drawn here, so that nothing is asked for from elsewhere.

import type { JSX } from 'preact'

const PATHS = {
  highlighter: 'M7 14l8-9 4 4-8 9H7zM4 21h16M7 14l4 4',
  wiper: 'M8 19l-4-4 9-9 6 6-7 7zM14 21c2-2 4 1 6-1',
  rectangle: 'M4 6h16v12H4z',
  ellipse: 'M12 5.5c5 0 8.5 3 8.5 6.5s-3.5 6.5-8.5 6.5-8.5-3-8.5-6.5 3.5-6.5 8.5-6.5z',
  line: 'M5 19L19 5',
  arrow: 'M5 19L19 5M11 5h8v8',
  note: 'M5 4h14v10l-5 6H5zM14 20v-6h5M8 8.5h8M8 12h5',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9v.5',
  filled: 'M4 4h16v16H4zM4 12L12 4M4 18L18 4M8 20L20 8M15 20l5-5',
  pen: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  eraser: 'M8 19l-4-4 9-9 6 6-7 7zM8 19h11M9 10l6 6',
  select: 'M6 4l12 8-5 1 3 6-2 1-3-6-4 4z',
  text: 'M5 6h14M12 6v13M9 19h6',
  hand: 'M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3',
  undo: 'M9 7L4 12l5 5M4 12h10a5 5 0 0 1 0 10',
  redo: 'M15 7l5 5-5 5M20 12H10a5 5 0 0 0 0 10',
  remove: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  help: 'M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.5',
  about: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 11v6M12 7v.5',
  share: 'M8 11l8-5M8 13l8 5M3 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M16 5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M16 19a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0',
  history: 'M4 12a8 8 0 1 0 3-6M4 4v4h4M12 8v4l3 2',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  toFront: 'M5 20h14M12 16V3M6 9l6-6 6 6',
  over: 'M12 20V5M6 11l6-6 6 6',
  under: 'M12 4v15M6 13l6 6 6-6',
  toBack: 'M5 4h14M12 8v13M6 15l6 6 6-6',
  more: 'M5 12v.5M12 12v.5M19 12v.5',
  backward: 'M14 6l-6 6 6 6',
  forward: 'M10 6l6 6-6 6',
  white: 'M5 4h14v16H5z',
  grid: 'M4 4h16v16H4zM4 9h16M4 15h16M9 4v16M15 4v16',
  dots: 'M6 6v.5M12 6v.5M18 6v.5M6 12v.5M12 12v.5M18 12v.5M6 18v.5M12 18v.5M18 18v.5',
  ruled: 'M4 6h16M4 12h16M4 18h16',
  graph: 'M4 4h16v16H4zM8 4v16M4 8h16M12 4v4M16 4v4M4 12h4M4 16h4',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  home: 'M4 11l8-7 8 7v9H4z'
}

export type IconName = keyof typeof PATHS

export function Icon ({ name }: { name: IconName }): JSX.Element {
  return <svg viewBox='0 0 24 24' aria-hidden='true'><path d={PATHS[name]} /></svg>
}
