// An Excalidraw without a screen on an Excalidraw board: the unmodified y-excalidraw binding over y-websocket.
// Driven by JSON lines (jsonlines.mjs). Commands: those of connection.mjs, and
//   put {elements}          adds them, or replaces those with the same id; a missing `version` is the next one
//   patch {id, fields}      remove {id}      reorder {ids}      add_file {file: {id, dataURL, mimeType, created}}
//   scene                   -> {elements, files}: what the person sees
//   state                   -> {elements: [{el, pos}], assets}: what the document holds
//   wait {count} | {id, gone: true} | {id, field, value} | {file}
import { isDeepStrictEqual } from 'node:util'
import { ExcalidrawBinding } from 'y-excalidraw'
import { Connection } from './connection.mjs'
import { serve } from './jsonlines.mjs'
import { tag } from './values.mjs'

/** What the binding uses of Excalidraw's imperative API. As in React, listeners hear of a change after it, in one go. */
class Scene {
  constructor (changed) {
    this.elements = []
    this.files = {}
    this.listeners = new Set()
    this.changed = changed
    this.isDue = false
  }

  onChange (listener) {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  getSceneElements () { return this.elements.filter(element => !element.isDeleted) }

  updateScene ({ elements }) {
    if (elements === undefined) return // collaborators: shown, not drawn
    this.elements = [...elements]
    this.notify()
  }

  addFiles (files) {
    for (const file of files) this.files[file.id] = file
    if (files.length > 0) this.notify()
  }

  notify () {
    if (this.isDue) return
    this.isDue = true
    setImmediate(() => {
      this.isDue = false
      for (const listener of this.listeners) listener(this.elements, { selectedElementIds: {} }, this.files)
      this.changed()
    })
  }

  find (id) {
    const found = this.elements.find(element => element.id === id)
    if (found === undefined) throw new Error(`no element ${id} in the scene`)
    return found
  }
}

const connection = new Connection()
const elements = connection.doc.getArray('elements')
const assets = connection.doc.getMap('assets')
const scene = new Scene(() => connection.changed())
let binding = null

function connect (args) {
  connection.connect(args)
  binding ??= new ExcalidrawBinding(elements, assets, scene, connection.provider.awareness)
}

/** A change by the person: done once the binding has put it into the document. */
async function draw (changed) {
  scene.updateScene({ elements: changed })
  await connection.until(() => !scene.isDue, 'drawn')
}

function put ({ elements: given }) {
  const old = new Map(scene.elements.map(element => [element.id, element]))
  const next = given.map(element => ({ version: (old.get(element.id)?.version ?? 0) + 1, ...element }))
  const replaced = new Map(next.map(element => [element.id, element]))
  const added = next.filter(element => !old.has(element.id))
  return draw([...scene.elements.map(element => replaced.get(element.id) ?? element), ...added])
}

const patch = ({ id, fields }) => put({ elements: [{ ...scene.find(id), version: scene.find(id).version + 1, ...fields }] })

async function addFile ({ file }) {
  scene.addFiles([file])
  await connection.until(() => !scene.isDue, 'added')
}

function holds ({ count, id, gone, field, value, file }) {
  const seen = scene.getSceneElements()
  if (count !== undefined) return seen.length === count
  if (file !== undefined) return Object.hasOwn(scene.files, file)
  const found = seen.find(element => element.id === id)
  return gone ? found === undefined : isDeepStrictEqual(found?.[field], value)
}

serve({
  ...connection.commands,
  connect,
  put,
  patch,
  remove: ({ id }) => patch({ id, fields: { isDeleted: true } }),
  reorder: ({ ids }) => draw(ids.map(id => scene.find(id))),
  add_file: addFile,
  scene: () => ({ elements: scene.getSceneElements(), files: scene.files }),
  state: () => ({ elements: tag(elements), assets: tag(assets) }),
  wait: ({ timeout, ...wanted }) => connection.until(() => holds(wanted), JSON.stringify(wanted), timeout)
})
