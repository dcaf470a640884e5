import { readManifest } from '../core/manifest.js'
import { ownPlace, pollAfter, waitAfter } from '../core/pace.js'
import { steadyMs } from './dom.js'

/*
 * Truth by pull: the manifest, once a minute and whenever a poke says that it is another one. Whatever comes instead of a
 * manifest, what is known stays.
 */

const POLL_RETRY = 15000
/* A server that was away finds its boards back within a minute, not all at once. */
const LONGEST_WAIT = 60000

/**
 * @param {object} deps
 * @param {ReturnType<typeof import('./session.js').createSession>} deps.session
 * @param {(text: string) => void} deps.problem
 * @param {(manifest: any, text: string) => void} deps.onManifest another one than before
 * @param {() => void} deps.onAnswer the server said what is true, changed or not
 * @param {(build: string) => void} deps.onPlayer the build that the server has
 */
export function createSync(deps) {
  let version = ''
  let seconds = 60
  let failures = 0
  let asking = false
  let again = false
  let timer = 0
  let source = null
  let sourceFailures = 0
  let sourceTimer = 0
  let pokedAt = -Infinity

  function pollIn(ms) {
    clearTimeout(timer)
    timer = setTimeout(poll, ms)
  }

  function poll() {
    if (asking) {
      again = true
      return
    }
    asking = true
    clearTimeout(timer)
    const headers = version === '' ? {} : { 'If-None-Match': `"${version}"` }
    deps.session
      .ask('GET', '/api/board/manifest', { headers: headers })
      .then(answer => {
        const good = answer !== null && taken(answer)
        failures = good ? 0 : failures + 1
        if (good) deps.onAnswer()
      })
      .catch(error => {
        failures += 1
        deps.problem(`manifest: ${error}`)
      })
      .then(() => {
        asking = false
        const wait =
          failures === 0
            ? pollAfter(seconds, deps.session.boardId())
            : Math.min(LONGEST_WAIT, waitAfter(failures, POLL_RETRY, Math.random()))
        pollIn(again ? 0 : wait)
        again = false
      })
  }

  function taken(answer) {
    if (answer.status === 200) {
      const next = readManifest(answer.text)
      if (next === null) {
        deps.problem('manifest: not one')
        return false
      }
      seconds = next.nextPollSeconds
      if (next.version !== version) {
        // A stream that says nothing of a change is no longer one, whatever the browser believes.
        if (version !== '' && steadyMs() - pokedAt > 15000) reopen()
        version = next.version
        deps.onManifest(next, answer.text)
      }
    } else if (answer.status !== 304) {
      deps.problem(`manifest: ${answer.status || 'no answer'}`)
      return false
    }
    deps.onPlayer(answer.header('Loa-Player') || '')
    return true
  }

  function listen() {
    clearTimeout(sourceTimer)
    if (typeof EventSource === 'undefined' || source !== null) return
    deps.session.token().then(token => {
      if (source !== null) return
      if (token === null) return listenLater()
      source = new EventSource(`/api/board/events?access=${encodeURIComponent(token)}`)
      source.addEventListener('version', poked)
      source.onopen = () => {
        sourceFailures = 0
      }
      source.onerror = () => {
        // The browser comes back by itself, except after an answer that was no stream: then the token is over.
        if (source === null || source.readyState !== 2) return
        close()
        listenLater()
      }
    })
  }

  function listenLater() {
    sourceFailures += 1
    clearTimeout(sourceTimer)
    sourceTimer = setTimeout(listen, Math.min(LONGEST_WAIT, waitAfter(sourceFailures, 2000, Math.random())))
  }

  function close() {
    if (source !== null) source.close()
    source = null
  }

  function reopen() {
    if (source === null) return
    close()
    listen()
  }

  function poked(event) {
    pokedAt = steadyMs()
    let poke
    try {
      poke = JSON.parse(event.data)
    } catch (_error) {
      return
    }
    if (!poke || poke.version === version) return
    // Boards of a province hear of a change together; they ask within a second of each other.
    pollIn(poke.urgent ? 0 : ownPlace(deps.session.boardId(), 1000))
  }

  return {
    /** Begins with what is known: a manifest that was kept. */
    know: manifest => {
      version = manifest.version
      seconds = manifest.nextPollSeconds
    },
    start: () => {
      poll()
      listen()
    },
    /** Asks at once: the set slept, or its clock was moved. */
    now: () => pollIn(0),
    version: () => version,
  }
}
