/* The few things that every part does with the page. */

/**
 * @param {string} id of an element that index.html has
 * @returns {any}
 */
export function byId(id) {
  return document.getElementById(id)
}

/**
 * Writes only what differs: a screen that repaints once a second wears out its set.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** @param {Node} element */
export function empty(element) {
  while (element.firstChild) element.removeChild(element.firstChild)
}

/**
 * An element that is there or not.
 * @param {HTMLElement} element
 * @param {boolean} visible
 */
export function setVisible(element, visible) {
  if (element.hidden === visible) element.hidden = !visible
}

/**
 * Puts `text` into a label that is not there while it is empty.
 * @param {string} id
 * @param {string} text
 */
export function label(id, text) {
  setText(byId(id), text)
  setVisible(byId(id), text !== '')
}

/** Milliseconds that only count up, whatever anybody does to the set's clock. */
export function steadyMs() {
  return performance.now()
}

/** The screen's shorter side in pixels: letters are as tall on a panel hung upright as on the same panel hung level. */
export function shortSide() {
  return Math.min(window.innerWidth, window.innerHeight)
}

/**
 * Draws a QR code, quiet zone of four modules included (ISO/IEC 18004).
 * @param {HTMLElement} holder
 * @param {{ size: number, path: string }} qr
 * @param {string} name read by those who do not see it
 */
export function drawQr(holder, qr, name) {
  if (holder.getAttribute('data-path') === qr.path) return
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  const side = qr.size + 8
  svg.setAttribute('viewBox', `-4 -4 ${side} ${side}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', name)
  const ground = document.createElementNS(space, 'path')
  ground.setAttribute('d', `M-4-4h${side}v${side}h-${side}z`)
  ground.setAttribute('fill', '#fff')
  const marks = document.createElementNS(space, 'path')
  marks.setAttribute('d', qr.path)
  marks.setAttribute('fill', '#000')
  svg.appendChild(ground)
  svg.appendChild(marks)
  empty(holder)
  holder.appendChild(svg)
  holder.setAttribute('data-path', qr.path)
}
