import { glue } from '../core/glue.js'
import { clockText, dateText } from '../core/hours.js'
import { byId, drawQr, label, setText, setVisible } from './dom.js'

/*
 * Words around the notices: clock, place, marks, and the code of a board that waits to be paired.
 */

/**
 * The clock and the names of the place.
 * @param {any} manifest null: none yet
 * @param {number} now
 * @param {boolean} preview
 */
export function drawLabels(manifest, now, preview) {
  const time = clockText(now)
  setText(byId('clock'), time)
  setText(byId('idle-clock'), time)
  setText(byId('idle-date'), glue(dateText(now), 30))
  const demo = manifest !== null && manifest.demo
  label('mark', preview ? 'Bản xem trước' : demo ? 'Diễn tập, không phải thông báo chính thức' : '')
  if (manifest === null) return
  setText(byId('place'), manifest.board.commune)
  setText(byId('idle-place'), manifest.board.commune)
  label('idle-contact', manifest.settings.contact)
}

/**
 * The code that an officer types: large while the board has nothing else to show, small below good content.
 * @param {any} pairing null: paired
 */
export function drawPairing(pairing) {
  label('pairing-note', pairing === null ? '' : `Mã ghép nối: ${pairing.code}`)
  setVisible(byId('pairing'), pairing !== null)
  byId('idle').className = pairing === null ? '' : 'waits'
  if (pairing === null) return
  setText(byId('pairing-code'), pairing.code)
  label('pairing-address', pairing.url.replace(/^https?:\/\//, '').replace(/\?.*$/, ''))
  setVisible(byId('pairing-qr'), pairing.qr !== null)
  if (pairing.qr !== null) drawQr(byId('pairing-qr'), pairing.qr, 'Mã QR để ghép nối bảng tin')
}
