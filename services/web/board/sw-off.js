/*
 * Takes the place of a worker that went wrong (LOA_BOARD_WORKER=off): forgets every build that was kept and removes itself, so
 * that the next start asks the server. What the board shows, its credential and its proofs are elsewhere and stay.
 */
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', event => {
  const ours = names => names.filter(name => name.indexOf('loa-board-') === 0)
  event.waitUntil(
    caches
      .keys()
      .then(names => Promise.all(ours(names).map(name => caches.delete(name))))
      .then(() => self.registration.unregister())
  )
})
