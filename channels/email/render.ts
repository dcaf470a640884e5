import type { Priority } from '../../services/domain/announcement.ts'
import type { RenderSource, Rendition } from '../contract.ts'

/**
 * The mail that all targets share. `text` and `html` carry a neutral greeting and no refusal address; both are put in
 * per person by {@link personalise} at fixed places that the announcement's own words cannot imitate.
 */
export interface EmailContent {
  subject: string
  text: string
  html: string
  priority: Priority
}

const neutralGreeting = 'Kính gửi Ông/Bà,'
const greetingOpen = '<!--loa:greeting-->'
const greetingClose = '<!--/loa:greeting-->'
const refusalAnchor = 'href="#tu-choi-nhan-thu"'
const refusalLine = 'Từ chối nhận thư: (đường dẫn riêng của từng người nhận)'

const banners: Record<Priority, { label: string; background: string; ink: string } | undefined> = {
  routine: undefined,
  priority: { label: 'THÔNG BÁO ƯU TIÊN', background: '#fff4d6', ink: '#6b4300' },
  emergency: { label: 'THÔNG BÁO KHẨN CẤP', background: '#b3141d', ink: '#ffffff' },
}
const demoSentence =
  'Đây là thư thử nghiệm của hệ thống Loa, không phải thông báo chính thức. Ông/Bà không cần thực hiện nội dung trong thư.'

/** Makes the mail in the form of an official notice. Pure: the same source gives the same bytes. */
export function renderEmail(source: RenderSource): Rendition<EmailContent> {
  const { content } = source
  const title = oneLine(content.title)
  const marks = [source.demo ? '[THỬ NGHIỆM]' : '', content.priority === 'emergency' ? '[KHẨN CẤP]' : '']
  const parts: Parts = {
    title,
    issuer: oneLine(content.issuer),
    documentNumber: oneLine(content.documentNumber),
    paragraphs: paragraphsOf(content.body),
    banner: banners[content.priority],
    urgencyReason: content.priority === 'emergency' ? oneLine(content.urgencyReason) : '',
    publicUrl: source.publicUrl ?? '',
    demo: source.demo,
  }
  return {
    content: {
      subject: [...marks, title].filter(Boolean).join(' '),
      text: textBody(parts),
      html: htmlBody(parts),
      priority: content.priority,
    },
    files: [],
    warnings: [],
  }
}

/**
 * The mail for one person.
 * @param fullName as registered; may be empty
 * @param refusalUrl absolute one-click address (RFC 8058)
 */
export function personalise(
  content: EmailContent,
  fullName: string,
  refusalUrl: string,
): { text: string; html: string } {
  const name = oneLine(fullName)
  const greeting = name ? `Kính gửi Ông/Bà ${name},` : neutralGreeting
  const { text, html } = content
  const open = html.indexOf(greetingOpen) + greetingOpen.length
  const close = html.indexOf(greetingClose)
  const anchor = html.lastIndexOf(refusalAnchor)
  return {
    // The greeting opens the text and the refusal closes it, so both are found by position.
    text: `${greeting + text.slice(neutralGreeting.length, -refusalLine.length)}Từ chối nhận thư: ${refusalUrl}`,
    html:
      html.slice(0, open) +
      escapeHtml(greeting) +
      html.slice(close, anchor) +
      `href="${escapeHtml(refusalUrl)}"` +
      html.slice(anchor + refusalAnchor.length),
  }
}

interface Parts {
  title: string
  issuer: string
  documentNumber: string
  paragraphs: string[]
  banner: { label: string; background: string; ink: string } | undefined
  urgencyReason: string
  publicUrl: string
  demo: boolean
}

function whyYou(issuer: string): string {
  const sender = issuer || 'cơ quan nhà nước trên địa bàn'
  return `Ông/Bà nhận được thư này vì đã đồng ý nhận thông báo của ${sender} qua thư điện tử. Thư được gửi tự động, vui lòng không trả lời vào địa chỉ gửi.`
}

function textBody(p: Parts): string {
  const head = [p.issuer, p.documentNumber ? `Số: ${p.documentNumber}` : ''].filter(Boolean).join('\n')
  return [
    neutralGreeting,
    p.demo ? demoSentence : '',
    p.banner?.label ?? '',
    head,
    p.title,
    ...p.paragraphs,
    p.urgencyReason ? `Lý do khẩn cấp: ${p.urgencyReason}` : '',
    p.publicUrl ? `Xem thông báo trên mạng: ${p.publicUrl}` : '',
    '--',
    whyYou(p.issuer),
    refusalLine,
  ]
    .filter(Boolean)
    .join('\n\n')
}

/**
 * Tables and inline styles only: Outlook and older webmails drop style sheets. 16 px body type, contrast above 4.5:1.
 */
function htmlBody(p: Parts): string {
  const font = "font-family:'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
  const row = (style: string, inner: string) => `<tr><td style="${style};${font}">${inner}</td></tr>`
  const paragraph = (inner: string) =>
    `<p style="margin:0 0 14px;font-size:16px;line-height:1.6;color:#1c2430">${inner}</p>`
  const rows = [
    p.demo
      ? row(
          'padding:10px 24px;background:#e8eefc;color:#1b3a7a;font-size:14px;line-height:1.5',
          escapeHtml(demoSentence),
        )
      : '',
    p.banner
      ? row(
          `padding:12px 24px;background:${p.banner.background};color:${p.banner.ink};font-size:16px;font-weight:bold;letter-spacing:.5px`,
          p.banner.label,
        )
      : '',
    row(
      'padding:24px 24px 0;color:#4a5568;font-size:14px;line-height:1.5',
      [
        p.issuer ? `<strong style="color:#1c2430">${escapeHtml(p.issuer)}</strong>` : '',
        p.documentNumber ? `Số: ${escapeHtml(p.documentNumber)}` : '',
      ]
        .filter(Boolean)
        .join('<br>'),
    ),
    row(
      'padding:12px 24px 4px',
      `<h1 style="margin:0;font-size:22px;line-height:1.35;color:#8f1118">${escapeHtml(p.title)}</h1>`,
    ),
    row(
      'padding:16px 24px 8px',
      [
        paragraph(`${greetingOpen}${escapeHtml(neutralGreeting)}${greetingClose}`),
        ...p.paragraphs.map(text => paragraph(escapeHtml(text).replaceAll('\n', '<br>'))),
        p.urgencyReason ? paragraph(`<strong>Lý do khẩn cấp:</strong> ${escapeHtml(p.urgencyReason)}`) : '',
        p.publicUrl
          ? paragraph(`<a href="${escapeHtml(p.publicUrl)}" style="color:#0b57a4">Xem thông báo trên mạng</a>`)
          : '',
      ].join(''),
    ),
    row(
      'padding:16px 24px 24px;border-top:1px solid #d9dee6;color:#4a5568;font-size:13px;line-height:1.6',
      `${escapeHtml(whyYou(p.issuer))}<br><a ${refusalAnchor} style="color:#0b57a4">Từ chối nhận thư</a>`,
    ),
  ]
  return [
    '<!doctype html><html lang="vi"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeHtml(p.title)}</title></head>`,
    '<body style="margin:0;padding:0;background:#eef1f5">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef1f5"><tr><td align="center" style="padding:16px 8px">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;background:#ffffff;border:1px solid #d9dee6;text-align:left">',
    rows.filter(Boolean).join(''),
    '</table></td></tr></table></body></html>',
  ].join('')
}

/** Blank lines separate paragraphs; single line ends stay line ends. */
function paragraphsOf(body: string): string[] {
  return body
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n\s*/)
    .map(paragraph => paragraph.trim())
    .filter(Boolean)
}

/** One line of text: no line ends or other control characters, which could otherwise start a header of their own. */
function oneLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}
