// The databases in the browser: how that of a board is laid out, and how they are asked.

/** The document's updates. */
export const UPDATES = 'updates'
/** The board's name, when it was last opened, and the changes and pictures that the server lacks. */
export const ABOUT = 'custom'
export const CHANGE = 'change/'
export const PICTURE = 'picture/'

/** The notes of changes, as a range of keys: "0" comes after "/". */
export const changesOnly = (): IDBKeyRange => IDBKeyRange.bound(CHANGE, 'change0', false, true)
export const picturesOnly = (): IDBKeyRange => IDBKeyRange.bound(PICTURE, 'picture0', false, true)

/** How much the server lacks, told within the transaction. */
export function countUnsent (notes: IDBObjectStore, tell: (count: number) => void): void {
  const changes = notes.count(changesOnly())
  const pictures = notes.count(picturesOnly())
  pictures.onsuccess = () => tell(changes.result + pictures.result) // answers come in their order
}

export function openDatabase (name: string): Promise<IDBDatabase> {
  return opened(name, database => {
    database.createObjectStore(UPDATES, { autoIncrement: true })
    database.createObjectStore(ABOUT)
  })
}

/** `lay` lays out a new one. */
export function opened (name: string, lay: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => lay(request.result)
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
