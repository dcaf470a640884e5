import { steadyMs } from './dom.js'

/*
 * What the board says of itself, from inside the page that draws: a dead page goes silent. Proof of display is kept on the
 * disk until the server has it.
 */

const BEAT_EVERY = 60000
/* News of what is on screen goes out at once, but no faster than this. */
const AT_MOST_EVERY = 5000
const MOST_ROWS = 200
const MOST_PROBLEMS = 20

/**
 * Errors since they were last reported; they never reach the screen.
 * @param {boolean} aloud to the console as well: a preview reports to nobody
 */
export function createProblems(aloud) {
  let list = []
  let keep = () => undefined
  return {
    /**
     * A page that is left writes nothing more, so every line is kept as it comes.
     * @param {(list: string[]) => void} store
     */
    keepWith: store => {
      keep = () => store(list.slice())
    },
    /** @param {unknown} text */
    add: text => {
      const line = String(text).slice(0, 300)
      if (list[list.length - 1] === line) return
      if (aloud) console.warn(line)
      list.push(line)
      if (list.length > MOST_PROBLEMS) list.shift()
      keep()
    },
    now: () => list.slice(),
    /** @param {string[]} sent */
    reported: sent => {
      list = list.filter(line => sent.indexOf(line) < 0)
      keep()
    },
  }
}

/* A portal, or a proxy that is ill, says yes to everything: what it swallowed would be told to nobody. */
function isTaken(answer) {
  if (answer === null || answer.status < 200 || answer.status >= 300) return false
  const said = answer.json()
  return Boolean(said) && typeof said.recorded === 'number'
}

/**
 * @param {object} deps
 * @param {string} deps.boot
 * @param {string} deps.build
 * @param {{ ask: (method: string, path: string, options?: any) => Promise<any>, paired: () => boolean }} deps.session
 * @param {import('./store.js').BoardStore} deps.store
 * @param {import('../core/clock.js').BoardClock} deps.clock
 * @param {import('../core/displays.js').Displays} deps.displays
 * @param {ReturnType<typeof createProblems>} deps.problems
 * @param {() => string} deps.version
 * @param {() => { mode: string, now: any }} deps.showing
 */
export function createReport(deps) {
  let sending = false
  /* From here on nothing that was begun before may clear what is left for the next page. */
  let leaving = false
  let lastSent = -Infinity
  let timer = 0
  let soonTimer = 0

  function space() {
    const storage = /** @type {any} */ (navigator).storage
    if (!storage || !storage.estimate) return Promise.resolve(null)
    return storage.estimate().then(
      found => ({ usedBytes: found.usage || 0, quotaBytes: found.quota || 0 }),
      () => null
    )
  }

  function body(storage, rows, problems) {
    const showing = deps.showing()
    return {
      version: deps.version(),
      boot: deps.boot,
      visible: !document.hidden,
      mode: showing.mode,
      now: showing.now,
      displays: rows,
      player: deps.build,
      screen: `${window.innerWidth}x${window.innerHeight}`,
      clockSkewMs: deps.clock.skewMs(),
      storage: storage,
      offlineReady: Boolean(navigator.serviceWorker && navigator.serviceWorker.controller && deps.store.lasting),
      problems: problems,
    }
  }

  function keepRows() {
    return deps.store
      .put('displays', deps.displays.unsent())
      .then(() => {
        if (!leaving) deps.store.leave('displays', null)
      })
      .catch(error => deps.problems.add(`proof not kept: ${error}`))
  }

  function send() {
    clearTimeout(timer)
    timer = setTimeout(send, BEAT_EVERY)
    if (sending || !deps.session.paired()) return
    sending = true
    lastSent = steadyMs()
    space()
      .then(storage => {
        const rows = deps.displays.batch(MOST_ROWS)
        const problems = deps.problems.now()
        const beat = body(storage, rows, problems)
        return deps.session.ask('POST', '/api/board/heartbeat', { body: beat }).then(answer => {
          if (!isTaken(answer)) {
            if (answer === null || answer.status !== 422) return
            // What the server will never take must not block all that comes after it.
            deps.displays.acknowledge(rows)
            deps.problems.reported(problems)
            deps.problems.add(`heartbeat: refused with ${rows.length} rows`)
            return
          }
          deps.displays.acknowledge(rows)
          deps.problems.reported(problems)
          if (rows.length === MOST_ROWS) soon()
        })
      })
      .catch(error => deps.problems.add(`heartbeat: ${error}`))
      .then(keepRows)
      .then(() => {
        sending = false
      })
  }

  function soon() {
    clearTimeout(soonTimer)
    soonTimer = setTimeout(send, Math.max(0, lastSent + AT_MOST_EVERY - steadyMs()))
  }

  return {
    start: () => {
      clearTimeout(timer)
      timer = setTimeout(send, 3000)
    },
    /** Something is worth telling before the minute is over. */
    soon: soon,
    /** What is not told yet is put on the disk. */
    keep: keepRows,
    /** The page is left: the disk takes no work any more that is not done at once. */
    leave: () => {
      leaving = true
      deps.store.leave('displays', deps.displays.unsent())
    },
    /** What the officer sees of a board that waits to be paired. */
    about: () => ({ screen: `${window.innerWidth}x${window.innerHeight}`, player: deps.build }),
  }
}
