import { nightlyMoment } from '../core/hours.js'
import { ownPlace } from '../core/pace.js'
import { steadyMs } from './dom.js'

/*
 * Weeks without anybody looking after it: a drawing that stands still, memory that grows, a screen that goes to sleep, a new
 * player to be loaded. Whatever needs a fresh page waits until the server answers, or a board would end in an error page.
 */

const LOOK_SILENCE = 15000
const NIGHTLY_SPAN = 30 * 60000
const TRY_AGAIN = 6 * 3600000

/**
 * @param {object} deps
 * @param {string} deps.build
 * @param {import('./net.js').Net} deps.net
 * @param {import('./store.js').BoardStore} deps.store
 * @param {(text: string) => void} deps.problem
 * @param {() => void} deps.beforeLeaving what is not kept yet is kept
 */
export function createGuard(deps) {
  let lastLook = steadyMs()
  let lastNow = 0
  let leaving = false
  let wishes = []

  /* Never from a cache: the worker leaves this address alone. */
  function serverAnswers() {
    return deps.net.ask('GET', '/b/sw.js').then(answer => answer.status === 200)
  }

  function reload(why) {
    if (leaving) return
    leaving = true
    serverAnswers()
      .then(there => {
        if (!there) return
        deps.problem(`reload: ${why}`)
        deps.beforeLeaving()
        location.reload()
      })
      .then(() => {
        leaving = false
      })
  }

  return {
    /** The drawing goes on. */
    looked: () => {
      lastLook = steadyMs()
    },
    /** Looks from outside the drawing whether it still goes on. */
    watch: () => {
      setInterval(() => {
        if (!document.hidden && steadyMs() - lastLook > LOOK_SILENCE) reload('the drawing stood still')
      }, 5000)
    },
    /**
     * Loads the page anew once a night, and for a wish that waited; not while an emergency is on screen.
     * @param {import('../core/hours.js').BoardSettings} settings
     * @param {number} now
     * @param {string} board
     * @param {boolean} emergency
     */
    nightly: (settings, now, board, emergency) => {
      // A clock that is set right leaps over nights that never were.
      const walked = now > lastNow && now - lastNow < 600000
      const due = walked && nightlyMoment(settings.reloadAt, ownPlace(board, NIGHTLY_SPAN), lastNow, now)
      lastNow = now
      if (due) wishes.push('nightly')
      if (wishes.length === 0 || emergency) return
      reload(wishes[0])
      wishes = []
    },
    /**
     * Loads another player, and tries again after hours when it did not come: a proxy that keeps handing out the old page must
     * not make us reload for ever.
     * @param {string} build of the server
     */
    newPlayer: build => {
      if (build === '' || build === deps.build) return
      let first = false
      deps.store
        .change('player', tried => {
          first = !tried || tried.build !== build || Math.abs(Date.now() - tried.triedAt) > TRY_AGAIN
          return first ? { build: build, triedAt: Date.now() } : undefined
        })
        .then(() => {
          if (first) freshWorker().then(() => wishes.push(`player ${build}`))
        })
        .catch(() => undefined)
    },
  }
}

/**
 * Where there is a service worker the page comes from it, so that it must fetch the new player first. It takes over only with
 * all parts of it.
 * @returns {Promise<void>} never rejected
 */
function freshWorker() {
  const workers = navigator.serviceWorker
  if (!workers || !workers.controller) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => resolve()
    workers.addEventListener('controllerchange', done)
    setTimeout(done, 60000)
    workers
      .getRegistration('/b')
      .then(registration =>
        registration.update().then(() => {
          if (!registration.installing && !registration.waiting) done()
        })
      )
      .catch(done)
  })
}

/**
 * Registers the worker that starts the board without the server. On plain http there is none, and the board says so.
 * @param {(text: string) => void} problem
 */
export function registerWorker(problem) {
  if (!navigator.serviceWorker) return
  navigator.serviceWorker.register('/b/sw.js', { scope: '/b' }).catch(error => problem(`worker: ${error}`))
}

/** Keeps the screen awake where the browser can; the set's own settings remain the real cure. */
export function keepAwake() {
  const lock = /** @type {any} */ (navigator).wakeLock
  if (!lock) return
  const ask = () => {
    if (!document.hidden) lock.request('screen').catch(() => undefined)
  }
  document.addEventListener('visibilitychange', ask)
  ask()
}

/** Asks the browser not to throw away what is kept when its disk gets short. */
export function keepStorage() {
  const storage = /** @type {any} */ (navigator).storage
  if (storage && storage.persist) storage.persist().catch(() => undefined)
}
