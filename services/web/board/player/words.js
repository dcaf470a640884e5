import { glue } from '../core/glue.js'

/*
 * Text on its way to the screen. For the eye only: words are never changed, dropped or added.
 */

/**
 * How much better a cut after this letter is, as a share of a part's length.
 * @param {string} letter
 */
function worthOfCutAfter(letter) {
  if (/[.!?;:]/.test(letter)) return 0.3
  return letter === ',' ? 0.15 : 0
}

/**
 * Cuts a text between words into parts of about equal length, after a sentence where one ends nearby.
 * @param {string} text
 * @param {number} count
 * @returns {string[] | null} null: it has too few words
 */
export function cutInto(text, count) {
  const length = text.length / count
  const parts = []
  let from = 0
  for (let n = 1; n < count; n++) {
    let best = -1
    let least = Infinity
    for (let i = from + 1; i < text.length - 1; i++) {
      if (!/[ \n]/.test(text.charAt(i))) continue
      const bonus = text.charAt(i) === '\n' ? 0.4 : worthOfCutAfter(text.charAt(i - 1))
      const cost = Math.abs(i - n * length) - bonus * length
      if (cost < least) {
        least = cost
        best = i
      }
    }
    if (best < 0) return null
    parts.push(text.slice(from, best))
    from = best + 1
  }
  parts.push(text.slice(from))
  return parts
}

/**
 * Appends a paragraph. A web address may break after a slash; dates and "Ông/Bà" may not.
 * @param {HTMLElement} element
 * @param {string} paragraph
 * @param {number} most characters that a line holds at least
 */
export function appendWords(element, paragraph, most) {
  glue(paragraph, most)
    .split(/(\S{25,})/)
    .forEach((part, i) => {
      if (i % 2 === 0 || part.indexOf('\u00a0') >= 0) {
        element.appendChild(document.createTextNode(part))
        return
      }
      part.split(/([^/]+\/+)/).forEach(piece => {
        if (piece === '') return
        element.appendChild(document.createTextNode(piece))
        element.appendChild(document.createElement('wbr'))
      })
    })
}
