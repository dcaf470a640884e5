import { waitAfter } from '../core/pace.js'
import { steadyMs } from './dom.js'

/*
 * Who this board is to the server: pairing by a code, then tokens that change with each use. A refresh token is on the disk
 * before it is used, and two tabs of one set share what is there, so neither a power cut nor a second tab looks like a thief.
 */

/** An access token is renewed this long before its end. */
const RENEW_BEFORE = 120000
/** As long as one tab may take to renew; after that another one may. */
const LEASE_LASTS = 30000
const TOKEN_RETRY = 15000
/* A server that was away for longer than a token lasts finds its boards back within a minute all the same. */
const RENEW_WITHIN = 60000

/**
 * @typedef {{ refreshToken: string, accessToken: string, endsAt: number, boardId: string }} Credential `endsAt`: corrected time
 * @typedef {{ code: string, secret: string, endsAt: number, pollSeconds: number, qr: any, url: string }} Pairing
 */

/**
 * @param {object} deps
 * @param {import('./store.js').BoardStore} deps.store
 * @param {import('./net.js').Net} deps.net
 * @param {{ now: () => number, tick: () => boolean }} deps.clock
 * @param {(text: string) => void} deps.problem
 * @param {() => unknown} deps.about what the board says of itself while it waits to be paired
 * @param {(pairing: Pairing | null) => void} deps.onPairing a code to be shown; null: none any more
 * @param {() => void} deps.onOther it is to be another board than it was, or nobody knows which it was
 * @param {() => void} deps.onReady there are tokens now
 */
export function createSession(deps) {
  const me = String(Math.random()).slice(2)
  /** @type {Credential | null} */
  let credential = null
  let refused = 0
  let notBefore = 0
  let renewing = null
  /* The newest credential, when the disk did not take it. @type {Credential | null} */
  let unkept = null
  let pairingTimer = 0
  let pairing = false

  function credentialOf(tokens, boardId) {
    const ends = Date.parse(tokens.accessExpiresAt)
    // A server that says it has ended already has another idea of the time; a few minutes are safe.
    const endsAt = ends > deps.clock.now() ? ends : deps.clock.now() + 5 * 60000
    return { refreshToken: tokens.refreshToken, accessToken: tokens.accessToken, endsAt: endsAt, boardId: boardId }
  }

  function isCredential(value) {
    return Boolean(value && typeof value.refreshToken === 'string' && typeof value.accessToken === 'string')
  }

  function areTokens(value) {
    return isCredential(value) && Number.isFinite(Date.parse(value.accessExpiresAt))
  }

  function lasts(value) {
    // An end far away was written by a clock that was wrong.
    const left = value.endsAt - deps.clock.now()
    return left > RENEW_BEFORE && left < 20 * 60000
  }

  /* One tab renews at a time: the others take what it has written. */
  function takeLease() {
    let mine = false
    return deps.store
      .change('lease', lease => {
        mine = !lease || lease.by === me || Math.abs(Date.now() - lease.takenAt) > LEASE_LASTS
        return mine ? { by: me, takenAt: Date.now() } : undefined
      })
      .then(
        () => mine,
        // On a disk that takes nothing more nobody can take turns; a board that does not renew would hear of nothing.
        () => true
      )
  }

  function renew(stale) {
    // What the disk did not take is newer than what stands there, and the older one would betray a second player.
    const reading = unkept ? Promise.resolve(unkept) : deps.store.get('credential').catch(() => credential)
    return reading.then(kept => {
      if (!isCredential(kept)) return lost()
      if (kept.accessToken !== stale && lasts(kept)) return take(kept)
      return takeLease().then(mine => (mine ? exchange(kept) : null))
    })
  }

  function exchange(kept) {
    return deps.net.ask('POST', '/api/board/token', { body: { refreshToken: kept.refreshToken } }).then(answer => {
      const tokens = answer.status === 200 ? answer.json() : undefined
      if (areTokens(tokens)) {
        const next = credentialOf(tokens, kept.boardId)
        return deps.store.put('credential', next).then(
          () => {
            unkept = null
            return freeLease().then(() => take(next))
          },
          // A disk that takes nothing more: what is in memory is good until the next restart.
          error => {
            unkept = next
            deps.problem(`credential not kept: ${error}`)
            return take(next)
          }
        )
      }
      return freeLease().then(() => {
        if (answer.status !== 401) return failed(`token: ${answer.status || 'no answer'}`)
        const mine = unkept !== null
        unkept = null
        return deps.store.get('credential').then(now => {
          if (!mine && isCredential(now) && now.refreshToken !== kept.refreshToken) return take(now)
          return lost()
        })
      })
    })
  }

  function freeLease() {
    return deps.store.put('lease', null).catch(() => undefined)
  }

  function take(value) {
    const first = credential === null
    credential = value
    if (first) stopPairing()
    if (first) deps.onReady()
    return value.accessToken
  }

  function failed(text) {
    deps.problem(text)
    refused += 1
    notBefore = steadyMs() + Math.min(RENEW_WITHIN, waitAfter(refused, TOKEN_RETRY, Math.random()))
    return null
  }

  function lost() {
    credential = null
    startPairing()
    return null
  }

  /* ---- pairing ---- */

  function startPairing() {
    if (pairing) return
    pairing = true
    deps.store.get('pairing').then(kept => {
      if (kept && typeof kept.secret === 'string' && kept.endsAt > deps.clock.now()) ask(kept)
      else newCode(0)
    })
  }

  function stopPairing() {
    pairing = false
    clearTimeout(pairingTimer)
    deps.onPairing(null)
  }

  function newCode(failures) {
    if (!pairing) return
    deps.net.ask('POST', '/api/board/pairing', { body: { about: deps.about() } }).then(answer => {
      const started = answer.status >= 200 && answer.status < 300 ? answer.json() : undefined
      if (!pairing) return
      if (!started || typeof started.code !== 'string' || typeof started.secret !== 'string') {
        deps.problem(`pairing: ${answer.status || 'no answer'}`)
        pairingTimer = setTimeout(() => newCode(failures + 1), waitAfter(failures + 1, TOKEN_RETRY, Math.random()))
        return
      }
      const next = {
        code: started.code,
        secret: started.secret,
        endsAt: Date.parse(started.expiresAt),
        pollSeconds: Number(started.pollSeconds) || 5,
        qr: started.qr || null,
        url: typeof started.url === 'string' ? started.url : '',
      }
      deps.store.put('pairing', next).catch(() => undefined)
      ask(next)
    })
  }

  function ask(started) {
    deps.onPairing(started)
    deps.net.ask('POST', '/api/board/pairing/poll', { body: { secret: started.secret } }).then(answer => {
      if (!pairing) return
      const poll = answer.status === 200 ? answer.json() : undefined
      if (poll && poll.state === 'paired' && areTokens(poll.tokens)) return paired(poll)
      const over =
        (poll && poll.state === 'expired') || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
      if (over || started.endsAt <= deps.clock.now()) return newCode(0)
      pairingTimer = setTimeout(() => ask(started), Math.max(1, started.pollSeconds) * 1000)
    })
  }

  function paired(poll) {
    const next = credentialOf(poll.tokens, String(poll.board.id))
    deps.store
      .get('credential')
      .catch(() => undefined)
      .then(before => {
        if (!before || before.boardId !== next.boardId) deps.onOther()
        return deps.store.put('credential', next)
      })
      .catch(error => deps.problem(`credential not kept: ${error}`))
      .then(() => deps.store.put('pairing', null).catch(() => undefined))
      .then(() => take(next))
  }

  return {
    /** Tells boards from each other; empty before pairing. */
    boardId: () => (credential ? credential.boardId : ''),
    paired: () => credential !== null,
    /** Reads what is kept; asks for a pairing when there is nothing. */
    start: () =>
      deps.store.get('credential').then(kept => {
        if (isCredential(kept)) take(kept)
        else lost()
      }),
    /**
     * A token that will hold for the next question.
     * @param {string} [stale] one that the server has just refused
     * @returns {Promise<string | null>} null: none now; the caller waits for its next turn
     */
    token: stale => {
      if (credential === null || steadyMs() < notBefore) return Promise.resolve(null)
      if (credential.accessToken !== stale && lasts(credential)) return Promise.resolve(credential.accessToken)
      if (renewing === null) {
        const done = () => {
          renewing = null
        }
        renewing = renew(stale)
        renewing.then(done, done)
      }
      return renewing
    },
    /**
     * A question in the board's name. A refused token is renewed once; when that is refused as well, the next questions wait.
     * @returns {Promise<import('./net.js').Answer | null>} null: not asked
     */
    ask: function ask(method, path, options) {
      const asked = token =>
        deps.net.ask(method, path, {
          headers: Object.assign({ Authorization: `Bearer ${token}` }, options && options.headers),
          body: options && options.body,
        })
      return this.token().then(token => {
        if (token === null) return null
        return asked(token).then(answer => {
          if (answer.status !== 401) {
            if (answer.status > 0) refused = 0
            return answer
          }
          return this.token(token).then(next => {
            if (next === null || next === token) return answer
            return asked(next).then(again => {
              if (again.status === 401) failed(`${path}: refused with a new token`)
              return again
            })
          })
        })
      })
    },
  }
}
