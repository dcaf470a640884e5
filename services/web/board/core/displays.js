/*
 * Proof of display: how long each item stood on this board, by hour. Sums only grow within one run of the player, so that
 * rows may be sent again, late and in any order. "Displayed on the board" is all that they say.
 *
 * While the board cannot be sure of the time, nothing is told: what stood is remembered moment by moment, and put into its
 * hours once the server says what time it was. A set whose clock is ahead would otherwise report hours that are yet to come.
 */

/** @typedef {import('../../../domain/board.ts').Display} Display */
/** @typedef {import('../../../domain/board.ts').ManifestItem} ManifestItem */
/**
 * A row as it is kept. `doubtful`: by a clock that had not heard of the server.
 * @typedef {Display & { doubtful?: boolean | undefined }} Kept
 */
/** @typedef {Pick<ManifestItem, 'dispatchId' | 'revision' | 'contentHash'>} Named */

/**
 * @typedef {object} Displays
 * @property {string} boot
 * @property {(item: Named, atMs: number) => void} began the item came up
 * @property {(item: Named, atMs: number, lastedMs: number, visible: boolean) => void} stood it stood for `lastedMs` until
 *   `atMs` (corrected time); `visible`: the page was on screen
 * @property {(item: Named, atMs: number) => void} completed every page, picture and video of it has been on screen
 * @property {(most: number) => Display[]} batch rows that the server does not know as they are now, oldest first
 * @property {(rows: Display[]) => void} acknowledge the server has these
 * @property {() => Kept[]} unsent all of them, to be kept over a restart
 * @property {() => void} forget this set is another board from now on: what it showed until now is no proof of that one
 * @property {(news: import('./clock.js').Correction) => void} corrected what the clock has found out of the time told so far
 */

/**
 * What stood while the time was in doubt.
 * @typedef {object} Span
 * @property {Named} item
 * @property {string} boot
 * @property {number} fromMs
 * @property {number} toMs
 * @property {number} shownMs
 * @property {number} hiddenMs
 * @property {number} times
 * @property {boolean} complete
 */

const hourMs = 3600000
/** A longer silence between two looks is no proof that anything was on screen. */
const longestSpanMs = 15000
/** Looks are whole milliseconds apart. */
const sameMs = 5
/** A clock that is off by less is right. */
const rightMs = 60000
/** Turns of about two days; of a longer doubt the beginning is put where the board's own clock has it. */
const mostSpans = 12000

/** @param {Pick<Display, 'hour' | 'dispatchId' | 'revision' | 'contentHash' | 'boot'>} row */
function rowKey(row) {
  return [row.hour, row.boot, row.dispatchId, row.revision, row.contentHash].join('|')
}

/**
 * @param {string} boot name of this run of the player
 * @param {Kept[]} kept rows of earlier runs that the server has not acknowledged; some perhaps twice
 * @returns {Displays}
 */
export function createDisplays(boot, kept) {
  /** @type {Record<string, Display>} */
  let rows = {}
  /** Rows as the server has them, while they can still grow. @type {Record<string, string>} */
  let known = {}
  /** @type {Record<string, boolean>} */
  let complete = {}
  /** Of earlier runs, in doubt. @type {Record<string, Display>} */
  const doubted = {}
  kept.forEach(row => {
    const into = row.doubtful ? doubted : rows
    const other = into[rowKey(row)]
    // Kept twice, a moment apart: sums only grow.
    if (other !== undefined && other.shownMs + other.hiddenMs > row.shownMs + row.hiddenMs) return
    into[rowKey(row)] = row
  })

  /** @param {Named} item */
  const itemKey = item => `${item.dispatchId}:${item.revision}:${item.contentHash}`

  /**
   * @param {Record<string, Display>} into
   * @param {Span} span
   * @param {number} atMs
   * @returns {Display}
   */
  function rowAt(into, span, atMs) {
    const item = span.item
    const at = new Date(atMs).toISOString()
    const hour = new Date(Math.floor(atMs / hourMs) * hourMs).toISOString()
    const named = {
      dispatchId: item.dispatchId,
      revision: item.revision,
      contentHash: item.contentHash,
      hour: hour,
      boot: span.boot,
    }
    const key = rowKey(named)
    let row = into[key]
    if (row === undefined) {
      const sums = { firstAt: at, lastAt: at, shownMs: 0, hiddenMs: 0, times: 0, complete: false }
      row = Object.assign({}, named, sums)
      into[key] = row
    }
    if (at > row.lastAt) row.lastAt = at
    if (at < row.firstAt) row.firstAt = at
    if (span.complete) row.complete = true
    return row
  }

  /**
   * Puts spans into the rows of their hours.
   * @param {Record<string, Display>} into
   * @param {Span[]} list
   */
  function placeAll(into, list) {
    list.forEach(span => {
      place(into, span)
    })
  }

  /**
   * @param {Record<string, Display>} into
   * @param {Span} span
   */
  function place(into, span) {
    rowAt(into, span, span.fromMs).times += span.times
    const lasted = span.toMs - span.fromMs
    for (let from = span.fromMs; from < span.toMs; ) {
      const border = (Math.floor(from / hourMs) + 1) * hourMs
      const to = Math.min(border, span.toMs)
      const part = (to - from) / lasted
      const row = rowAt(into, span, from)
      // Never more than there was, though a clock that was put back lives an hour twice.
      row.shownMs = Math.min(hourMs, row.shownMs + Math.round(span.shownMs * part))
      row.hiddenMs = Math.min(hourMs, row.hiddenMs + Math.round(span.hiddenMs * part))
      rowAt(into, span, to === border ? to - 1 : to)
      from = to
    }
  }

  /**
   * What an earlier run kept in doubt: evenly over the time from its first to its last moment.
   * @param {Display} row
   * @returns {Span}
   */
  function spanOf(row) {
    const sums = { shownMs: row.shownMs, hiddenMs: row.hiddenMs, times: row.times, complete: row.complete }
    const times = { fromMs: Date.parse(row.firstAt), toMs: Date.parse(row.lastAt) }
    return Object.assign({ item: row, boot: row.boot }, times, sums)
  }

  /** Spans in order of time, and the latest of each item, which may still grow. @type {Span[]} */
  let spans = Object.keys(doubted).map(key => spanOf(/** @type {Display} */ (doubted[key])))
  /** @type {Record<string, Span>} */
  let latest = {}
  /** Leaps of the clock that looked like sleep: before which span, and by how much. @type {{ index: number, ms: number }[]} */
  let leaps = []
  let doubtful = false
  /** The hour that was written to last: besides the newest one, it may still grow. */
  let growing = ''

  /** @param {Span} span */
  function note(span) {
    if (complete[itemKey(span.item)]) span.complete = true
    if (!doubtful) {
      place(rows, span)
      growing = new Date(Math.floor(span.toMs / hourMs) * hourMs).toISOString()
      return
    }
    const last = latest[itemKey(span.item)]
    const goesOn = last !== undefined && span.times === 0 && Math.abs(span.fromMs - last.toMs) <= sameMs
    const alike = goesOn && (last.shownMs === 0 || span.hiddenMs === 0) && (last.hiddenMs === 0 || span.shownMs === 0)
    if (last !== undefined && alike) {
      last.toMs = Math.max(last.toMs, span.toMs)
      last.shownMs += span.shownMs
      last.hiddenMs += span.hiddenMs
      last.complete = last.complete || span.complete
      return
    }
    spans.push(span)
    latest[itemKey(span.item)] = span
    if (spans.length > mostSpans) {
      placeAll(rows, spans.splice(0, mostSpans / 2))
      latest = {}
      leaps = leaps.map(leap => ({ index: Math.max(0, leap.index - mostSpans / 2), ms: leap.ms }))
    }
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {number} byMs
   */
  function move(from, to, byMs) {
    spans.slice(from, to).forEach(span => {
      // Whether an earlier run went by the same wrong clock nobody knows: it was perhaps moved while the set was off.
      if (span.boot !== boot) return
      span.fromMs += byMs
      span.toMs += byMs
    })
  }

  function changed() {
    return sorted(
      Object.keys(rows)
        .filter(key => known[key] !== JSON.stringify(rows[key]))
        .map(key => /** @type {Display} */ (rows[key]))
    )
  }

  /** With what is in doubt, by the board's own clock: better than to forget it with the power. */
  function withDoubtful() {
    /** @type {Record<string, Display>} */
    const inDoubt = {}
    placeAll(inDoubt, spans)
    const marked = Object.keys(inDoubt).map(key => Object.assign({ doubtful: true }, inDoubt[key]))
    return changed().concat(sorted(/** @type {Display[]} */ (marked)))
  }

  /** @param {Display[]} list */
  function sorted(list) {
    return list.sort((a, b) => (a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : 0))
  }

  /**
   * @param {Named} item
   * @param {number} atMs
   * @returns {Span}
   */
  function spanAt(item, atMs) {
    return { item: item, boot: boot, fromMs: atMs, toMs: atMs, shownMs: 0, hiddenMs: 0, times: 0, complete: false }
  }

  return {
    boot: boot,
    began: (item, atMs) => note(Object.assign(spanAt(item, atMs), { times: 1 })),
    stood: (item, atMs, lastedMs, visible) => {
      const ms = Math.max(0, Math.min(lastedMs, longestSpanMs))
      const sums = visible ? { shownMs: ms } : { hiddenMs: ms }
      if (ms > 0) note(Object.assign(spanAt(item, atMs), { fromMs: atMs - ms }, sums))
    },
    completed: (item, atMs) => {
      complete[itemKey(item)] = true
      note(spanAt(item, atMs))
    },
    corrected: news => {
      if (news.leapMs > 0) leaps.push({ index: spans.length, ms: news.leapMs })
      doubtful = !news.sure
      if (!news.sure) return move(0, spans.length, news.byMs)
      let byMs = news.byMs
      let end = spans.length
      leaps.reverse().forEach(leap => {
        move(leap.index, end, byMs)
        end = leap.index
        // What the clock was wrong by is just what it once leapt: that was no sleep, and before it the time was right.
        if (Math.abs(byMs) > rightMs && Math.abs(byMs + leap.ms) <= rightMs) byMs += leap.ms
      })
      move(0, end, byMs)
      placeAll(rows, spans)
      spans = []
      latest = {}
      leaps = []
    },
    batch: most =>
      changed()
        .slice(0, most)
        .map(row => Object.assign({}, row)),
    acknowledge: sent => {
      sent.forEach(row => {
        known[rowKey(row)] = JSON.stringify(row)
      })
      /** @type {Record<string, Display>} */
      const still = {}
      /** @type {Record<string, string>} */
      const stillKnown = {}
      // What the server has of hours that are over is forgotten here; a forgotten row that grew again would begin with nothing.
      const newest = Object.keys(rows).reduce((hour, key) => {
        const row = /** @type {Display} */ (rows[key])
        return row.boot === boot && row.hour > hour ? row.hour : hour
      }, '')
      Object.keys(rows).forEach(key => {
        const row = /** @type {Display} */ (rows[key])
        const acknowledged = known[key] === JSON.stringify(row)
        if (acknowledged && !(row.boot === boot && (row.hour === newest || row.hour === growing))) return
        still[key] = row
        if (known[key] !== undefined) stillKnown[key] = known[key]
      })
      rows = still
      known = stillKnown
    },
    unsent: withDoubtful,
    forget: () => {
      rows = {}
      known = {}
      complete = {}
      spans = []
      latest = {}
      leaps = []
    },
  }
}
