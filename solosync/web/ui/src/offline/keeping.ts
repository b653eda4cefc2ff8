// The copy of a board in the browser's database, and which changes of it the server lacks.
//
// There is a database for each person and board. An update and the note that the server lacks it are
// written together, so the count of changes is right whenever the browser ends.

import * as Y from 'yjs'

export interface About { name: string, opened: number }

export const UPDATES = 'updates'
export const ABOUT = 'custom'
const CHANGE = 'change/'
/** What an earlier version of this page counted changes by. */
const COUNTED_BEFORE = 'unsaved'
const TRIM_AFTER = 500

interface Batch { updates: Uint8Array[], changes: string[], saved: string[] }

export class Keeping {
  private database: IDBDatabase | null = null
  private batch: Batch = { updates: [], changes: [], saved: [] }
  private isWriting = false
  private isStopped = false
  /** False when something of the document could not be written, and isn't yet. */
  private isWhole = true
  /** The last update of the database that is in the document for certain. */
  private read = 0

  constructor (
    private readonly name: string,
    private readonly about: About,
    private readonly doc: Y.Doc,
    private readonly unsent: () => string[],
    private readonly whenTold: () => void
  ) {}

  get isKept (): boolean {
    return this.database !== null && this.isWhole
  }

  /** Brings what is kept into the document; the changes in it that the server lacks. */
  async load (): Promise<string[]> {
    try {
      const database = await openDatabase(this.name)
      const transaction = database.transaction([UPDATES, ABOUT])
      const notes = transaction.objectStore(ABOUT)
      const updates = transaction.objectStore(UPDATES)
      const [keys, contents, changes, before] = await Promise.all([
        answer(updates.getAllKeys()), answer(updates.getAll()),
        answer(notes.getAllKeys(changesOnly())), answer(notes.get(COUNTED_BEFORE))
      ])
      this.doc.transact(() => {
        for (const update of contents) Y.applyUpdate(this.doc, update)
      }, this)
      this.read = Number(keys.at(-1) ?? 0)
      this.database = database
      // The browser closes it when somebody deletes what sites keep.
      database.onclose = () => this.failed()
      const told = changes.map(key => String(key).slice(CHANGE.length))
      told.push(...Array.from({ length: Number(before) || 0 }, (_, at) => `before/${at}`))
      if (keys.length > TRIM_AFTER || before) this.rewrite()
      else void this.noteAbout()
      return told
    } catch {
      this.failed()
      return []
    }
  }

  /** Keeps an update; `change` if it was made here, and not yet sent. */
  add (update: Uint8Array, change?: string): void {
    this.batch.updates.push(update)
    if (change) this.batch.changes.push(change)
    void this.write()
  }

  /** The server has these. */
  drop (saved: string[]): void {
    this.batch.saved.push(...saved)
    void this.write()
  }

  /** Writes all of the document again: something is missing, or was taken away. */
  rewrite (): void {
    this.isWhole = false
    void this.write()
  }

  get needsRewriting (): boolean {
    return !this.isWhole && !this.isWriting
  }

  stop (): void {
    this.isStopped = true
    this.database?.close()
    this.database = null
  }

  private async noteAbout (): Promise<void> {
    const transaction = this.database!.transaction(ABOUT, 'readwrite')
    this.describe(transaction)
    await completed(transaction).catch(() => this.failed())
  }

  private describe (transaction: IDBTransaction): void {
    const notes = transaction.objectStore(ABOUT)
    notes.put(this.about.name, 'name')
    notes.put(this.about.opened, 'opened')
    notes.delete(COUNTED_BEFORE)
  }

  private failed (): void {
    this.database?.close()
    this.database = null
    this.isWhole = false
    this.whenTold()
  }

  private async write (): Promise<void> {
    if (this.isWriting || this.isStopped) return
    this.isWriting = true
    let batch = this.batch
    try {
      while (this.hasMore || !this.isWhole) {
        this.database ??= await openDatabase(this.name)
        batch = this.batch
        this.batch = { updates: [], changes: [], saved: [] }
        await (this.isWhole ? this.append(batch) : this.writeAll(batch))
        if (!this.isWhole) {
          this.isWhole = true
          this.whenTold()
        }
      }
    } catch {
      // The document has the updates; all of it will be written again.
      this.batch = { updates: [], changes: [], saved: [...batch.saved, ...this.batch.saved] }
      if (!this.isStopped) this.failed()
    }
    this.isWriting = false
  }

  private get hasMore (): boolean {
    const { updates, changes, saved } = this.batch
    return updates.length + changes.length + saved.length > 0
  }

  private async append ({ updates, changes, saved }: Batch): Promise<void> {
    // What only this device has is to survive a power cut.
    const durability = changes.length > 0 ? 'strict' : 'relaxed'
    const transaction = this.database!.transaction([UPDATES, ABOUT], 'readwrite', { durability })
    const store = transaction.objectStore(UPDATES)
    for (const update of updates) store.add(update)
    noteChanges(transaction.objectStore(ABOUT), changes, saved)
    await completed(transaction)
  }

  /** In one transaction with reading what other tabs have written meanwhile: nothing gets lost. */
  private async writeAll ({ saved }: Batch): Promise<void> {
    const transaction = this.database!.transaction([UPDATES, ABOUT], 'readwrite', { durability: 'strict' })
    const store = transaction.objectStore(UPDATES)
    const finished = completed(transaction)
    const others = store.getAll(IDBKeyRange.lowerBound(this.read, true))
    others.onsuccess = () => {
      this.doc.transact(() => {
        for (const update of others.result) Y.applyUpdate(this.doc, update)
      }, this)
      store.clear()
      const whole = store.add(Y.encodeStateAsUpdate(this.doc))
      whole.onsuccess = () => { this.read = Number(whole.result) }
      this.describe(transaction)
      noteChanges(transaction.objectStore(ABOUT), this.unsent(), saved)
    }
    await finished
  }
}

function noteChanges (store: IDBObjectStore, changes: string[], saved: string[]): void {
  for (const change of changes) store.put(1, CHANGE + change)
  for (const change of saved) store.delete(CHANGE + change)
}

/** The notes of changes, as a range of keys: "0" comes after "/". */
export const changesOnly = (): IDBKeyRange => IDBKeyRange.bound(CHANGE, 'change0', false, true)

export function openDatabase (name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(UPDATES, { autoIncrement: true })
      request.result.createObjectStore(ABOUT)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

export function answer<T> (request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

export function completed (transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}
