/*
 * Blanks at which a line must not break. Words are never changed, dropped or added: only the kind of a blank.
 */

/** Where a chain that no line can hold comes apart, the least bad place first. */
const seams = [/\u00a0(?=(?:tháng|năm)\u00a0|\d+\u00a0giờ)/g, /\u00a0(?=\d+\u00a0(?:phút|giây))/g, /\u00a0/g]

/**
 * @param {string} text
 * @param {number} most characters that a line holds at least
 * @returns {string}
 */
function loosen(text, most) {
  return seams.reduce(
    (now, seam) =>
      now
        .split(' ')
        .map(chain => (chain.length > most ? chain.replace(seam, ' ') : chain))
        .join(' '),
    text
  )
}

/** @param {string} text */
function glueNumbers(text) {
  return text
    .replace(/(\d) (?=[-–] \d)/g, '$1\u00a0')
    .replace(/(^|\s)(ngày|tháng|năm|số|Điều|khoản|lúc) (?=\d)/gi, '$1$2\u00a0')
    .replace(/(\d) (?=(giờ|phút|giây|ngày|tháng|năm|đồng|triệu|tỷ|km|ha|kg)([\s.,;:)]|$))/g, '$1\u00a0')
    .replace(/(\d\u00a0(?:giờ|phút)) (?=\d{1,2}([\s.,;:)]|$))/g, '$1\u00a0')
}

/**
 * A number stays with what it counts ("6 giờ 30"), and a dash does not begin a line. A chain longer than a line holds would
 * be broken within a word, so it comes apart at its seams.
 * @param {string} text one paragraph
 * @param {number} most characters that a line holds at least
 * @returns {string}
 */
export function glue(text, most) {
  return loosen(glueNumbers(text), most)
}

/**
 * The same, and the last line of a heading is never a single syllable.
 * @param {string} text
 * @param {number} most characters that a line holds at least
 * @returns {string}
 */
export function glueHeading(text, most) {
  const glued = glueNumbers(text)
  return loosen(glued.split(' ').length < 4 ? glued : glued.replace(/ (\S{1,8})$/, '\u00a0$1'), most)
}

/**
 * Characters that a line holds at least: of Be Vietnam Pro Bold few letters are wider than 0.65 em.
 * @param {number} width of the line
 * @param {number} size of the letters, in the same unit
 * @returns {number}
 */
export function lineHolds(width, size) {
  return Math.floor(width / (size * 0.65))
}
