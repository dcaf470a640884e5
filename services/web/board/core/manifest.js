/*
 * Whether what came from the server is a manifest. A proxy's page, half a file or a body of another program must not
 * replace one that is good.
 */

/** @typedef {import('../../../domain/board.ts').BoardManifest} BoardManifest */
/** @typedef {import('../../../domain/board.ts').BoardSettings} BoardSettings */

/** @type {BoardSettings} the defaults of boardSettingsSchema, for a board that has not heard of its own */
export const usualSettings = {
  hours: { from: '06:00', to: '22:00' },
  outside: 'dim',
  drift: true,
  reloadAt: '03:30',
  contact: '',
  led: null,
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === 'string'
}
/** @param {unknown} value */
function isInstant(value) {
  return typeof value === 'string' && Number.isFinite(Date.parse(value))
}
/** @param {unknown} value */
function isClock(value) {
  return typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
}

/** @param {any} page */
function isPage(page) {
  return page && isText(page.heading) && isText(page.text)
}

/** @param {any} medium */
function isMedium(medium) {
  if (!medium || !isText(medium.sha256) || !isText(medium.caption)) return false
  if (medium.kind === 'picture') return true
  if (medium.kind !== 'video' || !(medium.durationMs > 0) || !Array.isArray(medium.cues)) return false
  return Boolean(medium.poster) && isText(medium.poster.sha256)
}

/** @param {any} led */
function isLed(led) {
  return (
    led === null ||
    (led && Array.isArray(led.pages) && led.pages.every((/** @type {any} */ p) => p && isText(p.sha256)))
  )
}

/** @param {any} file */
function isFile(file) {
  return file && isText(file.sha256) && isText(file.url) && file.bytes > 0
}

/** @param {any} item */
function isItem(item) {
  return (
    item &&
    /^\d{1,18}$/.test(item.dispatchId) &&
    Number.isFinite(item.revision) &&
    isText(item.contentHash) &&
    isText(item.title) &&
    isText(item.issuer) &&
    isText(item.documentNumber) &&
    isText(item.priority) &&
    isInstant(item.expiresAt) &&
    typeof item.pinned === 'boolean' &&
    item.weight > 0 &&
    Array.isArray(item.pages) &&
    item.pages.length > 0 &&
    item.pages.every(isPage) &&
    Array.isArray(item.media) &&
    item.media.every(isMedium) &&
    Array.isArray(item.files) &&
    item.files.every(isFile) &&
    isLed(item.led)
  )
}

/** @param {any} takeover */
function isTakeover(takeover) {
  return (
    takeover &&
    isText(takeover.dispatchId) &&
    (takeover.mode === 'full' || takeover.mode === 'banner') &&
    isInstant(takeover.until)
  )
}

/** @param {any} settings */
function areSettings(settings) {
  return (
    settings &&
    settings.hours &&
    isClock(settings.hours.from) &&
    isClock(settings.hours.to) &&
    isClock(settings.reloadAt) &&
    isText(settings.outside) &&
    isText(settings.contact)
  )
}

/**
 * @param {any} value parsed JSON
 * @returns {value is BoardManifest}
 */
export function isManifest(value) {
  return Boolean(
    value &&
      isText(value.version) &&
      value.board &&
      isText(value.board.name) &&
      isText(value.board.commune) &&
      areSettings(value.settings) &&
      Array.isArray(value.items) &&
      value.items.every(isItem) &&
      Array.isArray(value.emergency) &&
      value.emergency.every(isTakeover)
  )
}

/**
 * @param {string} text
 * @returns {BoardManifest | null} null: not a manifest
 */
export function readManifest(text) {
  try {
    const value = JSON.parse(text)
    return isManifest(value) ? value : null
  } catch (_error) {
    return null
  }
}
