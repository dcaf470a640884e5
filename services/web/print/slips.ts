import { vietNamDay } from '../../domain/airtime/calendar.ts'
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
.sheet{display:grid;grid-template-columns:95mm 95mm;grid-auto-rows:92mm;break-after:page}
.sheet:last-child{break-after:auto}
.slip{position:relative;border:.3mm dashed #555;padding:4mm;overflow:hidden;display:flex;flex-direction:column;font-size:9.5pt;line-height:1.35}
.slip p{margin:0}
.place{font-size:13pt;font-weight:700;line-height:1.3;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.commune{margin-bottom:1.5mm !important;font-size:10.5pt}
.title{font-weight:700;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}
.fact{margin-top:1mm !important}
.dates{display:flex;gap:3mm;margin:1.5mm 0 !important;padding:1mm 0;border-top:.3mm solid;border-bottom:.3mm solid;font-weight:700}
.do{display:grid;grid-template-columns:30mm 1fr;gap:3mm;align-items:center;margin-top:auto}
.do img{width:30mm;height:30mm}
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
    body: `<main>${
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
  const issued = sheet.issuedAt === null ? '' : ` · Phát hành ${shortDay(vietNamDay(sheet.issuedAt))}`
  const mark = standingMarks[sheet.standing]
  return `<article class="slip">
${sheet.demo ? `<p class="demo">${demoMark}</p>` : ''}
<p class="place">${escapeHtml(slip.boardName)}</p>
<p class="commune">${escapeHtml(slip.communeName)}</p>
<p class="title">${lineHtml(sheet.title)}</p>
<p class="fact">${lineHtml(`${number}Bản số ${sheet.revision}${issued}`)}</p>
<p class="dates"><span>${by === null ? 'Niêm yết NGAY' : `Niêm yết trước ${shortDay(by)}`}</span><span>Gỡ sau ${shortDay(lastDay(sheet.removeBy))}</span></p>
<div class="do">${qrPicture(slip.qr, 'Mã QR của trang xác nhận niêm yết')}
<ol><li>Dán thông báo lên bảng.</li><li>Quét mã này, chụp ảnh bảng, xác nhận.</li><li>Hết hạn: gỡ, quét lại, báo đã gỡ.</li></ol></div>
${mark === '' ? '' : `<p class="mark">${mark}</p>`}
</article>`
}
