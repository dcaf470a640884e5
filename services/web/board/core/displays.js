/*
 * Proof of display: how long each item stood on this board, by hour. Sums only grow within one run of the player, so that
 * rows may be sent again, late and in any order. "Displayed on the board" is all that they say.
 *
 * While the board cannot be sure of the time, nothing is told: what stood is remembered moment by moment, and put into its
 * hours once the server says what time it was. A set whose clock is ahead would otherwise report hours that are yet to come.
 */

/** @typedef {import('../../../domain/board.ts').Display} Display */
/** @typedef {import('../../../domain/board.ts').ManifestItem} ManifestItem */
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
 * @property {() => Display[]} unsent all of them, to be kept over a restart
 * @property {(byMs: number, sure: boolean) => void} corrected the time told so far was wrong by `byMs` since it last was sure;
 *   `sure`: from here on it is the server's
 */

/**
 * What stood while the time was in doubt.
 * @typedef {object} Span
 * @property {Named} item
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
/** Turns of about two days; of a longer doubt the beginning is put where the board's own clock has it. */
const mostSpans = 12000

/** @param {Pick<Display, 'hour' | 'dispatchId' | 'revision' | 'contentHash' | 'boot'>} row */
function rowKey(row) {
  return [row.hour, row.boot, row.dispatchId, row.revision, row.contentHash].join('|')
}

/**
 * @param {string} boot name of this run of the player
 * @param {Display[]} kept rows of earlier runs that the server has not acknowledged; some perhaps twice
 * @returns {Displays}
 */
export function createDisplays(boot, kept) {
  /** @type {Record<string, Display>} */
  let rows = {}
  /** Rows as the server has them, while they can still grow. @type {Record<string, string>} */
  let known = {}
  /** @type {Record<string, boolean>} */
  const complete = {}
  kept.forEach(row => {
    const other = rows[rowKey(row)]
    // Kept twice, a moment apart: sums only grow.
    if (other === undefined || other.shownMs + other.hiddenMs <= row.shownMs + row.hiddenMs) rows[rowKey(row)] = row
  })

  /** @param {Named} item */
  const itemKey = item => `${item.dispatchId}:${item.revision}:${item.contentHash}`

  /**
   * @param {Record<string, Display>} into
   * @param {Named} item
   * @param {number} atMs
   * @param {boolean} [whole]
   * @returns {Display}
   */
  function rowAt(into, item, atMs, whole) {
    const at = new Date(atMs).toISOString()
    const hour = new Date(Math.floor(atMs / hourMs) * hourMs).toISOString()
    const named = {
      dispatchId: item.dispatchId,
      revision: item.revision,
      contentHash: item.contentHash,
      hour: hour,
      boot: boot,
    }
    const key = rowKey(named)
    let row = into[key]
    if (row === undefined) {
      const sums = { firstAt: at, lastAt: at, shownMs: 0, hiddenMs: 0, times: 0, complete: false }
      row = Object.assign({}, named, rows[key] || sums)
      into[key] = row
    }
    if (at > row.lastAt) row.lastAt = at
    if (at < row.firstAt) row.firstAt = at
    if (whole) row.complete = true
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
    rowAt(into, span.item, span.fromMs, span.complete).times += span.times
    const lasted = span.toMs - span.fromMs
    for (let from = span.fromMs; from < span.toMs; ) {
      const border = (Math.floor(from / hourMs) + 1) * hourMs
      const to = Math.min(border, span.toMs)
      const part = (to - from) / lasted
      const row = rowAt(into, span.item, from, span.complete)
      // Never more than there was, though a clock that was put back lives an hour twice.
      row.shownMs = Math.min(hourMs, row.shownMs + Math.round(span.shownMs * part))
      row.hiddenMs = Math.min(hourMs, row.hiddenMs + Math.round(span.hiddenMs * part))
      rowAt(into, span.item, to === border ? to - 1 : to, span.complete)
      from = to
    }
  }

  /** Spans in order of time, and the latest of each item, which may still grow. @type {Span[]} */
  let spans = []
  /** @type {Record<string, Span>} */
  let latest = {}
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
    }
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
    const all = {}
    changed().forEach(row => {
      all[rowKey(row)] = Object.assign({}, row)
    })
    placeAll(all, spans)
    return sorted(Object.keys(all).map(key => /** @type {Display} */ (all[key])))
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
    return { item: item, fromMs: atMs, toMs: atMs, shownMs: 0, hiddenMs: 0, times: 0, complete: false }
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
    corrected: (byMs, sure) => {
      spans.forEach(span => {
        span.fromMs += byMs
        span.toMs += byMs
      })
      doubtful = !sure
      if (!sure) return
      placeAll(rows, spans)
      spans = []
      latest = {}
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
  }
}
