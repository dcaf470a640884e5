import type { Priority } from '../../services/domain/announcement.ts'
import type { Batch, OutgoingMail, StationTarget } from '../contract.ts'
import { demoNotice, type SpeechContent } from './render.ts'

const priorityNames: Record<Priority, string> = {
  routine: 'Thông thường',
  priority: 'Ưu tiên',
  emergency: 'KHẨN CẤP',
}

const whatToDo: Record<Priority, string> = {
  routine: 'Đề nghị đài bố trí phát trong các khung giờ phát của địa phương.',
  priority: 'Đề nghị đài ưu tiên phát trong chương trình phát thanh gần nhất.',
  emergency: 'ĐỀ NGHỊ ĐÀI PHÁT NGAY KHI NHẬN ĐƯỢC THƯ NÀY.',
}

const scriptHeading = 'Nội dung để đọc trực tiếp khi không phát được tệp âm thanh:'
const closing =
  'Sau khi phát, đề nghị Ông/Bà đánh dấu "Đã phát" trên hệ thống Loa. Thư được gửi tự động, vui lòng không trả lời.'

export interface OperatorMailInput {
  batch: Pick<Batch<SpeechContent>, 'dispatchId' | 'title' | 'priority' | 'expiresAt' | 'content'>
  station: Pick<StationTarget, 'id' | 'name'>
  operatorEmail: string
  audioUrl: string
  audioUrlExpiresAt: Date
  feedUrl: string
}

/**
 * The mail that tells an operator to air an announcement. It carries the script, so that a station without network
 * at broadcasting time can still read it aloud. The key names dispatch and station, so a repeat is recognisable.
 */
export function operatorMail(input: OperatorMailInput): OutgoingMail {
  const { batch, station } = input
  const { content } = batch
  const title = oneLine(batch.title)
  const facts: [string, string][] = [
    ['Đài', oneLine(station.name)],
    ['Mức độ ưu tiên', priorityNames[batch.priority]],
    ['Thời lượng', spokenDuration(content.durationSeconds)],
    ['Phát đến hết', batch.expiresAt ? localTime(batch.expiresAt) : 'Không đặt thời hạn'],
  ]
  const linkNote = `Đường dẫn dùng được đến ${localTime(input.audioUrlExpiresAt)}; tệp MP3, ${megabytes(content.sizeBytes)}.`
  const parts: MailParts = { ...input, title, facts, linkNote }
  const marks = [
    content.demo ? '[DIỄN TẬP] ' : '',
    batch.priority === 'emergency' ? '[KHẨN CẤP] ' : batch.priority === 'priority' ? '[ƯU TIÊN] ' : '',
  ]
  return {
    to: input.operatorEmail,
    subject: `${marks.join('')}Đề nghị phát thanh: ${title}`,
    text: textBody(parts),
    html: htmlBody(parts),
    key: `loudspeaker-${batch.dispatchId}-${station.id}`,
    ...(batch.priority === 'emergency' ? { headers: { 'X-Priority': '1 (Highest)', Importance: 'High' } } : {}),
  }
}

interface MailParts extends OperatorMailInput {
  title: string
  facts: [string, string][]
  linkNote: string
}

const greeting = 'Kính gửi Ông/Bà phụ trách vận hành đài truyền thanh cơ sở,'

function textBody(p: MailParts): string {
  return [
    ...(p.batch.content.demo ? [demoNotice] : []),
    greeting,
    `Đề nghị phát thông báo: ${p.title}`,
    whatToDo[p.batch.priority],
    p.facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    `Tải tệp âm thanh:\n${p.audioUrl}\n${p.linkNote}`,
    `Địa chỉ RSS của đài (tự động nhận bản tin, không chia sẻ cho người khác):\n${p.feedUrl}`,
    scriptHeading,
    p.batch.content.script,
    `--\n${closing}`,
  ].join('\n\n')
}

/** Tables and inline styles only, because webmails drop style sheets; 16 px body type, contrast above 4.5:1. */
function htmlBody(p: MailParts): string {
  const urgent = p.batch.priority === 'emergency'
  const band = urgent ? '#b3141d' : '#14532d'
  const para = (html: string, extra = '') => `<p style="margin:0 0 14px;${extra}">${html}</p>`
  const rows = p.facts.map(
    ([name, value]) =>
      `<tr><td style="padding:4px 16px 4px 0;color:#4a5568;white-space:nowrap;vertical-align:top">${escapeHtml(name)}</td>` +
      `<td style="padding:4px 0;font-weight:bold">${escapeHtml(value)}</td></tr>`,
  )
  const script = p.batch.content.script
    .split(/\n\s*\n/)
    .map(text => para(escapeHtml(text).replaceAll('\n', '<br>'), 'font-size:18px;line-height:1.7'))
  return [
    '<!doctype html><html lang="vi"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeHtml(p.title)}</title></head>`,
    '<body style="margin:0;padding:0;background:#eef1f5">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:16px 8px">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;background:#ffffff;border:1px solid #d9dee6;text-align:left;font-family:\'Segoe UI\',Roboto,\'Helvetica Neue\',Arial,sans-serif;font-size:16px;line-height:1.6;color:#1c2430">',
    p.batch.content.demo
      ? `<tr><td style="padding:10px 24px;background:#e8eefc;color:#1b3a7a;font-weight:bold">${demoNotice}</td></tr>`
      : '',
    `<tr><td style="padding:12px 24px;background:${band};color:#ffffff;font-weight:bold">${escapeHtml(whatToDo[p.batch.priority])}</td></tr>`,
    '<tr><td style="padding:24px">',
    para(greeting),
    `<h1 style="margin:0 0 16px;font-size:22px;line-height:1.35">${escapeHtml(p.title)}</h1>`,
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px">${rows.join('')}</table>`,
    `<p style="margin:0 0 8px"><a href="${escapeHtml(p.audioUrl)}" style="display:inline-block;padding:12px 24px;background:#0b57a4;color:#ffffff;font-weight:bold;text-decoration:none;border-radius:4px">Tải tệp âm thanh (MP3)</a></p>`,
    para(escapeHtml(p.linkNote), 'font-size:14px;color:#4a5568'),
    para(
      `Địa chỉ RSS của đài (tự động nhận bản tin, không chia sẻ cho người khác):<br><a href="${escapeHtml(p.feedUrl)}" style="color:#0b57a4;overflow-wrap:anywhere;word-break:break-all">${escapeHtml(p.feedUrl)}</a>`,
      'font-size:14px',
    ),
    para(`<strong>${escapeHtml(scriptHeading)}</strong>`),
    `<div style="padding:16px 20px 6px;background:#f6f7f9;border-left:4px solid ${band}">${script.join('')}</div>`,
    '</td></tr>',
    `<tr><td style="padding:16px 24px;border-top:1px solid #d9dee6;font-size:13px;color:#4a5568">${escapeHtml(closing)}</td></tr>`,
    '</table></td></tr></table></body></html>',
  ].join('')
}

/** 125 -> "2 phút 5 giây". */
export function spokenDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  const rest = whole % 60
  if (minutes === 0) return `${rest} giây`
  return rest === 0 ? `${minutes} phút` : `${minutes} phút ${rest} giây`
}

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** A moment as an official letter writes it, in the time of Viet Nam: 17 giờ 30 phút, ngày 05/12/2026. */
export function localTime(at: Date): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of clock.formatToParts(at)) part[type] = value
  return `${part.hour} giờ ${part.minute} phút, ngày ${part.day}/${part.month}/${part.year}`
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1).replace('.', ',')} MB`
}

/** One line without control characters, so that no text can add a header or break the layout. */
function oneLine(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? character)
}
