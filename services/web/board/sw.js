/*
 * Starts a board without its server: page, style, script and typeface of one build, kept together. A build is complete here
 * or not at all: while its parts are fetched the one before goes on, and half of one is thrown away.
 * `{{build}}` and `{{parts}}` are written in by the server. Syntax of Chrome 53.
 */
const BUILD = '{{build}}'
const PARTS = JSON.parse('{{parts}}')
const CACHE = `loa-board-${BUILD}`
const PAGE = '/b'

/* The server may have been replaced in between: a page of another build is not of this one. */
function addPage(cache) {
  return fetch(PAGE, { cache: 'no-store', credentials: 'omit' }).then(answer =>
    answer.text().then(text => {
      if (!answer.ok || text.indexOf(`content="${BUILD}"`) < 0) throw new Error('the page is of another build')
      const headers = { 'Content-Type': 'text/html; charset=utf-8' }
      const policy = answer.headers.get('Content-Security-Policy')
      if (policy) headers['Content-Security-Policy'] = policy
      return cache.put(PAGE, new Response(text, { headers: headers }))
    })
  )
}

self.addEventListener('install', event => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then(cache => cache.addAll(PARTS).then(() => addPage(cache)))
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
