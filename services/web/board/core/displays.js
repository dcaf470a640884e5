/*
 * Proof of display: how long each item stood on this board, by hour. Sums only grow within one run of the player, so that
 * rows may be sent again, late and in any order. "Displayed on the board" is all that they say.
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
 * @property {() => void} forget this set is another board from now on: what it showed until now is no proof of that one
 */

const hourMs = 3600000
/** A longer silence between two looks is no proof that anything was on screen. */
const longestSpanMs = 15000

/** @param {Pick<Display, 'hour' | 'dispatchId' | 'revision' | 'contentHash' | 'boot'>} row */
function rowKey(row) {
  return [row.hour, row.boot, row.dispatchId, row.revision, row.contentHash].join('|')
}

/**
 * @param {string} boot name of this run of the player
 * @param {Display[]} kept rows of earlier runs that the server has not acknowledged
 * @returns {Displays}
 */
export function createDisplays(boot, kept) {
  /** @type {Record<string, Display>} */
  let rows = {}
  /** Rows as the server has them, while they can still grow. @type {Record<string, string>} */
  let known = {}
  /** @type {Record<string, boolean>} */
  let complete = {}
  kept.forEach(row => {
    rows[rowKey(row)] = row
  })

  /** @param {Named} item */
  const itemKey = item => `${item.dispatchId}:${item.revision}:${item.contentHash}`

  /**
   * @param {Named} item
   * @param {number} atMs
   * @returns {Display}
   */
  function rowAt(item, atMs) {
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
    let row = rows[key]
    if (row === undefined) {
      const sums = { firstAt: at, lastAt: at, shownMs: 0, hiddenMs: 0, times: 0, complete: false }
      row = Object.assign({}, named, sums)
      rows[key] = row
    }
    if (at > row.lastAt) row.lastAt = at
    if (at < row.firstAt) row.firstAt = at
    if (complete[itemKey(item)]) row.complete = true
    return row
  }

  function changed() {
    return Object.keys(rows)
      .filter(key => known[key] !== JSON.stringify(rows[key]))
      .map(key => /** @type {Display} */ (rows[key]))
      .sort((a, b) => (a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : 0))
  }

  return {
    boot: boot,
    began: (item, atMs) => {
      rowAt(item, atMs).times += 1
    },
    stood: (item, atMs, lastedMs, visible) => {
      const span = Math.max(0, Math.min(lastedMs, longestSpanMs))
      const border = Math.floor(atMs / hourMs) * hourMs
      const before = Math.max(0, Math.min(span, span - (atMs - border)))
      const parts = [
        { to: border - 1, from: atMs - span, ms: before },
        { to: atMs, from: Math.max(border, atMs - span), ms: span - before },
      ]
      parts.forEach(part => {
        if (part.ms <= 0) return
        rowAt(item, part.from)
        const row = rowAt(item, part.to)
        if (visible) row.shownMs += Math.round(part.ms)
        else row.hiddenMs += Math.round(part.ms)
      })
    },
    completed: (item, atMs) => {
      complete[itemKey(item)] = true
      rowAt(item, atMs)
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
      // What the server has of hours that are over is forgotten here; the newest hour of this run may still grow.
      const newest = Object.keys(rows).reduce((hour, key) => {
        const row = /** @type {Display} */ (rows[key])
        return row.boot === boot && row.hour > hour ? row.hour : hour
      }, '')
      Object.keys(rows).forEach(key => {
        const row = /** @type {Display} */ (rows[key])
        const acknowledged = known[key] === JSON.stringify(row)
        if (acknowledged && !(row.boot === boot && row.hour === newest)) return
        still[key] = row
        if (known[key] !== undefined) stillKnown[key] = known[key]
      })
      rows = still
      known = stillKnown
    },
    unsent: () => changed(),
    forget: () => {
      rows = {}
      known = {}
      complete = {}
    },
  }
}
