/*
 * What a board keeps over a restart: small things by name (`kept`) and files by their hash (`media`), in IndexedDB. A set
 * without it, or whose disk is broken, works on from memory and forgets with the power.
 */

/**
 * @typedef {{ sha256: string, blob: Blob, bytes: number, usedAt: number }} Medium
 * @typedef {object} BoardStore
 * @property {boolean} lasting whether it outlives this page
 * @property {(name: string) => Promise<any>} get undefined: never written
 * @property {(name: string, change: (value: any) => any) => Promise<any>} change reads and writes in one step, so that two
 *   tabs cannot come between; undefined from `change`: leave as it is. Gives what stands there afterwards
 * @property {(name: string, value: any) => Promise<void>} put done when it is on the disk
 * @property {(name: string, value: any) => void} leave writes something small at once, for the next page: a page that is left
 *   does not live to see `put` done. null: there is nothing
 * @property {(name: string) => any} left what the page before has left; null: nothing
 * @property {() => Promise<{ sha256: string, bytes: number, usedAt: number }[]>} mediaList
 * @property {(sha256: string) => Promise<Medium | undefined>} medium
 * @property {(medium: Medium) => Promise<void>} putMedium rejected with QuotaExceededError when the disk is full
 * @property {(sha256: string) => Promise<void>} dropMedium
 */

const DATABASE = 'loa-board'
/* Some sets never answer; a board must not wait for a disk. */
const OPEN_WITHIN = 5000

/** @returns {Promise<BoardStore>} never rejected */
export function openStore() {
  return new Promise(resolve => {
    const memory = memoryStore()
    const timer = setTimeout(() => resolve(memory), OPEN_WITHIN)
    const give = store => {
      clearTimeout(timer)
      resolve(store)
    }
    try {
      const opening = indexedDB.open(DATABASE, 1)
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('kept')
        opening.result.createObjectStore('media', { keyPath: 'sha256' })
      }
      opening.onsuccess = () => give(lastingStore(opening.result))
      opening.onerror = () => give(memory)
    } catch (_error) {
      give(memory)
    }
  })
}

/**
 * Runs one request in a transaction of its own.
 * @param {IDBDatabase} database
 * @param {'kept' | 'media'} table
 * @param {'readonly' | 'readwrite'} mode
 * @param {(objects: IDBObjectStore, give: (value: any) => void) => void} work
 * @returns {Promise<any>} fulfilled when it is committed
 */
function inTransaction(database, table, mode, work) {
  return new Promise((resolve, reject) => {
    let result
    const transaction = database.transaction(table, mode)
    transaction.oncomplete = () => resolve(result)
    transaction.onabort = () => reject(transaction.error || new Error('storage: aborted'))
    work(transaction.objectStore(table), value => {
      result = value
    })
  })
}

/* What is kept by name is worth more than any file: a full disk gives up files for it, those used longest ago first. */
function putFirst(database, name, value) {
  const put = () => inTransaction(database, 'kept', 'readwrite', objects => objects.put(value, name))
  return put().catch(error =>
    mediaOf(database).then(list => {
      const oldest = list.sort((a, b) => a.usedAt - b.usedAt)[0]
      if (!oldest) throw error
      const drop = inTransaction(database, 'media', 'readwrite', objects => objects.delete(oldest.sha256))
      return drop.then(() => putFirst(database, name, value))
    })
  )
}

function mediaOf(database) {
  return inTransaction(database, 'media', 'readonly', (objects, give) => {
    const list = []
    give(list)
    const walking = objects.openCursor()
    walking.onsuccess = () => {
      const at = walking.result
      if (!at) return
      list.push({ sha256: at.value.sha256, bytes: at.value.bytes, usedAt: at.value.usedAt })
      at.continue()
    }
  })
}

const LEFT = `${DATABASE}-left-`

function leave(name, value) {
  try {
    if (value === null) localStorage.removeItem(LEFT + name)
    else localStorage.setItem(LEFT + name, JSON.stringify(value))
  } catch (_error) {
    // A full disk, or none: what `put` has kept must do.
  }
}

function left(name) {
  try {
    return JSON.parse(localStorage.getItem(LEFT + name) || 'null')
  } catch (_error) {
    return null
  }
}

/**
 * @param {IDBDatabase} database
 * @returns {BoardStore}
 */
function lastingStore(database) {
  // Another tab with a newer player must be able to change the layout.
  database.onversionchange = () => database.close()
  return {
    lasting: true,
    get: name =>
      inTransaction(database, 'kept', 'readonly', (objects, give) => {
        const reading = objects.get(name)
        reading.onsuccess = () => give(reading.result)
      }),
    change: (name, change) =>
      inTransaction(database, 'kept', 'readwrite', (objects, give) => {
        const reading = objects.get(name)
        reading.onsuccess = () => {
          const next = change(reading.result)
          if (next !== undefined) objects.put(next, name)
          give(next === undefined ? reading.result : next)
        }
      }),
    put: (name, value) => putFirst(database, name, value),
    leave: leave,
    left: left,
    mediaList: () => mediaOf(database),
    medium: sha256 =>
      inTransaction(database, 'media', 'readonly', (objects, give) => {
        const reading = objects.get(sha256)
        reading.onsuccess = () => give(reading.result)
      }),
    putMedium: medium => inTransaction(database, 'media', 'readwrite', objects => objects.put(medium)),
    dropMedium: sha256 => inTransaction(database, 'media', 'readwrite', objects => objects.delete(sha256)),
  }
}

/** A store that forgets with the page: of the preview, and of a set without a disk. @returns {BoardStore} */
export function memoryStore() {
  const kept = {}
  const media = {}
  return {
    lasting: false,
    get: name => Promise.resolve(kept[name]),
    change: (name, change) => {
      const next = change(kept[name])
      if (next !== undefined) kept[name] = next
      return Promise.resolve(kept[name])
    },
    put: (name, value) => {
      kept[name] = value
      return Promise.resolve()
    },
    leave: () => undefined,
    left: () => null,
    mediaList: () => Promise.resolve(Object.keys(media).map(sha256 => media[sha256])),
    medium: sha256 => Promise.resolve(media[sha256]),
    putMedium: medium => {
      media[medium.sha256] = medium
      return Promise.resolve()
    },
    dropMedium: sha256 => {
      delete media[sha256]
      return Promise.resolve()
    },
  }
}
