// Load for a Yjs server: B boards with M devices each, driven by JSON lines (../../node/jsonlines.mjs), so that one warm
// process serves a whole series of measurements.
//   open {url, envelope, boards, devices, points, values, work, receivers, warmup}
//       `url` holds {board}; envelope y | hocuspocus; boards: ids of boards that are there, or that the server makes.
//       values bytes | plain: how a stroke holds its points (strokes.mjs); drag wants bytes.
//       work draw: each edit is a new stroke; drag: each edit rewrites the points of one of the device's own 20 strokes,
//       60 edits a stroke, so that the board stays as big as it is.
//       receivers scan: look for marks in the bytes (cheap: the generator is not the bottleneck); apply: into their Y.Doc.
//       warmup: edits before anything is measured.
//   measure {rate, duration, prepared}  open loop, `duration` seconds: edits are due by the clock, whatever the server
//       does -> see measure(). prepared: all are made in the documents before, and only sent by the clock; making one
//       takes the generator longer than a server takes to pass it on.
//   verify {url?}            a fresh device per board reads everything back -> {expected, lost}; and `unequal`, the
//                            devices whose own document isn't complete (receivers: apply)
//   close
import { serve } from '../../node/jsonlines.mjs'
import { Deliveries, percentiles } from './deliveries.mjs'
import { Device } from './device.mjs'
import { eachMark, makePage, mark, nextOrder, Points, stroke } from './strokes.mjs'

const OWN_STROKES = 20
const EDITS_PER_DRAG = 60
const DRAIN = 5_000 // ms to wait for the last deliveries
const PATIENCE = 2_000 // ms for a fresh device to have everything
const WARMUP_RATE = 500 // edits/s

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const now = () => performance.now()
let runs = 0
let load = null

/** A device that draws, and remembers what it drew. */
class Artist {
  constructor (load, boardIndex, index) {
    Object.assign(this, { load, boardIndex, index, edits: 0, order: null })
    this.sender = boardIndex * load.options.devices + index
    this.lastMarks = new Map() // drag: stroke id -> the mark that its points end with
    const { url, envelope, boards } = load.options
    this.device = new Device({
      url, envelope, board: boards[boardIndex], received: bytes => this.look(bytes), lost: code => load.closes.push(code)
    })
  }

  look (bytes) {
    const at = now()
    this.load.garbled += eachMark(bytes, (board, client, run, edit) => {
      if (run !== this.load.run) return // what an earlier run left on the board
      if (board !== this.boardIndex) this.load.foreign++
      else if (client !== this.index) this.load.deliveries.arrived(board * this.load.options.devices + client, edit, this.index, at)
    })
  }

  markOf (edit) { return mark(this.boardIndex, this.index, this.load.run, edit) }

  edit () {
    const edit = this.edits++
    this.load.deliveries.sent(this.sender, edit, now())
    this.make(edit)
  }

  make (edit) {
    if (this.load.options.work === 'draw' || edit < OWN_STROKES) this.draw(edit)
    else this.drag(edit)
  }

  /** Makes the next edit in the document; returns a function that sends it, as if it were made then. */
  prepare () {
    const edit = this.edits++
    const messages = this.device.hold(() => this.make(edit))
    return () => {
      this.load.deliveries.sent(this.sender, edit, now())
      for (const message of messages) this.device.sendMessage(message)
    }
  }

  draw (edit) {
    const id = this.markOf(edit)
    this.order = nextOrder(this.order)
    this.elements.set(id, stroke(id, this.page, this.order, this.load.points.pick(edit)))
  }

  drag (edit) {
    const id = this.markOf(Math.floor(edit / EDITS_PER_DRAG) % OWN_STROKES)
    this.lastMarks.set(id, this.markOf(edit))
    this.elements.get(id).set('points', this.load.points.marked(edit, this.markOf(edit)))
  }

  async connect () {
    await this.device.connect()
    if (this.device.doc.getMap('pages').size === 0) {
      makePage(this.device.doc)
      await this.device.sync()
    }
    this.elements = this.device.doc.getMap('elements')
    this.page = this.device.doc.getMap('pages').keys().next().value
    this.device.applies = this.load.options.receivers === 'apply'
  }

  get drawn () { return this.load.options.work === 'draw' ? this.edits : Math.min(this.edits, OWN_STROKES) }

  /** How many of this device's strokes are not in `elements` as they were left. */
  missingIn (elements) {
    let missing = 0
    for (let edit = 0; edit < this.drawn; edit++) {
      const id = this.markOf(edit)
      const points = elements.get(id)?.get('points')
      const last = this.lastMarks.get(id)
      if (points === undefined || (last !== undefined && !Buffer.from(points).includes(last))) missing++
    }
    return missing
  }
}

async function open (options) {
  close()
  globalThis.gc?.()
  runs = (runs + 1) % 4096
  load = {
    options, run: runs, points: new Points(options.points, options.values), artists: [], closes: [], garbled: 0, foreign: 0,
    deliveries: new Deliveries(options.devices, options.work === 'drag')
  }
  for (let index = 0; index < options.devices; index++) {
    // Board after board and device after device: the first device makes the page that the others find.
    const column = options.boards.map((_, board) => new Artist(load, board, index))
    load.artists.push(...column)
    await Promise.all(column.map(artist => artist.connect()))
  }
  const ownStrokes = options.work === 'drag' ? OWN_STROKES * load.artists.length : 0
  await pace(WARMUP_RATE, Math.max(options.warmup, ownStrokes), nextEdit)
  await drained()
  if (load.deliveries.waiting > 0) throw new Error(`${load.deliveries.waiting} warm-up edits did not arrive (closed: ${load.closes})`)
}

const artistOf = turn => load.artists[turn % load.artists.length]
const nextEdit = turn => artistOf(turn).edit()

/** Calls edit(0), edit(1), ... `count` times by the clock; returns how late each was, in ms. */
async function pace (rate, count, edit) {
  const start = now()
  const late = []
  for (let made = 0; made < count;) {
    const due = Math.min(count, Math.floor((now() - start) / 1000 * rate) + 1)
    for (; made < due; made++) {
      late.push(Math.max(0, now() - start - made / rate * 1000))
      edit(made)
    }
    await sleep(1)
  }
  return late
}

async function drained () {
  for (const end = now() + DRAIN; load.deliveries.waiting > 0 && now() < end;) await sleep(5)
}

/** -> {edits, seconds, latency, late: {count, p50, p99, max} in ms, missing, closes, foreign, garbled, cpu}: `latency` from the
 *  local edit to the last other device, `late` how far the generator was behind its clock, `cpu` its share of a core. */
async function measure ({ rate, duration, prepared }) {
  const { deliveries } = load
  const count = Math.round(rate * duration)
  const ready = prepared ? Array.from({ length: count }, (_, turn) => artistOf(turn).prepare()) : null
  globalThis.gc?.()
  deliveries.reset()
  const cpu = process.cpuUsage()
  const start = now()
  const late = await pace(rate, count, prepared ? turn => ready[turn]() : nextEdit)
  const elapsed = (now() - start) / 1000
  const used = process.cpuUsage(cpu)
  await drained()
  return {
    edits: late.length,
    seconds: elapsed,
    latency: percentiles(deliveries.latencies),
    late: percentiles(late),
    missing: deliveries.waiting,
    closes: load.closes.splice(0),
    foreign: load.foreign,
    garbled: load.garbled,
    cpu: (used.user + used.system) / 1e6 / elapsed
  }
}

async function verify ({ url = load.options.url }) {
  const sum = numbers => numbers.reduce((total, number) => total + number, 0)
  let lost = 0
  for (const [index, board] of load.options.boards.entries()) {
    const artists = load.artists.filter(artist => artist.boardIndex === index)
    const fresh = new Device({ url, envelope: load.options.envelope, board })
    await fresh.connect()
    const elements = fresh.doc.getMap('elements')
    const missing = () => sum(artists.map(artist => artist.missingIn(elements)))
    // Some servers answer before they have read their disk, and send the rest after it.
    for (const end = now() + PATIENCE; missing() > 0 && now() < end;) await sleep(50)
    lost += missing()
    fresh.close()
  }
  const expected = sum(load.artists.map(artist => artist.drawn))
  return { expected, lost, unequal: load.options.receivers === 'apply' ? unequal() : 0 }
}

/** How many devices lack something that a device of their board drew. */
function unequal () {
  const isWhole = device => load.artists.every(artist =>
    artist.boardIndex !== device.boardIndex || artist.missingIn(device.elements) === 0)
  return load.artists.filter(artist => !isWhole(artist)).length
}

function close () {
  load?.artists.forEach(artist => artist.device.close())
  load = null
}

serve({ open, measure, verify, close })
