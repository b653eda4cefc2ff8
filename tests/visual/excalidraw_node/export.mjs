// Exports a board as Excalidraw itself does. window.draw({file, padding}) gives a PNG of the file
// (served beside the page) as a data URL.
import { exportToBlob, restore } from '@excalidraw/excalidraw'

const asDataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })

window.draw = async ({ file, padding }) => {
  const { elements, appState, files } = restore(await (await fetch(file)).json(), null, null)
  const blob = await exportToBlob({
    elements: elements.filter((element) => !element.isDeleted),
    appState: { ...appState, exportBackground: true },
    files: files ?? {},
    exportPadding: padding,
    mimeType: 'image/png',
  })
  return asDataUrl(blob)
}
