/*
 * An item as a sequence of slides and how long each stands. The browser may split a text page once more where its screen
 * has less room than was planned for.
 */

/** @typedef {import('../../../domain/board.ts').ManifestItem} ManifestItem */
/** @typedef {ManifestItem['pages'][number]} TextPage */
/** @typedef {ManifestItem['media'][number]} Media */
/** @typedef {Extract<Media, { kind: 'picture' }>} Picture */
/** @typedef {Extract<Media, { kind: 'video' }>} Video */

/**
 * @typedef {{ kind: 'text', page: TextPage, ms: number }
 *   | { kind: 'picture', media: Picture, ms: number }
 *   | { kind: 'video', media: Video, ms: number }
 *   | { kind: 'bitmap', sha256: string, ms: number }} Slide
 */

const leastMs = 8000
const mostMs = 45000
/** A picture is looked at for as long, or for as long as its caption takes. */
const pictureMs = 12000
/** What one page of an LED strip holds is read at a glance. */
const bitmapMs = 5000

/**
 * About 14 characters a second for people who read little, and time to notice the change.
 * @param {number} characters
 * @returns {number} milliseconds
 */
export function readingMs(characters) {
  return Math.min(mostMs, Math.max(leastMs, 3000 + characters * 70))
}

/**
 * @param {TextPage} page
 * @returns {Slide}
 */
export function textSlide(page) {
  return { kind: 'text', page: page, ms: readingMs(page.heading.length + page.text.length) }
}

/**
 * What an item shows one after the other: its text, then its pictures and videos. A strip shows its bitmaps instead, once
 * they are there.
 * @param {ManifestItem} item
 * @param {boolean} strip
 * @returns {Slide[]} at least one
 */
export function slidesOf(item, strip) {
  if (strip && item.led && item.led.pages.length > 0) {
    return item.led.pages.map(page => ({ kind: 'bitmap', sha256: page.sha256, ms: page.dwellMs || bitmapMs }))
  }
  const texts = item.pages.map(textSlide)
  if (strip) return texts
  /** @type {Slide[]} */
  const media = item.media.map(medium =>
    medium.kind === 'video'
      ? { kind: 'video', media: medium, ms: medium.durationMs }
      : { kind: 'picture', media: medium, ms: Math.max(pictureMs, readingMs(medium.caption.length)) }
  )
  return texts.concat(media)
}

/**
 * Hashes of the files without which an item cannot be shown as it should be.
 * @param {ManifestItem} item
 * @param {boolean} strip
 * @returns {string[]}
 */
export function filesNeeded(item, strip) {
  return slidesOf(item, strip).reduce(
    (all, slide) => {
      if (slide.kind === 'picture') return all.concat(slide.media.sha256)
      if (slide.kind === 'video') return all.concat(slide.media.sha256, slide.media.poster.sha256)
      return slide.kind === 'bitmap' ? all.concat(slide.sha256) : all
    },
    /** @type {string[]} */ ([])
  )
}

/**
 * The caption of a silent video at one moment.
 * @param {Video['cues']} cues in any order
 * @param {number} atMs
 * @returns {string} empty: none
 */
export function cueAt(cues, atMs) {
  const now = cues.filter(cue => atMs >= cue.fromMs && atMs < cue.toMs)
  return now.map(cue => cue.text).join('\n')
}
