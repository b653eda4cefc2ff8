// Who has which edit: from the local edit until the last other device of the board has it.

export class Deliveries {
  /** `isCumulative`: a device that has an edit has the sender's earlier ones too, since they are overwritten by it. */
  constructor (devicesPerBoard, isCumulative) {
    this.everyOther = devicesPerBoard - 1
    this.isCumulative = isCumulative
    this.pending = new Map() // sender -> edit -> {at, missing, has: bit set of devices}
    this.waiting = 0
    this.reset()
  }

  reset () {
    this.latencies = [] // ms
    this.pending.clear()
    this.waiting = 0
  }

  sent (sender, edit, at) {
    let edits = this.pending.get(sender)
    if (edits === undefined) this.pending.set(sender, edits = new Map())
    edits.set(edit, { at, missing: this.everyOther, has: 0 })
    this.waiting++
  }

  /** Device number `device` of the board has `edit`; said twice (a repeated or merged update), it counts once. */
  arrived (sender, edit, device, at) {
    const edits = this.pending.get(sender)
    if (edits === undefined) return
    if (!this.isCumulative) {
      const entry = edits.get(edit)
      if (entry !== undefined) this.note(edits, edit, entry, device, at)
      return
    }
    for (const [earlier, entry] of edits) {
      if (earlier > edit) break
      this.note(edits, earlier, entry, device, at)
    }
  }

  note (edits, edit, entry, device, at) {
    const bit = 1 << device
    if (entry.has & bit) return
    entry.has |= bit
    if (--entry.missing > 0) return
    edits.delete(edit)
    this.waiting--
    this.latencies.push(at - entry.at)
  }
}

export function percentiles (values) {
  const sorted = Float64Array.from(values).sort()
  const at = share => sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? null }
}
