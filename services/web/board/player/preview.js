import { readManifest, usualSettings } from '../core/manifest.js'

/*
 * The player inside the console: content handed over by message or in the address, or what a real board has.
 */

const ENDS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'video/mp4': 'mp4' }

/**
 * The files of a rendition, at the addresses that a signed-in person may read.
 * @param {any[]} media
 */
function filesOf(media) {
  return media.reduce((all, medium) => {
    const own = {
      sha256: medium.sha256,
      bytes: medium.bytes,
      url: fileUrl(medium.sha256, `${medium.mediaId}.${ENDS[medium.mime]}`),
    }
    if (!medium.poster) return all.concat(own)
    const poster = {
      sha256: medium.poster.sha256,
      bytes: medium.poster.bytes,
      url: fileUrl(medium.poster.sha256, `${medium.mediaId}.jpg`),
    }
    return all.concat(own, poster)
  }, [])
}

function fileUrl(sha256, name) {
  return `/files/${sha256}/${name}`
}

/**
 * A manifest that holds this content alone.
 * @param {any} content the board channel's rendition; `commune`, `kind`, `led` and `files` of the
 *   manifest may be added
 * @param {number} now
 * @returns {any} null: not a rendition
 */
export function manifestOf(content, now) {
  if (!content || !Array.isArray(content.pages)) return null
  const end = new Date(now + 86400000).toISOString()
  const media = Array.isArray(content.media) ? content.media : []
  const emergency = content.priority === 'emergency'
  const item = Object.assign({ pinned: false, weight: 1, takeover: 'full', qr: null }, content, {
    dispatchId: '0',
    revision: 0,
    contentHash: JSON.stringify(content),
    startsAt: new Date(now).toISOString(),
    expiresAt: end,
    media: media,
    files: Array.isArray(content.files) ? content.files : filesOf(media),
    led: content.led && Array.isArray(content.led.pages) ? content.led : null,
  })
  const manifest = {
    version: item.contentHash,
    board: { id: '0', name: '', commune: content.commune || '', kind: content.kind || 'screen' },
    settings: Object.assign({}, usualSettings, { led: content.led || null, drift: false }),
    items: [item],
    emergency: emergency ? [{ dispatchId: '0', mode: item.takeover, until: end }] : [],
    nextPollSeconds: 60,
    demo: content.demo === true,
  }
  return readManifest(JSON.stringify(manifest))
}

/** Content in the fragment of the address, base64url of JSON; undefined: none. */
function fromFragment() {
  if (location.hash.length < 2) return undefined
  try {
    const bytes = atob(location.hash.slice(1).replace(/-/g, '+').replace(/_/g, '/'))
    const escaped = bytes.replace(/[\s\S]/g, c => `%${`0${c.charCodeAt(0).toString(16)}`.slice(-2)}`)
    return JSON.parse(decodeURIComponent(escaped))
  } catch (_error) {
    // Half-typed content: what is shown stays.
    return undefined
  }
}

/** The board to be watched, from the address; empty: none. */
function watched() {
  const found = /[?&]board=(\d{1,18})(&|$)/.exec(location.search)
  return found === null ? '' : found[1]
}

/**
 * @param {object} deps
 * @param {import('./net.js').Net} deps.net
 * @param {{ now: () => number }} deps.clock
 * @param {(manifest: any) => void} deps.onManifest
 * @param {() => void} deps.turnPage
 */
export function startPreview(deps) {
  const take = content => {
    const manifest = manifestOf(content, deps.clock.now())
    if (manifest !== null) deps.onManifest(manifest)
  }
  const board = watched()
  let version = ''

  function watch() {
    deps.net
      .ask('GET', `/api/boards/${board}/manifest`, {
        headers: version === '' ? {} : { 'If-None-Match': `"${version}"` },
      })
      .then(answer => {
        const manifest = answer.status === 200 ? readManifest(answer.text) : null
        if (manifest !== null && manifest.version !== version) {
          version = manifest.version
          deps.onManifest(manifest)
        }
        setTimeout(watch, 10000)
      })
  }

  document.addEventListener('click', deps.turnPage)
  if (board !== '') return watch()
  window.addEventListener('hashchange', () => take(fromFragment()))
  window.addEventListener('message', event => {
    if (event.origin !== location.origin || !event.data) return
    if (event.data.type === 'loa-board-preview') take(event.data.content)
  })
  take(fromFragment())
  if (window.parent !== window) window.parent.postMessage({ type: 'loa-board-preview-ready' }, location.origin)
}
