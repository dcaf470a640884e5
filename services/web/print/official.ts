import { vietNamDay } from '../../domain/airtime/calendar.ts'
import { officialDay, officialMoment, type PaperSize } from '../../domain/paper.ts'
import { escapeHtml } from '../../text/html.ts'
import { documentHead } from './document.ts'
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
 * The notice in the form of an administrative document: Decree 30/2020/NĐ-CP, Appendix I. On A3, which the decree does not
 * know for notices, the same sheet √2 times as large.
 */

/** Margins (mm), types (pt) and distances of Appendix I; everything scales with the sheet. */
export function officialStyle(notice: Notice, size: PaperSize): string {
  const { pt, mm } = lengths(size)
  const foot = `Bản số ${notice.revision} · ${removeLine(notice.removeBy)}`
  const mark = [notice.demo ? 'DIỄN TẬP' : '', standingMarks[notice.standing]].filter(Boolean).join(' · ')
  const margin = (at: string, content: string, more = '') => `@${at}{content:${content};${more}}`
  return `
@page{size:${size} portrait;margin:${mm(20)} ${mm(15)} ${mm(20)} ${mm(30)};font-family:"Official";
${margin('top-center', 'counter(page)', `font-size:${pt(13)};vertical-align:middle`)}
${margin('bottom-left', cssString(foot), `font-size:${pt(9)};white-space:nowrap`)}
${margin('bottom-right', cssString(mark), `font-size:${pt(9)};font-weight:700;white-space:nowrap`)}
}
@page:first{${margin('top-center', 'none')}}
main{font-family:"Official";font-size:${pt(14)};line-height:1.3;width:${mm(165)};overflow-wrap:anywhere}
@media screen{main{width:${mm(210)};max-width:100%;padding:${mm(20)} ${mm(15)} ${mm(20)} ${mm(30)}}}
.head{display:grid;grid-template-columns:${mm(63)} 1fr;gap:0 ${mm(5)};text-align:center;font-size:${pt(13)}}
.issuer{font-size:${pt(12)};font-weight:700;text-wrap:balance}
.ruled{display:inline-block;max-width:100%}
.ruled::after{content:"";display:block;width:40%;margin:${pt(3)} auto 0;border-top:${pt(0.75)} solid}
.state b{display:block;font-size:${pt(12)};white-space:nowrap}
.motto{display:inline-block;font-size:${pt(13)};font-weight:700;border-bottom:${pt(0.75)} solid;padding-bottom:${pt(2)};white-space:nowrap}
.head .number{margin:${pt(8)} 0 0}
.head .date{margin:${pt(8)} 0 0;font-style:italic}
h1{font-size:${pt(14)};line-height:1.3;font-weight:700;text-align:center;margin:${pt(20)} 0 ${pt(14)};break-after:avoid}
h1>span{display:block}
h1>.subject{display:inline-block;max-width:92%;text-wrap:balance;hyphens:none}
h1>.subject::after{content:"";display:block;width:38%;margin:${pt(4)} auto 0;border-top:${pt(0.75)} solid}
.body p{margin:0 0 ${pt(6)};text-align:justify;text-indent:${mm(10)};orphans:2;widows:2}
.body p:last-child{break-after:avoid}
.urgent{display:inline-block;border:${pt(1.5)} solid;padding:${pt(1)} ${pt(8)};font-weight:700;margin-top:${pt(8)}}
.end{display:grid;grid-template-columns:1fr 1fr;gap:0 ${mm(8)};margin-top:${pt(14)};break-inside:avoid;break-before:avoid}
.to{font-size:${pt(11)};line-height:1.25}
.to b{font-size:${pt(12)};font-style:italic}
.to ul{list-style:none;margin:0;padding:0}
.by{text-align:center}
.by b{display:block}
.by i{display:block;text-wrap:balance;font-size:${pt(12)}}
.by .name{margin-top:${pt(12)}}
.by .when{text-wrap:balance;font-size:${pt(12)};margin:0}
.post{display:grid;grid-template-columns:${mm(30)} 1fr;gap:${mm(4)};align-items:center;margin-top:${pt(16)};border-top:${pt(0.75)} solid;padding-top:${pt(8)};font-size:${pt(12)};line-height:1.35;break-inside:avoid;break-before:avoid}
.post img{width:${mm(30)};height:${mm(30)}}
.post p{margin:0}
.post .url{font-size:${pt(10)}}
.mark{position:fixed;top:45%;left:0;right:0;text-align:center;font:700 ${pt(34)}/1.25 "Official";color:#000;opacity:.16;transform:rotate(-28deg);pointer-events:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.demo{border:${pt(0.75)} dashed;text-align:center;font-size:${pt(11)};font-weight:700;padding:${pt(2)};margin:0 0 ${pt(8)}}
`
}

/** The sheet itself. Who signed the document on paper is not known here: only the approval in Loa is, and that is said. */
export function officialBody(notice: Notice): string {
  const head = documentHead(notice.title, notice.documentNumber)
  const day = notice.issuedAt === null ? 'ngày … tháng … năm ……' : officialDay(vietNamDay(notice.issuedAt))
  const date = notice.place === null ? day.replace(/^n/, 'N') : `${notice.place}, ${day}`
  const mark = standingMarks[notice.standing]
  return `<main>
${notice.demo ? `<p class="demo">${demoMark}</p>` : ''}
<div class="head">
<div>
${notice.issuer === '' ? '' : `<div class="issuer"><span class="ruled">${escapeHtml(notice.issuer.toLocaleUpperCase('vi'))}</span></div>`}
${head.number === '' ? '' : `<p class="number">${lineHtml(head.number)}</p>`}
${notice.priority === 'emergency' ? '<span class="urgent">KHẨN CẤP</span>' : ''}
</div>
<div class="state">
<b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b>
<span class="motto">Độc lập - Tự do - Hạnh phúc</span>
<p class="date">${escapeHtml(date)}</p>
</div>
</div>
<h1><span>${escapeHtml(head.kind.toLocaleUpperCase('vi'))}</span>
<span class="subject">${lineHtml(head.subject)}</span></h1>
<div class="body">
${paragraphs(notice.body)}
</div>
<div class="end">
<div class="to"><b>Nơi nhận:</b>
<ul>
${receivers(notice.areas)
  .map(line => `<li>- ${escapeHtml(line)};</li>`)
  .join('\n')}
<li>- Lưu: hồ sơ phát hành trên hệ thống Loa.</li>
</ul></div>
<div class="by">${approval(notice)}</div>
</div>
${postingFacts(notice)}
${mark === '' ? '' : `<div class="mark">${mark}</div>`}
</main>`
}

const areasNamed = 4

function receivers(areas: string[]): string[] {
  const shown = areas.slice(0, areasNamed).map(name => `Bảng tin công cộng: ${name}`)
  const more = areas.length - shown.length
  return more > 0 ? [...shown, `Bảng tin công cộng của ${more} địa bàn khác`] : shown
}

function approval(notice: Notice): string {
  if (notice.approved === null) return '<b>CHƯA PHÊ DUYỆT</b>'
  return `<b>PHÊ DUYỆT ĐIỆN TỬ</b>
<i>(Bản in từ hệ thống, không có chữ ký và con dấu)</i>
<b class="name">${escapeHtml(notice.approved.by)}</b>
<p class="when">đã phê duyệt trên hệ thống lúc ${officialMoment(notice.approved.at)}</p>`
}

function postingFacts(notice: Notice): string {
  const issuer = notice.issuer === '' ? '' : `<p>Cơ quan ban hành: ${escapeHtml(notice.issuer)}</p>`
  return `<div class="post">
${qrPicture(notice.qr, 'Mã QR dẫn đến toàn văn thông báo')}
<div>
<p><b>Quét mã để xem toàn văn</b></p>
<p class="url">${escapeHtml(notice.qr.url)}</p>
${issuer}
<p>Bản số ${notice.revision} · Phát hành ngày ${issueDay(notice)} · <b>${removeLine(notice.removeBy)}</b></p>
</div>
</div>`
}
