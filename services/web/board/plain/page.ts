import { type BoardPage, runningHeading } from '../../../../channels/board/fit.ts'
import type { BoardManifest, ManifestItem } from '../../../domain/board.ts'
import type { Qr } from '../../../domain/board-content.ts'
import { escapeHtml } from '../../../text/html.ts'
import { glue, glueHeading } from '../core/glue.js'
import { clockText, dateText } from '../core/hours.js'
import { type Beside, shortestLine, sizeClasses } from './sizes.ts'
import type { Turn } from './turn.ts'

/*
 * The public board as a page without a script: it reloads itself (meta refresh) and shows one page of one item each time.
 */

export type PlainView =
  | { kind: 'code'; code: string; until: Date; console: string }
  /** The set keeps no cookie, so it can never be paired. */
  | { kind: 'no-cookies' }
  /** Nothing can be said now: the database is away, or too many boards wait. */
  | { kind: 'wait' }
  | { kind: 'board'; manifest: BoardManifest; turn: Turn | undefined; light: 'on' | 'dim' | 'dark' }

/** A withdrawal or an emergency waits no longer than this. */
const longestReloadSeconds = 20
const idleReloadSeconds = 15

/** @param now milliseconds */
export function plainPage(view: PlainView, now: number, styleVersion: string): string {
  switch (view.kind) {
    case 'code':
      return centred(codeText(view), 5, '?again=1', styleVersion)
    case 'no-cookies':
      return centred(
        `<h1>Trình duyệt này không lưu cookie</h1>
<p>Bảng tin cần cookie để được ghép nối. Vui lòng bật cookie trong phần cài đặt của thiết bị.</p>
<p class="small" lang="en">This browser keeps no cookies. A board needs them to be paired.</p>`,
        60,
        '',
        styleVersion
      )
    case 'wait':
      return centred(
        `<p class="clock">${clockText(now)}</p><p>${dateText(now)}</p><p class="small">Đang kết nối lại…</p>`,
        20,
        '',
        styleVersion
      )
    case 'board':
      return boardPage(view, now, styleVersion)
  }
}

function document(body: string, bodyClass: string, reloadSeconds: number, query: string, styleVersion: string): string {
  return `<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="${reloadSeconds};url=/b/plain${query}">
<meta name="robots" content="noindex">
<title>Bảng tin công cộng</title>
<link rel="stylesheet" href="/b/plain.css?v=${styleVersion}">
</head>
<body class="${bodyClass}">
${body}
</body>
</html>
`
}

function centred(inner: string, seconds: number, query: string, styleVersion: string, light = ''): string {
  return document(`<div class="main">${inner}</div>`, `center${light}`, seconds, query, styleVersion)
}

function codeText({ code, until, console }: Extract<PlainView, { kind: 'code' }>): string {
  return `<h1>Bảng tin chưa được ghép nối</h1>
<p>Mã ghép nối</p>
<p class="code">${code.slice(0, 3)}&nbsp;${code.slice(3)}</p>
<p>Cán bộ phụ trách đăng nhập ${escapeHtml(console)}, mở mục Bảng tin công cộng, bấm Ghép nối bảng rồi nhập mã trên.</p>
<p class="small">Mã dùng được một lần, đến ${clockText(until.getTime())}. Sau đó bảng tin hiện mã khác.</p>
<p class="small" lang="en">Not paired yet: the officer in charge types this code in the console.</p>`
}

function boardPage(
  { manifest, turn, light }: Extract<PlainView, { kind: 'board' }>,
  now: number,
  styleVersion: string
): string {
  const { settings, board } = manifest
  if (light === 'dark') return document('', 'dark', longestReloadSeconds, '', styleVersion)
  const dim = light === 'dim' ? ' dim' : ''
  if (!turn) {
    const contact = settings.contact === '' ? '' : `<p>${escapeHtml(settings.contact)}</p>`
    const idle = `<p class="clock">${clockText(now)}</p><p>${dateText(now)}</p>
<h1>${escapeHtml(board.commune)}</h1><p>${escapeHtml(board.name)}</p>${contact}${demoMark(manifest)}`
    return centred(idle, idleReloadSeconds, '', styleVersion, dim)
  }
  const kind = turn.emergency ? 'emergency' : turn.item.priority
  const banded = turn.band.length > 0 ? ' banded' : ''
  const body = [bar(turn, now), band(turn.band), main(turn), foot(manifest, turn)].join('\n')
  return document(body, `${kind}${banded}${dim}`, reloadSeconds(manifest, turn, now), '', styleVersion)
}

/** Until the page has been read, and at once when something on it or about it ends. */
function reloadSeconds(manifest: BoardManifest, turn: Turn, now: number): number {
  const ends = [...manifest.items.map(i => i.expiresAt), ...manifest.emergency.map(e => e.until)].map(t =>
    Date.parse(t)
  )
  const next = Math.min(turn.until, ...ends.filter(end => end > now))
  return Math.min(longestReloadSeconds, Math.max(1, Math.ceil((next - now) / 1000)))
}

function bar({ item, emergency }: Turn, now: number): string {
  const flag = emergency ? '<td class="right"><span class="flag">KHẨN CẤP</span></td>' : ''
  return `<div class="bar"><table><tr><td>${escapeHtml(item.issuer)}</td>${flag}<td class="right">${clockText(now)}</td></tr></table></div>`
}

function band(items: ManifestItem[]): string {
  if (items.length === 0) return ''
  const [first] = items as [ManifestItem]
  const more = items.length > 1 ? ` (và ${items.length - 1} tin khẩn khác)` : ''
  return `<div class="band"><p>KHẨN CẤP: ${escapeHtml(glue(runningHeading(first.title) + more, shortestLine(6, { qr: false, band: true })))}</p></div>`
}

function main({ item, slide, emergency, band: bands }: Turn): string {
  if (slide.kind === 'text') {
    const beside = { qr: item.qr !== null, band: bands.length > 0 }
    const page = glued(slide.page, emergency, beside)
    const withQr = sizeClasses(page, emergency, beside)
    // A headline of 10 % of the screen comes before the QR code, which the next page has.
    const crowded = emergency && !page.running && !withQr.heading.startsWith('wh100')
    const classes = crowded ? sizeClasses(page, emergency, { ...beside, qr: false }) : withQr
    const qr = crowded ? null : item.qr
    const paragraphs = page.text.split('\n').filter(Boolean)
    return `<div class="main"><div${qr ? ' class="beside"' : ''}>
<h1 class="${page.running ? 'running ' : ''}${classes.heading}">${escapeHtml(page.heading)}</h1>
${paragraphs.map(p => `<p class="${classes.text}">${escapeHtml(p)}</p>`).join('\n')}
</div>${qr ? qrCode(qr) : ''}</div>`
  }
  // Slides of bitmaps are for strips, which this page never is.
  if (slide.kind === 'bitmap') return '<div class="main"></div>'
  const { media } = slide
  // A set that runs no script plays no video either: its first good frame stands for it.
  const sha256 = media.kind === 'video' ? media.poster.sha256 : media.sha256
  const file = item.files.find(f => f.sha256 === sha256)
  const image = file ? `<img src="${escapeHtml(file.url)}" alt="${escapeHtml(media.caption)}">` : ''
  return `<div class="main picture">${image}<p>${escapeHtml(media.caption)}</p></div>`
}

/** Numbers stay with what they count on every shape of screen, since one page serves all. */
function glued(page: BoardPage, emergency: boolean, beside: Beside): BoardPage {
  const headline = emergency && !page.running ? 10 : 6.6
  const paragraphs = page.text.split('\n').map(p => glue(p, shortestLine(6, beside)))
  return { ...page, heading: glueHeading(page.heading, shortestLine(headline, beside)), text: paragraphs.join('\n') }
}

/** Four modules of quiet zone on each side, as ISO/IEC 18004 asks. */
function qrCode({ size, path }: Qr): string {
  return `<div class="qr"><svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 ${size + 8} ${size + 8}"><path fill="#000" d="${path}"/></svg>Quét để xem</div>`
}

function foot(manifest: BoardManifest, turn: Turn): string {
  const { name, commune } = manifest.board
  const count = turn.count > 1 ? [`Thông báo ${turn.number}/${turn.count}`] : []
  const pages = turn.pages > 1 ? [`trang ${turn.page}/${turn.pages}`] : []
  const number = turn.item.documentNumber === '' ? [] : [turn.item.documentNumber]
  const right = [...number, ...count, ...pages].join(' · ')
  return `<div class="foot"><table><tr><td>${escapeHtml(`${commune} – ${name}`)}${demoMark(manifest)}</td><td class="right">${escapeHtml(right)}</td></tr></table></div>`
}

function demoMark({ demo }: BoardManifest): string {
  return demo ? ' <span class="flag">DIỄN TẬP</span>' : ''
}
