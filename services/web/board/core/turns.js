/*
 * What a board shows, and in which order: emergency before pinned before weighted rotation. Pure and without chance: the
 * same manifests at the same times give the same sequence on every board.
 */

/** @typedef {import('../../../domain/board.ts').BoardManifest} BoardManifest */
/** @typedef {import('../../../domain/board.ts').ManifestItem} ManifestItem */

/**
 * What may be on screen at one moment. `full`: the items that hold the whole screen; nothing else is shown then. `banner`:
 * items that hold a band while the others go on below. An item is in one list only.
 * @typedef {object} Playlist
 * @property {ManifestItem[]} full
 * @property {ManifestItem[]} banner
 * @property {ManifestItem[]} pinned
 * @property {ManifestItem[]} rotation
 * @property {number} changesAt when time alone changes this list next; Infinity: never
 */

/**
 * Where the turns stand. Plain data.
 * @typedef {object} TurnState
 * @property {string} last key of the item that was chosen last; empty: none
 * @property {string} lastPinned
 * @property {boolean} pinnedTurn whether the next turn is a pinned item's
 * @property {Record<string, number>} credits what each item of the rotation has saved up
 */

/** An item whose drawing or media failed this often is passed over. */
export const mostFailures = 3

/**
 * One revision of one item with one content.
 * @param {Pick<ManifestItem, 'dispatchId' | 'revision' | 'contentHash'>} item
 * @returns {string}
 */
export function keyOf(item) {
  return `${item.dispatchId}:${item.revision}:${item.contentHash}`
}

/** @returns {TurnState} */
export function firstTurn() {
  return { last: '', lastPinned: '', pinnedTurn: true, credits: {} }
}

/**
 * What may be on screen at `now` (corrected time). What has ended is in no list, whatever the server says or does not say.
 * @param {BoardManifest | null} manifest
 * @param {number} now
 * @param {Record<string, number>} failures by key
 * @returns {Playlist}
 */
export function playlist(manifest, now, failures) {
  /** @type {Playlist} */
  const list = { full: [], banner: [], pinned: [], rotation: [], changesAt: Infinity }
  if (manifest === null) return list
  /** @param {number} at */
  const changes = at => {
    if (at > now && at < list.changesAt) list.changesAt = at
  }
  /** @type {Record<string, 'full' | 'banner'>} */
  const modes = {}
  let whole = false
  manifest.emergency.forEach(takeover => {
    const until = Date.parse(takeover.until)
    changes(until)
    if (until > now && modes[takeover.dispatchId] === undefined) modes[takeover.dispatchId] = takeover.mode
  })
  const current = manifest.items.filter(item => {
    const end = Date.parse(item.expiresAt)
    changes(end)
    return end > now && !((failures[keyOf(item)] || 0) >= mostFailures)
  })
  current.forEach(item => {
    if (modes[item.dispatchId] === 'full') whole = true
  })
  current.forEach(item => {
    const mode = modes[item.dispatchId]
    // While one emergency holds the whole screen, one that asks for a band takes turns with it.
    if (mode !== undefined) (whole ? list.full : list.banner).push(item)
    else (item.pinned ? list.pinned : list.rotation).push(item)
  })
  return list
}

/**
 * What the main part of the screen goes through: the emergencies that hold all of it, or everything that is no banner, or
 * the banners' own items where there is nothing else.
 * @param {Playlist} list
 * @returns {{ pinned: ManifestItem[], rotation: ManifestItem[] }}
 */
function mainPart(list) {
  if (list.full.length > 0) return { pinned: [], rotation: list.full }
  if (list.pinned.length + list.rotation.length === 0) return { pinned: [], rotation: list.banner }
  return { pinned: list.pinned, rotation: list.rotation }
}

/**
 * The one after `last`, or the first one.
 * @param {ManifestItem[]} items at least one
 * @param {string} last key
 * @returns {ManifestItem}
 */
function following(items, last) {
  let at = -1
  items.forEach((item, i) => {
    if (keyOf(item) === last) at = i
  })
  return /** @type {ManifestItem} */ (items[(at + 1) % items.length])
}

/**
 * Smooth weighted round robin: each saves up its weight, the richest is chosen and pays for all. Of equals the first one.
 * @param {ManifestItem[]} items at least one
 * @param {TurnState} state
 * @returns {{ item: ManifestItem, credits: Record<string, number> }}
 */
function byWeight(items, state) {
  const total = items.reduce((sum, item) => sum + item.weight, 0)
  /** @type {Record<string, number>} */
  const credits = {}
  let best = /** @type {ManifestItem} */ (items[0])
  let most = -Infinity
  items.forEach(item => {
    const key = keyOf(item)
    // Bounded, since an item that may not come twice in a row would save up for ever and then keep others away for long.
    const credit = Math.max(-total, Math.min(total, (state.credits[key] || 0) + item.weight))
    credits[key] = credit
    if (items.length > 1 && key === state.last) return
    if (credit > most) {
      most = credit
      best = item
    }
  })
  credits[keyOf(best)] = (credits[keyOf(best)] || 0) - total
  return { item: best, credits: credits }
}

/**
 * Whose turn is next on the main part of the screen. While an emergency holds all of it, its items go round; else every
 * second turn is a pinned item's, and the others share theirs by weight. Never the same item twice in a row when another
 * one is there.
 * @param {TurnState} state
 * @param {Playlist} list
 * @returns {{ item: ManifestItem, state: TurnState } | null} null: nothing to show
 */
export function nextItem(state, list) {
  if (list.full.length > 0) {
    const item = following(list.full, state.last)
    return { item: item, state: stateAfter(state, keyOf(item), {}) }
  }
  const part = mainPart(list)
  if (part.pinned.length + part.rotation.length === 0) return null
  const pinnedNow = part.rotation.length === 0 || (part.pinned.length > 0 && state.pinnedTurn)
  if (pinnedNow) {
    const item = following(part.pinned, state.lastPinned)
    return { item: item, state: stateAfter(state, keyOf(item), { lastPinned: keyOf(item), pinnedTurn: false }) }
  }
  const chosen = byWeight(part.rotation, state)
  const change = { pinnedTurn: true, credits: chosen.credits }
  return { item: chosen.item, state: stateAfter(state, keyOf(chosen.item), change) }
}

/**
 * @param {TurnState} state
 * @param {string} last
 * @param {Partial<TurnState>} change
 * @returns {TurnState}
 */
function stateAfter(state, last, change) {
  return Object.assign({}, state, { last: last }, change)
}
