import type { OutgoingMail } from '../../../channels/contract.ts'
import { lastDay, shortDay } from '../../domain/paper.ts'
import type { PostingReminder } from '../../domain/posting.ts'
import { escapeHtml } from '../../text/html.ts'

/** One notice that its keeper is to take down, or not to put up. */
export interface ReminderLine {
  postingId: string
  kind: PostingReminder
  title: string
  boardName: string
  communeName: string
  removeBy: Date
  /** False: nobody has said that it hangs. */
  posted: boolean
  pageUrl: string
}

const headings: Record<PostingReminder, string> = {
  withdrawn: 'ĐÃ THU HỒI - gỡ ngay, hoặc không niêm yết nếu chưa dán:',
  overdue: 'Đã quá hạn - cần gỡ:',
  soon: 'Sắp hết hạn - chuẩn bị gỡ:',
}
/** The most pressing first. */
const order: PostingReminder[] = ['withdrawn', 'overdue', 'soon']

/** Nobody reads more in a mail; the console lists everything that is to be taken down. */
const linesAtMost = 100

const greeting = 'Kính gửi Ông/Bà phụ trách bảng niêm yết,'
const closing =
  'Sau khi gỡ, đề nghị Ông/Bà mở đường dẫn của từng thông báo (hoặc quét mã trên phiếu niêm yết) để báo đã gỡ. Thư được gửi tự động từ hệ thống Loa, vui lòng không trả lời.'
const demoNotice = '[DIỄN TẬP] Đây là thư của hệ thống diễn tập, không phải yêu cầu thật.'

/**
 * The one mail that a keeper gets for everything that is due at a moment: what is to be taken down where, the withdrawn
 * first; of more than a hundred, how many more there are. The key names the reminders in it, so that a repeat is recognisable.
 */
export function reminderMail(to: string, lines: ReminderLine[], demo: boolean): OutgoingMail {
  const listed = order.flatMap(kind => lines.filter(line => line.kind === kind)).slice(0, linesAtMost)
  const more = lines.length - listed.length
  const others = more > 0 ? [`và ${more} thông báo khác, xem mục Bảng giấy cần gỡ trong hệ thống Loa.`] : []
  const groups = order
    .map(kind => ({ kind, lines: listed.filter(line => line.kind === kind) }))
    .filter(group => group.lines.length > 0)
  const worst = groups[0]?.kind ?? 'soon'
  const count = lines.length
  const subjects: Record<PostingReminder, string> = {
    withdrawn: `GỠ NGAY: ${count} thông báo trên bảng niêm yết`,
    overdue: `Cần gỡ ${count} thông báo trên bảng niêm yết`,
    soon: `Nhắc gỡ ${count} thông báo trên bảng niêm yết`,
  }
  const text = groups.map(group => `${headings[group.kind]}\n${group.lines.map(textLine).join('\n')}`)
  return {
    to,
    subject: `${demo ? '[DIỄN TẬP] ' : ''}${subjects[worst]}`,
    text: [...(demo ? [demoNotice] : []), greeting, ...text, ...others, `--\n${closing}`].join('\n\n'),
    html: html(groups, others, demo),
    key: `posting-${lines.map(line => `${line.kind[0]}${line.postingId}`).join('-')}`,
    ...(worst === 'withdrawn' && { headers: { 'X-Priority': '1 (Highest)', Importance: 'High' } }),
  }
}

function whatOf(line: ReminderLine): string {
  const until = line.kind === 'withdrawn' ? '' : `, gỡ sau ngày ${shortDay(lastDay(line.removeBy))}`
  const hangs = line.posted ? '' : ' (chưa báo đã dán)'
  return `${line.boardName}, ${line.communeName}${until}${hangs}`
}

function textLine(line: ReminderLine): string {
  return `- ${line.title}\n  ${whatOf(line)}\n  ${line.pageUrl}`
}

/** Inline styles only, because webmails drop style sheets; 16 px body type, contrast above 4.5:1. */
function html(groups: { kind: PostingReminder; lines: ReminderLine[] }[], others: string[], demo: boolean): string {
  const item = (line: ReminderLine) =>
    `<li style="margin:0 0 12px"><strong>${escapeHtml(line.title)}</strong><br>${escapeHtml(whatOf(line))}<br>` +
    `<a href="${escapeHtml(line.pageUrl)}" style="color:#0b57a4">Báo đã gỡ</a></li>`
  const section = (group: { kind: PostingReminder; lines: ReminderLine[] }) =>
    `<h2 style="font-size:18px;margin:20px 0 8px;color:${group.kind === 'soon' ? '#1c2430' : '#8f1218'}">${headings[group.kind]}</h2>` +
    `<ul style="margin:0;padding-left:20px">${group.lines.map(item).join('')}</ul>`
  return (
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Bảng niêm yết</title></head>' +
    '<body style="margin:0;padding:16px;font-family:\'Segoe UI\',Roboto,Arial,sans-serif;font-size:16px;line-height:1.6;color:#1c2430">' +
    `${demo ? `<p style="padding:8px 12px;background:#e8eefc;color:#1b3a7a"><strong>${demoNotice}</strong></p>` : ''}` +
    `<p>${greeting}</p>${groups.map(section).join('')}${others.map(words => `<p>${words}</p>`).join('')}<p style="color:#4a5568">${closing}</p></body></html>`
  )
}
