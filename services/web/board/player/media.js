import { waitAfter } from '../core/pace.js'
import { filesNeeded } from '../core/slides.js'
import { steadyMs } from './dom.js'

/*
 * Pictures and videos: fetched once, checked against their hash, kept by it, shown from there. An item waits until what it
 * needs is here; what the disk has no room for is held in memory.
 */

const FILE_SILENCE = 30000
const FILE_RETRY = 15000

/**
 * @param {object} deps
 * @param {import('./store.js').BoardStore} deps.store
 * @param {{ now: () => number }} deps.clock
 * @param {(text: string) => void} deps.problem
 * @param {() => void} deps.onReady a further file is here
 */
export function createMedia(deps) {
  /* By hash: address of what is here. */
  const urls = {}
  /* By hash: { url, bytes, failures, notBefore }. */
  let wanted = {}
  let order = []
  let busy = false
  let timer = 0

  function toldAs(blob, sha256) {
    urls[sha256] = URL.createObjectURL(blob)
  }

  function forgetOthers() {
    Object.keys(urls).forEach(sha256 => {
      if (wanted[sha256]) return
      URL.revokeObjectURL(urls[sha256])
      delete urls[sha256]
    })
  }

  function next() {
    clearTimeout(timer)
    if (busy) return
    const missing = order.filter(sha256 => !urls[sha256])
    const now = steadyMs()
    const due = missing.filter(sha256 => wanted[sha256].notBefore <= now)[0]
    if (due === undefined) {
      const soonest = missing.reduce((least, sha256) => Math.min(least, wanted[sha256].notBefore), Infinity)
      if (soonest < Infinity) timer = setTimeout(next, Math.max(1000, soonest - now))
      return
    }
    busy = true
    const file = wanted[due]
    get(due, file)
      .then(blob => {
        if (!wanted[due]) return
        toldAs(blob, due)
        deps.onReady()
      })
      .catch(error => {
        file.failures += 1
        file.notBefore = steadyMs() + waitAfter(file.failures, FILE_RETRY, Math.random())
        deps.problem(`file ${due.slice(0, 12)}: ${error.message || error}`)
      })
      .then(() => {
        busy = false
        next()
      })
  }

  function get(sha256, file) {
    return deps.store
      .medium(sha256)
      .catch(() => undefined)
      .then(kept => {
        if (kept && kept.blob && kept.blob.size === file.bytes) return kept.blob
        return download(file).then(bytes =>
          verified(bytes, sha256, file).then(() => {
            const blob = new Blob([bytes], { type: typeOf(file.url) })
            return keep(sha256, blob).then(() => blob)
          })
        )
      })
  }

  /* A full disk loses what was used longest ago and no item needs; never the manifest or the proofs. */
  function keep(sha256, blob) {
    const medium = { sha256: sha256, blob: blob, bytes: blob.size, usedAt: deps.clock.now() }
    return deps.store.putMedium(medium).catch(error =>
      deps.store
        .mediaList()
        .then(list => list.filter(m => !wanted[m.sha256]).sort((a, b) => a.usedAt - b.usedAt)[0])
        .then(oldest => {
          if (oldest) return deps.store.dropMedium(oldest.sha256).then(() => keep(sha256, blob))
          deps.problem(`storage: ${error.name || error}; a file is held in memory`)
        })
        .catch(() => deps.problem(`storage: ${error.name || error}`))
    )
  }

  return {
    /**
     * Tells which files the board needs now, in this order.
     * @param {{ files: { sha256: string, url: string, bytes: number }[] }[]} items
     */
    want: items => {
      const before = wanted
      wanted = {}
      order = []
      items.forEach(item => {
        item.files.forEach(file => {
          if (wanted[file.sha256]) return
          const known = before[file.sha256] || { failures: 0, notBefore: 0 }
          wanted[file.sha256] = Object.assign({}, known, { url: file.url, bytes: file.bytes })
          order.push(file.sha256)
        })
      })
      forgetOthers()
      next()
    },
    /** @param {string} sha256 @returns {string | undefined} where it can be shown from; undefined: not here yet */
    urlOf: sha256 => urls[sha256],
    /** Whether everything is here that an item needs. */
    ready: (item, strip) => filesNeeded(item, strip).every(sha256 => urls[sha256] !== undefined),
    /** A file that could not be drawn is fetched again, for its copy may be what is broken. */
    distrust: sha256 => {
      if (!wanted[sha256] || !urls[sha256]) return
      deps.store.dropMedium(sha256).catch(() => undefined)
      URL.revokeObjectURL(urls[sha256])
      delete urls[sha256]
      next()
    },
    /** Files that are on their way. */
    missing: () => order.filter(sha256 => !urls[sha256]).length,
  }
}

function typeOf(url) {
  const end = /\.(jpg|png|mp4)(\?|$)/.exec(url)
  return end === null ? '' : { jpg: 'image/jpeg', png: 'image/png', mp4: 'video/mp4' }[end[1]]
}

/* A slow line is no failure: only silence is. */
function download(file) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    let timer = 0
    const alive = () => {
      clearTimeout(timer)
      timer = setTimeout(() => xhr.abort(), FILE_SILENCE)
    }
    xhr.open('GET', file.url)
    xhr.responseType = 'arraybuffer'
    xhr.onprogress = event => {
      alive()
      // More than was announced is not what was announced.
      if (event.loaded > file.bytes) xhr.abort()
    }
    xhr.onloadend = () => {
      clearTimeout(timer)
      if (xhr.status === 200 && xhr.response) resolve(xhr.response)
      else reject(new Error(String(xhr.status || 'no answer')))
    }
    alive()
    xhr.send()
  })
}

/* Only a secure page may compute a hash; elsewhere the length has to do. */
function verified(bytes, sha256, file) {
  if (bytes.byteLength !== file.bytes) return Promise.reject(new Error(`${bytes.byteLength} bytes of ${file.bytes}`))
  if (!window.crypto || !crypto.subtle) return Promise.resolve()
  return crypto.subtle.digest('SHA-256', bytes).then(digest => {
    const hex = Array.from(new Uint8Array(digest))
      .map(byte => (byte < 16 ? '0' : '') + byte.toString(16))
      .join('')
    if (hex !== sha256) throw new Error('is not what it should be')
  })
}
