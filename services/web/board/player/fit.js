import { glue, glueHeading, lineHolds } from '../core/glue.js'
import { textSlide } from '../core/slides.js'
import { byId, empty, setText, shortSide } from './dom.js'
import { appendWords, cutInto } from './words.js'

/*
 * As large as fits, never smaller than the floor: what does not fit at the floor becomes another page. Sizes are shares of
 * the screen's shorter side; the same numbers as channels/board/fit.ts plans with.
 */

/**
 * @typedef {{ heading: string, running: boolean, text: string }} TextPage
 * @typedef {object} Sizes
 * @property {number} floor least size of text
 * @property {number} most
 * @property {number} heading size of a heading as a multiple of the text's
 * @property {boolean} [headline] headings are a headline: a tenth of the screen's height, see `headlineFor`
 */

/** @type {Record<string, Sizes>} */
export const SIZES = {
  normal: { floor: 0.035, most: 0.085, heading: 1.1 },
  emergency: { floor: 0.06, most: 0.1, heading: 10 / 6, headline: true },
  /* A band of a few lines: what it says goes on in further pages. */
  banner: { floor: 0.055, most: 0.09, heading: 1 },
}
const RUNNING = 0.75

/* Letters of fewer pixels lose their marks on a coarse wall: 24 pixels of cap height, or what one line of a strip leaves. */
const STRIP_LEAST_PIXELS = 24 / 0.7
const STRIP_LEAST_SHARE = 0.2
const STRIP_LINE = 0.62

const MOST_PARTS = 40

/**
 * Sizes for a strip `height` pixels tall.
 * @param {number} height
 * @returns {Sizes}
 */
export function stripSizes(height) {
  const least = Math.min(height * STRIP_LINE, Math.max(STRIP_LEAST_PIXELS, height * STRIP_LEAST_SHARE))
  return { floor: least / shortSide(), most: (height * STRIP_LINE) / shortSide(), heading: 1 }
}

/**
 * Writes one page at one size.
 * @param {HTMLElement} heading
 * @param {HTMLElement} text
 * @param {TextPage} page
 * @param {Sizes} sizes
 * @param {number} scale size of the text
 * @param {number} headline least pixels of a headline
 */
export function fillPage(heading, text, page, sizes, scale, headline) {
  const size = scale * shortSide()
  const reminder = Math.max(scale * RUNNING, SIZES.normal.floor) * shortSide()
  const large = sizes.headline ? Math.max(size * sizes.heading, headline) : size * sizes.heading
  const headingSize = page.running ? reminder : large
  const width = /** @type {HTMLElement} */ (heading.parentNode).clientWidth
  setText(heading, glueHeading(page.heading, lineHolds(width, headingSize)))
  heading.style.display = page.heading === '' ? 'none' : 'block'
  heading.style.fontSize = `${headingSize}px`
  heading.style.marginBottom = page.text === '' ? '0' : `${0.025 * shortSide()}px`
  heading.className = page.running ? 'heading running' : 'heading'
  text.style.fontSize = `${size}px`
  empty(text)
  page.text.split('\n').forEach(paragraph => {
    if (paragraph === '') return
    const p = document.createElement('p')
    appendWords(p, paragraph, lineHolds(width, size))
    text.appendChild(p)
  })
}

/**
 * Measures pages in one box of the screen.
 * @param {string} boxId of the element that pages are drawn in
 */
export function createFitter(boxId) {
  const box = byId(boxId)
  const measure = document.createElement('div')
  measure.className = 'measure'
  measure.setAttribute('aria-hidden', 'true')
  const heading = document.createElement('div')
  const text = document.createElement('div')
  measure.appendChild(heading)
  measure.appendChild(text)
  box.appendChild(measure)

  /**
   * A tenth of the screen's height. On an upright screen that is more than a line of it can hold: there it gives way to the
   * longest word, and becomes a tenth of the shorter side where a page, or at least the headline alone, would be cut.
   * @param {TextPage[]} pages
   * @param {Sizes} sizes
   */
  function headlineFor(pages, sizes) {
    const least = shortSide() * 0.1
    const titled = pages.filter(page => !page.running && page.heading !== '')
    const wanted = widestFor(titled.map(page => page.heading).join(' '), least)
    if (wanted === least || titled.every(page => fits(page, sizes, sizes.floor, wanted))) return wanted
    const alone = titled.map(page => ({ heading: page.heading, running: false, text: '' }))
    const together = titled.every(page => fits(page, sizes, sizes.floor, least))
    return !together && alone.every(page => fits(page, sizes, sizes.floor, wanted)) ? wanted : least
  }

  /* The size at which the longest word still stands on one line, between `least` and a tenth of the screen's height. */
  function widestFor(words, least) {
    const wanted = window.innerHeight * 0.1
    const longest = words.split(/\s+/).reduce((a, b) => (b.length > a.length ? b : a), '')
    setText(heading, longest)
    heading.className = 'heading one-line'
    heading.style.display = 'block'
    heading.style.fontSize = `${wanted}px`
    empty(text)
    const room = box.clientWidth / Math.max(1, heading.scrollWidth)
    return Math.max(least, Math.min(wanted, wanted * room * 0.98))
  }

  /**
   * @param {TextPage} page
   * @param {Sizes} sizes
   * @param {number} scale
   * @param {number} headline
   */
  function fits(page, sizes, scale, headline) {
    fillPage(heading, text, page, sizes, scale, headline)
    return measure.scrollHeight <= box.clientHeight && measure.scrollWidth <= box.clientWidth
  }

  /* Largest scale between floor and most that fits; 0 when not even the floor does. */
  function largest(page, sizes, headline) {
    let low = sizes.floor
    let high = sizes.most
    if (!fits(page, sizes, low, headline)) return 0
    if (fits(page, sizes, high, headline)) return high
    for (let i = 0; i < 7; i++) {
      const middle = (low + high) / 2
      if (fits(page, sizes, middle, headline)) low = middle
      else high = middle
    }
    return low
  }

  /* Planned pages as they are, or in the fewest parts that fit where this screen has less room than was planned for. */
  function roomFor(page, sizes, headline) {
    const scale = largest(page, sizes, headline)
    if (scale > 0) return [{ page: page, scale: scale }]
    if (page.text !== '' && page.heading !== '' && !page.running) {
      const alone = { heading: page.heading, running: false, text: '' }
      const below = { heading: '', running: false, text: page.text }
      return roomFor(alone, sizes, headline).concat(roomFor(below, sizes, headline))
    }
    const whole = glue(
      page.text === '' ? page.heading : page.text,
      lineHolds(box.clientWidth, sizes.floor * shortSide())
    )
    for (let count = 2; count <= MOST_PARTS; count++) {
      const parts = cutInto(whole, count)
      if (!parts) break
      const pages = parts.map(part =>
        page.text === ''
          ? { heading: part, running: page.running, text: '' }
          : { heading: page.heading, running: page.running, text: part }
      )
      const fitted = pages.map(piece => ({ page: piece, scale: largest(piece, sizes, headline) }))
      if (fitted.every(piece => piece.scale > 0)) return fitted
    }
    return [{ page: page, scale: sizes.floor }]
  }

  return {
    /**
     * Pages of text as slides of this box. One size for all text of a notice, since jumping letters are hard to read; a
     * headline alone may be larger.
     * @param {TextPage[]} pages
     * @param {Sizes} sizes
     */
    slides: (pages, sizes) => {
      const headline = sizes.headline ? headlineFor(pages, sizes) : 0
      const fitted = pages.reduce((all, page) => all.concat(roomFor(page, sizes, headline)), [])
      const least = fitted.reduce((m, s) => (s.page.text === '' ? m : Math.min(m, s.scale)), sizes.most)
      empty(text)
      setText(heading, '')
      return fitted.map(s =>
        Object.assign(textSlide(s.page), {
          scale: s.page.text === '' ? s.scale : least,
          sizes: sizes,
          headline: headline,
        })
      )
    },
  }
}
