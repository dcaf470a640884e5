import type { PaperSize } from '../../domain/paper.ts'
import { escapeHtml } from '../../text/html.ts'
import {
  demoMark,
  issueDay,
  lineHtml,
  type Notice,
  paragraphs,
  qrPicture,
  removeLine,
  standingMarks,
} from './notice.ts'
import { cssString, lengths } from './page.ts'

/*
 * The notice for people passing by: few words in large type. What does not fit goes on to a further sheet instead of
 * shrinking below the floor.
 */

/** Points on A4 of title and text, largest first; the last is the floor. */
const steps = [
  { title: 80, text: 36 },
  { title: 68, text: 32 },
  { title: 58, text: 28 },
  { title: 52, text: 26 },
  { title: 48, text: 24 },
] as const

/** What title and text may fill on an A4 sheet, in points: 184 mm wide, some 215 mm high beside head and foot. */
const room = { width: 521, height: 610 }

/** Em per letter of the bold and the medium weight, spaces and Vietnamese words in the mean. */
const letterEm = { title: 0.58, text: 0.55 }
/** Marks above Ẫ must not meet the tail of the g above them. */
const lineHeight = { title: 1.35, text: 1.4 }

/**
 * The largest step of type at which title and text should fit on one sheet, else the floor. An estimate is enough: the
 * browser breaks the lines, and what it misjudges goes on to a second sheet.
 */
export function largeType(title: string, text: string): { title: number; text: number } {
  const height = (words: string, em: number, line: number, pt: number) =>
    words.split(/\n+/).reduce((sum, part) => sum + Math.ceil((part.length * em * pt) / room.width), 0) * line * pt
  const fits = (step: { title: number; text: number }) =>
    height(title, letterEm.title, lineHeight.title, step.title) +
      height(text, letterEm.text, lineHeight.text, step.text) <
      room.height && longestWord(title) * letterEm.title * step.title < room.width
  return steps.find(fits) ?? { title: 48, text: 24 }
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(/\s+/).map(word => word.length))
}

/** Rows of head and foot repeat on every sheet, so that each sheet says by itself whose it is and when it goes. */
export function largeStyle(notice: Notice, size: PaperSize): string {
  const { pt, mm } = lengths(size)
  const type = largeType(notice.title, notice.shortText)
  return `
@page{size:${size} portrait;margin:${mm(13)} ${mm(13)} ${mm(10)};font-family:"Large";
@top-right{content:"Tờ " counter(page) "/" counter(pages);font-size:${pt(13)};font-weight:700;vertical-align:bottom}
@top-left{content:${cssString(notice.demo ? demoMark : '')};font-size:${pt(11)};font-weight:700;white-space:nowrap;vertical-align:bottom}
}
main{font-family:"Large";width:${mm(184)};overflow-wrap:anywhere;hyphens:none}
@media screen{main{width:${mm(210)};max-width:100%;padding:${mm(12)} ${mm(13)} ${mm(10)}}}
table{width:100%;border-collapse:collapse;table-layout:fixed}
td{padding:0;vertical-align:top}
.issuer{font-size:${pt(18)};line-height:1.35;font-weight:700;margin:0 0 ${pt(6)};padding-bottom:${pt(5)};border-bottom:${pt(2)} solid;text-wrap:balance}
.urgent{background:#000;color:#fff;font-size:${pt(40)};line-height:1.45;font-weight:700;text-align:center;padding:${pt(5)} 0 ${pt(2)};margin:0 0 ${pt(12)};print-color-adjust:exact;-webkit-print-color-adjust:exact}
h1{font-size:${pt(type.title)};line-height:${lineHeight.title};font-weight:700;margin:0 0 ${pt(10)};text-align:left;orphans:2;widows:2}
.text p{font-size:${pt(type.text)};line-height:${lineHeight.text};margin:0 0 ${pt(12)};text-align:left;orphans:2;widows:2}
.room{height:${mm(35)}}
.foot{border-top:${pt(2)} solid;padding-top:${mm(1)};display:grid;grid-template-columns:${mm(31)} 1fr;gap:${mm(5)};align-items:center;font-size:${pt(13)};line-height:1.4}
.foot img{width:${mm(31)};height:${mm(31)}}
.foot p{margin:0}
.foot .scan{font-size:${pt(19)};font-weight:700}
.foot .remove{font-size:${pt(16)};font-weight:700}
.foot .fact{display:inline-block;margin-right:1em}
.foot .small{font-size:${pt(11)}}
@media print{.foot{position:fixed;left:0;right:0;bottom:0;height:${mm(33)}}}
@media screen{.room{height:0}}
.mark{position:fixed;top:38%;left:0;right:0;text-align:center;font:700 ${pt(40)}/1.25 "Large";color:#000;opacity:.18;transform:rotate(-28deg);pointer-events:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
`
}

/** The sheets. Head and foot of the table take the room on each; the foot itself stands at the bottom of each. */
export function largeBody(notice: Notice): string {
  const mark = standingMarks[notice.standing]
  const facts = [
    notice.documentNumber === '' ? '' : `Số: ${notice.documentNumber}`,
    `Phát hành ngày ${issueDay(notice)}`,
    `Bản số ${notice.revision}`,
  ].filter(fact => fact !== '')
  return `<main>
<table role="presentation">
<thead><tr><td>${notice.issuer === '' ? '' : `<p class="issuer">${escapeHtml(notice.issuer)}</p>`}</td></tr></thead>
<tfoot><tr><td><div class="room"></div></td></tr></tfoot>
<tbody><tr><td>
${notice.priority === 'emergency' ? '<p class="urgent">KHẨN CẤP</p>' : ''}
<h1>${lineHtml(notice.title)}</h1>
<div class="text">
${paragraphs(notice.shortText)}
</div>
</td></tr></tbody>
</table>
<div class="foot">
${qrPicture(notice.qr, 'Mã QR dẫn đến toàn văn thông báo')}
<div>
<p class="scan">Quét mã để xem toàn văn</p>
<p class="remove">${removeLine(notice.removeBy)}</p>
<p>${facts.map(fact => `<span class="fact">${escapeHtml(fact)}</span>`).join(' ')}</p>
${notice.approved === null ? '' : `<p class="small">${escapeHtml(notice.approved.by)} đã phê duyệt trên hệ thống</p>`}
</div>
</div>
${mark === '' ? '' : `<div class="mark">${mark}</div>`}
</main>`
}
