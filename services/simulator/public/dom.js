import { words } from './words.js'

/** The language of the page, remembered in this browser. */
export const language = { current: readLanguage() }

function readLanguage() {
  const wanted = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('loa-simulator-language')
  return wanted === 'en' ? 'en' : 'vi'
}

/** The page's words in the present language. */
export const word = () => words[language.current]

export function switchLanguage() {
  language.current = language.current === 'vi' ? 'en' : 'vi'
  localStorage.setItem('loa-simulator-language', language.current)
}

/** An element with properties and children; text is only ever set as text. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name === 'class') node.className = value
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (name === 'value') node.value = value
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.filter(child => child !== null && child !== undefined && child !== false))
  return node
}

/** JSON from our own API. @throws Error with the server's sentence */
export async function call(path, options) {
  const response = await fetch(path, options)
  const body = await response.json()
  if (!response.ok) throw new Error(body.error ?? response.statusText)
  return body
}

/** A time of day in Viet Nam, with the date when it is not today. */
export function time(iso) {
  const at = new Date(iso)
  const zone = { timeZone: 'Asia/Ho_Chi_Minh' }
  const day = date => date.toLocaleDateString('vi-VN', zone)
  const clock = at.toLocaleTimeString('vi-VN', { ...zone, hour: '2-digit', minute: '2-digit', second: '2-digit' })
  return day(at) === day(new Date()) ? clock : `${clock} ${day(at)}`
}

/** +84912345678 as people write it: 0912 345 678. */
export function spaced(address) {
  const local = /^\+84(\d{9})$/.exec(address)
  return local ? `0${local[1].slice(0, 3)} ${local[1].slice(3, 6)} ${local[1].slice(6)}` : address
}
