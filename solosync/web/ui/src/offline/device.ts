// What this browser keeps: for whom, which boards, how much of them isn't saved.

import { ABOUT, answer, completed, countUnsent, openDatabase, PICTURE, picturesOnly, UPDATES } from './database'
import { bytesOfPictures, forgetPictures } from './kept_pictures'
import { tellTabs } from './tabs'
import type { Picture } from './waiting'

export interface Person { id: string, name: string }
export interface KeptBoard {
  session: string
  name: string
  /** When it was last opened here, in milliseconds. */
  opened: number
  /** Changes and pictures that the server lacks. */
  unsent: number
}

const PREFIX = 'solosync/'
const DEVICE = 'solosync/device'
const PERSON = 'person'
const ASKED = 'solosync/asked'
const DAY_MS = 24 * 60 * 60 * 1000
const KEPT_DAYS = 60

export const databaseOf = (user: string, session: string): string => `${PREFIX}${user}/${session}`

// -- who is signed in --------------------------------------------------------------------------

export async function person (): Promise<Person | null> {
  try {
    const database = await openDatabase(DEVICE)
    const found = await answer(database.transaction(ABOUT).objectStore(ABOUT).get(PERSON))
    database.close()
    return found ?? null
  } catch {
    return null
  }
}

/** Null when nobody is, any more. */
export async function remember (person: Person | null): Promise<void> {
  try {
    const database = await openDatabase(DEVICE)
    const transaction = database.transaction(ABOUT, 'readwrite', { durability: 'strict' })
    transaction.objectStore(ABOUT).put(person, PERSON)
    await completed(transaction).finally(() => database.close())
  } catch {} // the browser keeps nothing, which the page of a board says
}

/** Asks the browser once not to tidy away what only it has. */
export function askToPersist (): void {
  try {
    if (localStorage.getItem(ASKED) || !navigator.storage?.persist) return
    localStorage.setItem(ASKED, 'yes')
    void navigator.storage.persist()
  } catch {}
}

// -- boards ------------------------------------------------------------------------------------

/** A person's boards on this device, the last opened first. */
export async function keptBoards (user: string): Promise<KeptBoard[]> {
  const prefix = databaseOf(user, '')
  const databases = await everyDatabase()
  const names = databases.map(({ name = '' }) => name).filter(name => name.startsWith(prefix))
  const boards = await Promise.all(names.map(name => look(name, name.slice(prefix.length))))
  return boards.filter(board => board !== null).sort((a, b) => b.opened - a.opened)
}

async function everyDatabase (): Promise<IDBDatabaseInfo[]> {
  try {
    return await indexedDB.databases()
  } catch {
    return [] // refused, or not known to an old browser
  }
}

async function look (database: string, session: string): Promise<KeptBoard | null> {
  const opened = await openDatabase(database)
  try {
    const transaction = opened.transaction([UPDATES, ABOUT])
    const notes = transaction.objectStore(ABOUT)
    const [name, at, unsent, updates] = await Promise.all([
      answer(notes.get('name')), answer(notes.get('opened')),
      new Promise<number>(resolve => countUnsent(notes, resolve)), answer(transaction.objectStore(UPDATES).count())
    ])
    if (updates + unsent === 0) return null
    return { session, name: String(name ?? ''), opened: Number(at ?? 0), unsent }
  } finally {
    opened.close()
  }
}

export async function sizeOf (user: string, session: string): Promise<number> {
  const opened = await openDatabase(databaseOf(user, session))
  try {
    const transaction = opened.transaction([UPDATES, ABOUT])
    const [updates, pictures] = await Promise.all([
      answer<Uint8Array[]>(transaction.objectStore(UPDATES).getAll()),
      answer<Picture[]>(transaction.objectStore(ABOUT).getAll(picturesOnly()))
    ])
    const copies = await bytesOfPictures(user, session)
    return copies + sum(updates.map(update => update.byteLength)) + sum(pictures.map(({ content }) => content.size))
  } finally {
    opened.close()
  }
}

const sum = (sizes: number[]): number => sizes.reduce((all, size) => all + size, 0)

/** Removes a board from this device unless it has something that the server lacks. Whether it did. */
export async function clearSaved (user: string, session: string): Promise<boolean> {
  const database = databaseOf(user, session)
  const opened = await openDatabase(database)
  try {
    const transaction = opened.transaction([UPDATES, ABOUT], 'readwrite')
    let isCleared = false
    countUnsent(transaction.objectStore(ABOUT), unsent => {
      if (unsent > 0) return
      empty(transaction)
      isCleared = true
    })
    await completed(transaction)
    if (isCleared) {
      await forgetPictures(user, session)
      tellTabs(database, { kind: 'cleared' })
    }
    return isCleared
  } finally {
    opened.close()
  }
}

/** Lets pictures wait for another board. */
export async function handOver (user: string, session: string, name: string, pictures: Picture[]): Promise<void> {
  if (pictures.length === 0) return
  const opened = await openDatabase(databaseOf(user, session))
  const transaction = opened.transaction(ABOUT, 'readwrite', { durability: 'strict' })
  const notes = transaction.objectStore(ABOUT)
  notes.put(name, 'name')
  notes.put(Date.now(), 'opened')
  for (const picture of pictures) notes.put(picture, PICTURE + picture.id)
  await completed(transaction).finally(() => opened.close())
}

/** Removes a board from this device, with what only this device has. */
export async function discard (user: string, session: string): Promise<void> {
  const database = databaseOf(user, session)
  const opened = await openDatabase(database)
  tellTabs(database, { kind: 'discarded' })
  const transaction = opened.transaction([UPDATES, ABOUT], 'readwrite')
  empty(transaction)
  await completed(transaction).finally(() => opened.close())
  await forgetPictures(user, session)
}

/** Removes what nobody has opened for long, unless it has something that the server lacks. */
export async function tidy (user: string): Promise<void> {
  const before = Date.now() - KEPT_DAYS * DAY_MS
  const old = (await keptBoards(user)).filter(({ opened, unsent }) => opened < before && unsent === 0)
  for (const { session } of old) await clearSaved(user, session)
}

// The database itself stays, empty: deleting it could take along what a tab writes meanwhile.
function empty (transaction: IDBTransaction): void {
  transaction.objectStore(UPDATES).clear()
  transaction.objectStore(ABOUT).clear()
}
