/*
 * Starts a board without its server: page, style, script and typeface of one build, kept together. A build is complete here
 * or not at all: while its parts are fetched the one before goes on, and half of one is thrown away.
 * The server writes the build and its parts in. Syntax of Chrome 53.
 */
const BUILD = '{{build}}'
const PARTS = JSON.parse('{{parts}}')
const CACHE = `loa-board-${BUILD}`
const PAGE = '/b'

/* While servers are replaced one after the other, a part may come from another build: then this one is not complete. */
function keepPart(cache, part) {
  return fetch(part, { cache: 'no-store', credentials: 'omit' }).then(answer => {
    if (!answer.ok || answer.headers.get('Loa-Player') !== BUILD) throw new Error(`${part} is not of build ${BUILD}`)
    return cache.put(part, answer)
  })
}

self.addEventListener('install', event => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then(cache => Promise.all([PAGE].concat(PARTS).map(part => keepPart(cache, part))))
      .then(() => self.skipWaiting())
      .catch(error => caches.delete(CACHE).then(() => Promise.reject(error)))
  )
})

self.addEventListener('activate', event => {
  const old = names => names.filter(name => name.indexOf('loa-board-') === 0 && name !== CACHE)
  event.waitUntil(
    caches
      .keys()
      .then(names => Promise.all(old(names).map(name => caches.delete(name))))
      .then(() => self.clients.claim())
  )
})

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return
  const page = url.pathname === PAGE && event.request.mode === 'navigate'
  const part = url.pathname.indexOf('/board-assets/') === 0
  if (!page && !part) return
  event.respondWith(
    caches
      .open(CACHE)
      .then(cache => cache.match(page ? PAGE : event.request))
      .then(kept => kept || fetch(event.request))
      .catch(() => fetch(event.request))
  )
})
