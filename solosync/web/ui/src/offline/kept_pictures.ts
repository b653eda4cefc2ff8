// Copies of the pictures on boards, so that they are shown without the server too. There is a database for
// each person. The server has all that is in it, so these are the first to go where room is short.

import { answer, completed, opened } from './database'

interface Copy {
  session: string
  address: string
  bytes: number
  /** When its board was last opened, in milliseconds. */
  used: number
}

const PREFIX = 'solosync-pictures/'
const ABOUT = 'about'
const CONTENTS = 'contents'
const MOST_OF_BOARD = 100e6 // bytes
const MOST_IN_ALL = 500e6

const keyOf = ({ session, address }: Pick<Copy, 'session' | 'address'>): IDBValidKey => [session, address]
/** A list comes after every text. */
const ofBoard = (session: string): IDBKeyRange => IDBKeyRange.bound([session], [session, []])
const sizeOf = (copies: Copy[]): number => copies.reduce((sum, { bytes }) => sum + bytes, 0)

export class KeptPictures {
  private database: Promise<IDBDatabase> | null = null
  private isStopped = false
  private isFull = false
  private readonly opened = Date.now()
  /** What needn't be looked at again. */
  private readonly seen = new Set<string>()

  constructor (private readonly user: string, private readonly session: string) {}

  async find (address: string): Promise<Blob | null> {
    try {
      const contents = (await this.open()).transaction(CONTENTS).objectStore(CONTENTS)
      return await answer(contents.get(keyOf({ session: this.session, address }))) ?? null
    } catch {
      return null // the browser keeps nothing, and the server has it
    }
  }

  /** Keeps what the board shows, those first that are named first, as far as there is room for them. */
  async keepAll (addresses: string[]): Promise<void> {
    const fresh = addresses.filter(address => !this.seen.has(address))
    if (fresh.length === 0 || this.isStopped || this.isFull) return
    for (const address of fresh) this.seen.add(address)
    const known = await this.touch(fresh).catch(() => null)
    if (!known) return
    for (const address of fresh) {
      if (known.has(address)) continue
      const content = await fetched(address)
      if (!content) this.seen.delete(address) // the next time, maybe
      else if (!await this.keep(address, content)) return
    }
  }

  /** Whether there was room for it. */
  async keep (address: string, content: Blob): Promise<boolean> {
    if (this.isStopped || this.isFull) return false
    this.seen.add(address)
    try {
      this.isFull = !await this.write({ session: this.session, address, bytes: content.size, used: this.opened }, content)
    } catch {
      this.isFull = true
    }
    return !this.isFull
  }

  /** What was kept was removed from this device. */
  begin (): void {
    this.seen.clear()
    this.isFull = false
  }

  stop (): void {
    this.isStopped = true
    void this.database?.then(database => database.close()).catch(() => {})
    this.database = null
  }

  private open (): Promise<IDBDatabase> {
    this.database ??= openPictures(this.user)
    return this.database
  }

  /** Notes that they are in use; answers with those that are kept already. */
  private async touch (addresses: string[]): Promise<Set<string>> {
    const transaction = (await this.open()).transaction(ABOUT, 'readwrite')
    const finished = completed(transaction)
    const about = transaction.objectStore(ABOUT)
    const known = new Set<string>()
    for (const address of addresses) {
      const found: IDBRequest<Copy | undefined> = about.get(keyOf({ session: this.session, address }))
      found.onsuccess = () => {
        if (!found.result) return
        known.add(address)
        about.put({ ...found.result, used: this.opened }, keyOf(found.result))
      }
    }
    await finished
    return known
  }

  private async write (copy: Copy, content: Blob): Promise<boolean> {
    const transaction = (await this.open()).transaction([ABOUT, CONTENTS], 'readwrite')
    const finished = completed(transaction)
    const [about, contents] = [transaction.objectStore(ABOUT), transaction.objectStore(CONTENTS)]
    let isWritten = false
    const all: IDBRequest<Copy[]> = about.getAll()
    all.onsuccess = () => {
      const leaving = madeRoom(all.result, copy)
      if (!leaving || this.isStopped) return
      for (const one of leaving) {
        about.delete(keyOf(one))
        contents.delete(keyOf(one))
      }
      about.put(copy, keyOf(copy))
      contents.put(content, keyOf(copy))
      isWritten = true
    }
    await finished
    return isWritten
  }
}

/** Which copies go for one more, the longest unused first; null if it finds no room beside those in use. */
function madeRoom (copies: Copy[], fresh: Copy): Copy[] | null {
  const leaving = new Set<Copy>()
  const fits = (among: Copy[], most: number): boolean => {
    const unused = among.filter(({ used }) => used < fresh.used).sort((one, other) => one.used - other.used)
    let bytes = sizeOf(among) + fresh.bytes
    for (const one of unused) {
      if (bytes <= most) break
      leaving.add(one)
      bytes -= one.bytes
    }
    return bytes <= most
  }
  const others = copies.filter(({ session, address }) => session !== fresh.session || address !== fresh.address)
  const isRoom = fits(others.filter(({ session }) => session === fresh.session), MOST_OF_BOARD) &&
    fits(others.filter(one => !leaving.has(one)), MOST_IN_ALL)
  return isRoom ? [...leaving] : null
}

async function fetched (address: string): Promise<Blob | null> {
  try {
    const answer = await fetch(address)
    return answer.ok ? await answer.blob() : null
  } catch {
    return null
  }
}

export async function bytesOfPictures (user: string, session: string): Promise<number> {
  const database = await openPictures(user)
  try {
    return sizeOf(await answer(database.transaction(ABOUT).objectStore(ABOUT).getAll(ofBoard(session))))
  } finally {
    database.close()
  }
}

/** Removes those of a board, or all that are kept for a person; whether there were any. */
export async function forgetPictures (user: string, session?: string): Promise<boolean> {
  const database = await openPictures(user)
  try {
    const transaction = database.transaction([ABOUT, CONTENTS], 'readwrite')
    const finished = completed(transaction)
    const range = session === undefined ? undefined : ofBoard(session)
    const count = transaction.objectStore(ABOUT).count(range)
    for (const store of [ABOUT, CONTENTS]) {
      if (range) transaction.objectStore(store).delete(range)
      else transaction.objectStore(store).clear()
    }
    await finished
    return count.result > 0
  } finally {
    database.close()
  }
}

function openPictures (user: string): Promise<IDBDatabase> {
  return opened(PREFIX + user, database => {
    for (const store of [ABOUT, CONTENTS]) database.createObjectStore(store)
  })
}
