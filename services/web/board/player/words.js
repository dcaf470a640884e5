/*
 * Text on its way to the screen. For the eye only: words are never changed, dropped or added.
 */

/**
 * A number stays with what it counts, and a dash does not begin a line.
 * @param {string} text
 * @returns {string}
 */
export function glue(text) {
  return text
    .replace(/(\d) (?=[-–] \d)/g, '$1\u00a0')
    .replace(/(^|\s)(ngày|tháng|năm|số|Điều|khoản|lúc) (?=\d)/gi, '$1$2\u00a0')
    .replace(/(\d) (?=(giờ|phút|ngày|tháng|năm|đồng|triệu|tỷ|km|ha|kg)([\s.,;:)]|$))/g, '$1\u00a0')
}

/**
 * The last line of a heading is never a single syllable.
 * @param {string} text
 * @returns {string}
 */
export function glueHeading(text) {
  const glued = glue(text)
  return glued.split(' ').length < 4 ? glued : glued.replace(/ (\S{1,8})$/, '\u00a0$1')
}

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
 */
export function appendWords(element, paragraph) {
  glue(paragraph)
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
