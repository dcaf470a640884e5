import type { Priority } from '../../domain/announcement.ts'
import type { Qr } from '../../domain/board-content.ts'
import { lastDay, type NoticeStanding, postBy, shortDay } from '../../domain/paper.ts'
import { escapeHtml } from '../../text/html.ts'
import { demoMark, lineHtml, qrPicture, standingMarks } from './notice.ts'
import { printPage } from './page.ts'
import { printLinks } from './render.ts'

/** One board's slip: what to post where until when, and the code of its page for the phone. */
export interface Slip {
  boardName: string
  communeName: string
  qr: Qr
}

export interface SlipSheet {
  id: string
  title: string
  documentNumber: string
  revision: number
  priority: Priority
  standing: NoticeStanding
  issuedAt: Date | null
  removeBy: Date
  slips: Slip[]
  demo: boolean
}

const perSheet = 6

/** Six to an A4 sheet, parted by lines to cut along. Fixed sizes: a page never breaks within a slip. */
const style = `
@page{size:A4 portrait;margin:10mm;font-family:"Large"}
main{font-family:"Large";width:190mm;overflow-wrap:anywhere;hyphens:none}
@media screen{main{max-width:100%;padding:10mm;width:210mm;overflow-x:auto}}
.head{font-size:15pt;line-height:1.4;margin:0 0 6mm}
@media print{.head{display:none}}
.sheet{display:grid;grid-template-columns:95mm 95mm;grid-auto-rows:92mm;break-after:page}
.sheet:last-child{break-after:auto}
.slip{position:relative;border:.3mm dashed #555;padding:4mm;overflow:hidden;display:flex;flex-direction:column;font-size:9.5pt;line-height:1.4}
.slip>*{flex-shrink:0}
.slip p,.slip h2{margin:0}
.place{font-size:12pt;font-weight:700;line-height:1.35;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.commune{margin-bottom:1mm !important}
.title{font-weight:700;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}
.fact{margin-top:1mm !important}
.dates{display:flex;gap:3mm;margin:1mm 0 !important;padding:.6mm 0;border-top:.3mm solid;border-bottom:.3mm solid;font-weight:700}
.do{display:grid;grid-template-columns:29mm 1fr;gap:3mm;align-items:center;margin-top:auto}
.do img{width:29mm;height:29mm}
.do ol{margin:0;padding-left:5mm}
.do li{margin-bottom:.8mm}
.mark{position:absolute;left:0;right:0;top:42%;text-align:center;font-size:17pt;font-weight:700;opacity:.22;transform:rotate(-18deg)}
.demo{font-size:7.5pt;font-weight:700}
.none{padding:20mm 0;text-align:center;font-size:13pt}
`

/** Slips of all paper boards of one dispatch. */
export function slipsPage(sheet: SlipSheet, build: string): string {
  const sheets = Array.from({ length: Math.ceil(sheet.slips.length / perSheet) }, (_, i) =>
    sheet.slips.slice(i * perSheet, (i + 1) * perSheet),
  )
  const none =
    sheet.standing === 'preview'
      ? 'Thông báo chưa được phê duyệt.'
      : 'Thông báo này không gửi đến bảng niêm yết giấy nào.'
  return printPage({
    title: `${sheet.title} – Phiếu niêm yết`,
    build,
    style,
    links: printLinks(sheet.id, `/print/${sheet.id}/slips`),
    body: `<main><h1 class="head">Phiếu niêm yết: ${escapeHtml(sheet.title)}</h1>${
      sheets.length === 0
        ? `<p class="none">${none}</p>`
        : sheets
            .map(slips => `<section class="sheet">${slips.map(slip => slipHtml(sheet, slip)).join('\n')}</section>`)
            .join('\n')
    }</main>`,
    note: [standingMarks[sheet.standing], sheet.demo ? demoMark : ''].filter(Boolean).join(' · '),
  })
}

function slipHtml(sheet: SlipSheet, slip: Slip): string {
  const by = sheet.issuedAt && postBy(sheet.priority, sheet.issuedAt, sheet.removeBy)
  const number = sheet.documentNumber === '' ? '' : `Số: ${sheet.documentNumber} · `
  const mark = standingMarks[sheet.standing]
  return `<article class="slip">
${sheet.demo ? `<p class="demo">${demoMark}</p>` : ''}
<h2 class="place">${escapeHtml(slip.boardName)}</h2>
<p class="commune">${escapeHtml(slip.communeName)}</p>
<p class="title">${lineHtml(sheet.title)}</p>
<p class="fact">${lineHtml(`${number}Bản số ${sheet.revision}`)}</p>
<p class="dates"><span>${by === null ? 'Niêm yết NGAY' : `Niêm yết chậm nhất ${shortDay(by)}`}</span><span>Gỡ sau ${shortDay(lastDay(sheet.removeBy))}</span></p>
<div class="do">${qrPicture(slip.qr, 'Mã QR của trang xác nhận niêm yết')}
<ol><li>Dán thông báo lên bảng.</li><li>Quét mã này, chụp ảnh bảng, xác nhận.</li><li>Hết hạn: gỡ, quét lại, báo đã gỡ.</li></ol></div>
${mark === '' ? '' : `<p class="mark">${mark}</p>`}
</article>`
}
