// Draws a board as Excalidraw exports it. window.draw({file, area: {x, y, width, height}, scale})
// gives a PNG of that area of the file (served beside the page) as a data URL.
import { exportToCanvas, getCommonBounds, restore } from '@excalidraw/excalidraw'

// Where Helvetica isn't installed each machine has something else in its place.
const fontIsLoaded = new FontFace('Helvetica', 'url(Arimo-Regular.ttf)')
  .load()
  .then((font) => document.fonts.add(font))

// An export is as large as its elements, and their boxes may be larger than what they draw: this
// element, which doesn't show, holds all of them and the area.
const around = (elements, area) => {
  const [left, top, right, bottom] = getCommonBounds(elements)
  const x = Math.min(left, area.x)
  const y = Math.min(top, area.y)
  return {
    type: 'rectangle',
    id: 'area-of-the-picture',
    x,
    y,
    width: Math.max(right, area.x + area.width) - x,
    height: Math.max(bottom, area.y + area.height) - y,
    angle: 0,
    opacity: 0,
    roughness: 0,
    seed: 1,
    groupIds: [],
    strokeColor: 'transparent',
    backgroundColor: 'transparent',
  }
}

const cut = (canvas, left, top, width, height) => {
  const part = document.createElement('canvas')
  part.width = width
  part.height = height
  part.getContext('2d').drawImage(canvas, -left, -top)
  return part
}

window.draw = async ({ file, area, scale }) => {
  await fontIsLoaded
  const board = await (await fetch(file)).json()
  const { elements, appState, files } = restore(board, null, null)
  const shown = elements.filter((element) => !element.isDeleted)
  const whole = around(shown, area)
  const canvas = await exportToCanvas({
    elements: [...shown, whole],
    appState: { ...appState, exportBackground: true, exportScale: scale },
    files: files ?? board.files ?? {},
    exportPadding: 0,
    getDimensions: (width, height) => {
      if (Math.abs(width - whole.width) > 1 || Math.abs(height - whole.height) > 1) {
        throw new Error(`${file} is ${width} x ${height}, not ${whole.width} x ${whole.height}`)
      }
      return { width: Math.ceil(width * scale), height: Math.ceil(height * scale), scale }
    },
  })
  const [left, top] = [(area.x - whole.x) * scale, (area.y - whole.y) * scale]
  const size = [Math.round(area.width * scale), Math.round(area.height * scale)]
  return cut(canvas, left, top, ...size).toDataURL('image/png')
}
