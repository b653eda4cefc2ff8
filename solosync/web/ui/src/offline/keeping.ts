// The copy of a board in the browser's database, and which changes and pictures of it the server lacks.
//
// There is a database for each person and board. An update and the note that the server lacks it are
// written together, so the count of changes is right whenever the browser ends. A picture goes from those
// that wait in one transaction with the change that puts it on the board, so it gets there once.

import * as Y from 'yjs'
import { ABOUT, answer, CHANGE, changesOnly, completed, openDatabase, PICTURE, picturesOnly, UPDATES } from './database'
import type { Picture } from './waiting'

export interface About { name: string, opened: number }

/** What an earlier version of this page counted changes by. */
const COUNTED_BEFORE = 'unsaved'
const TRIM_AFTER = 500

const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError'

export class Keeping {
  /** Removes what can be had again; whether there was anything. */
  makeRoom = async (): Promise<boolean> => false
  private database: IDBDatabase | null = null
  private isRewriting = false
  private isStopped = false
  /** False when something of the document could not be written, and isn't yet. */
  private isWhole = true
  /** Changes that the server has, of which the database may not know it yet. */
  private saved: string[] = []
  /** Pictures that are on the board, of which the database may not know it yet. */
  private placed: string[] = []
  /** A transaction to which what is written just now belongs. */
  private within: IDBTransaction | null = null
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
    return this.isWhole && (this.database !== null || this.isStopped)
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
      if (keys.length > TRIM_AFTER || before || !this.isWhole) this.rewrite()
      else void this.noteAbout()
      return told
    } catch {
      this.failed()
      return []
    }
  }

  /** Keeps an update; `change` if it was made here, and not yet sent. */
  add (update: Uint8Array, change?: string): void {
    // What only this device has is to survive a power cut.
    this.write(change ? 'strict' : 'relaxed', transaction => {
      transaction.objectStore(UPDATES).add(update)
      if (change) transaction.objectStore(ABOUT).put(1, CHANGE + change)
    })
  }

  /** The server has these. */
  drop (saved: string[]): void {
    this.saved.push(...saved)
    this.write('relaxed', transaction => this.forget(transaction))
  }

  // -- pictures that wait --------------------------------------------------------------------

  /** Rejects where that can't be known. */
  async pictures (): Promise<Picture[]> {
    if (!this.database) throw new Error('nothing is kept')
    return await answer(this.database.transaction(ABOUT).objectStore(ABOUT).getAll(picturesOnly()))
  }

  /** Rejects where the browser doesn't: the rest of the board may have room all the same. */
  async keepPicture (picture: Picture): Promise<void> {
    const put = (notes: IDBObjectStore): unknown => notes.put(picture, PICTURE + picture.id)
    await this.notePicture(put).catch(async error => {
      if (!isFull(error) || !await this.makeRoom()) throw error
      await this.notePicture(put)
    })
  }

  async dropPicture (id: string): Promise<void> {
    await this.notePicture(notes => notes.delete(PICTURE + id))
  }

  private async notePicture (note: (notes: IDBObjectStore) => unknown): Promise<void> {
    if (!this.database) throw new Error('nothing is kept')
    const transaction = this.database.transaction(ABOUT, 'readwrite', { durability: 'strict' })
    const finished = completed(transaction)
    note(transaction.objectStore(ABOUT))
    transaction.commit()
    await finished
  }

  /** Takes a picture from those that wait and lets `put` put it on the board, unless another tab did. */
  async place (id: string, put: () => void): Promise<void> {
    if (!this.database) {
      this.placed.push(id)
      put()
      return
    }
    const transaction = this.database.transaction([UPDATES, ABOUT], 'readwrite', { durability: 'strict' })
    const finished = completed(transaction)
    const notes = transaction.objectStore(ABOUT)
    const waits = notes.count(PICTURE + id)
    waits.onsuccess = () => {
      if (waits.result === 0) return
      notes.delete(PICTURE + id)
      this.within = transaction
      try {
        put()
      } finally {
        this.within = null
      }
    }
    await finished.catch(error => {
      this.placed.push(id)
      this.failed(error)
    })
  }

  /** Writes all of the document again: something is missing, or was taken away. */
  rewrite (): void {
    this.isWhole = false
    if (!this.isRewriting && !this.isStopped) void this.writeAll()
  }

  get needsRewriting (): boolean {
    return !this.isWhole && !this.isRewriting
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

  private failed (error?: unknown): void {
    if (this.isStopped) return
    this.database?.close()
    this.database = null
    this.isWhole = false
    this.whenTold()
    if (isFull(error)) void this.makeRoom().then(isMade => { if (isMade) this.rewrite() }, () => {})
  }

  /** At once, and committed at once: the page may be about to go. */
  private write (durability: IDBTransactionDurability, action: (transaction: IDBTransaction) => void): void {
    if (this.isStopped) return
    if (this.within) {
      action(this.within)
      return
    }
    if (this.database) {
      try {
        const transaction = this.database.transaction([UPDATES, ABOUT], 'readwrite', { durability })
        action(transaction)
        transaction.commit()
        completed(transaction).catch(error => this.failed(error))
      } catch {
        this.failed()
      }
    } else this.isWhole = false
    if (!this.isWhole) this.rewrite()
  }

  private async writeAll (): Promise<void> {
    this.isRewriting = true
    try {
      this.database ??= await openDatabase(this.name)
      const transaction = this.database.transaction([UPDATES, ABOUT], 'readwrite', { durability: 'strict' })
      const finished = completed(transaction)
      this.replace(transaction)
      await finished
      this.isWhole = true
      this.whenTold()
    } catch (error) {
      this.failed(error)
    }
    this.isRewriting = false
  }

  /** In one transaction with reading what other tabs have written meanwhile: nothing gets lost. */
  private replace (transaction: IDBTransaction): void {
    const store = transaction.objectStore(UPDATES)
    const notes = transaction.objectStore(ABOUT)
    const others = store.getAll(IDBKeyRange.lowerBound(this.read, true))
    others.onsuccess = () => {
      this.doc.transact(() => {
        for (const update of others.result) Y.applyUpdate(this.doc, update)
      }, this)
      store.clear()
      const whole = store.add(Y.encodeStateAsUpdate(this.doc))
      whole.onsuccess = () => { this.read = Number(whole.result) }
      this.describe(transaction)
      for (const change of this.unsent()) notes.put(1, CHANGE + change)
      this.forget(transaction)
    }
  }

  private forget (transaction: IDBTransaction): void {
    const [changes, pictures] = [this.saved, this.placed]
    const notes = transaction.objectStore(ABOUT)
    for (const change of changes) notes.delete(CHANGE + change)
    for (const id of pictures) notes.delete(PICTURE + id)
    transaction.addEventListener('complete', () => {
      this.saved = this.saved.filter(change => !changes.includes(change))
      this.placed = this.placed.filter(id => !pictures.includes(id))
    })
  }
}
