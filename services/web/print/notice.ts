import { vietNamDay } from '../../domain/airtime/calendar.ts'
import type { Priority } from '../../domain/announcement.ts'
import type { Qr } from '../../domain/board-content.ts'
import { lastDay, type NoticeStanding, shortDay } from '../../domain/paper.ts'
import { escapeHtml } from '../../text/html.ts'

/** Everything that a printed notice is made of. */
export interface Notice {
  id: string
  title: string
  body: string
  /** The text for passers-by: the board's own, or the first sentences. */
  shortText: string
  issuer: string
  documentNumber: string
  priority: Priority
  revision: number
  standing: NoticeStanding
  /** Null before the approval. */
  issuedAt: Date | null
  removeBy: Date
  approved: { by: string; at: Date } | null
  /** Where it is dated; null: nobody knows. */
  place: string | null
  /** Names of the areas that it is for. */
  areas: string[]
  /** Of the public page. */
  qr: Qr
  demo: boolean
}

/** What is printed across every sheet that must not be posted. */
export const standingMarks: Record<NoticeStanding, string> = {
  preview: 'BẢN XEM TRƯỚC - CHƯA PHÊ DUYỆT',
  valid: '',
  withdrawn: 'ĐÃ THU HỒI',
  superseded: 'ĐÃ ĐƯỢC THAY THẾ',
  expired: 'ĐÃ HẾT HẠN NIÊM YẾT',
}

export const demoMark = 'HỆ THỐNG DIỄN TẬP - KHÔNG PHẢI THÔNG BÁO CHÍNH THỨC'

/** Day of issue, or dots for a sheet that nobody has approved. */
export function issueDay(notice: Pick<Notice, 'issuedAt'>): string {
  return notice.issuedAt === null ? '…/…/……' : shortDay(vietNamDay(notice.issuedAt))
}

/** `Gỡ sau ngày 25/12/2026`. */
export function removeLine(removeBy: Date): string {
  return `Gỡ sau ngày ${shortDay(lastDay(removeBy))}`
}

/**
 * The code with the quiet zone of four modules that readers need (ISO/IEC 18004). A picture instead of a drawing in the page:
 * Chromium repeats a fixed part on every printed sheet, but not the drawings in it.
 */
export function qrPicture(qr: Qr, label: string): string {
  const side = qr.size + 8
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${side}v${side}H0z"/><path transform="translate(4 4)" d="${qr.path}"/></svg>`
  return `<img class="qr" alt="${escapeHtml(label)}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
}

/** Paragraphs as the officer parted them; an empty line is no paragraph. */
export function paragraphs(text: string): string {
  return text
    .split(/\n+/)
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => `<p>${lineHtml(line)}</p>`)
    .join('\n')
}

/**
 * A line as HTML that breaks where a person would break it: spans of years and numbers of documents stay together, long
 * addresses may break at their signs. Adds no character to the text.
 */
export function lineHtml(line: string): string {
  return line
    .split(/(\d+ [-–] \d[\d/]*|\S+)/u)
    .map(part => {
      if (part.length > 28) return escapeHtml(part).replaceAll(/[/?=._-]|&amp;/g, sign => `${sign}<wbr>`)
      const together = /^\d+ [-–] \d/u.test(part) || /^\d[^\s-]*\/[^\s-]*-/u.test(part)
      return together ? `<span class="nb">${escapeHtml(part)}</span>` : escapeHtml(part)
    })
    .join('')
}
