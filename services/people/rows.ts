import { limits } from '../domain/announcement.ts'
import type { Sentence } from '../domain/errors.ts'
import { foldName } from '../text/fold.ts'
import type { AreaFinder } from './areas.ts'
import type { Columns, Field } from './columns.ts'
import { readEmail } from './email.ts'
import { readLanguage } from './language.ts'
import { readPhone } from './phone.ts'

/** One person as a row of the file gives it; null where the row says nothing. */
export interface PersonRow {
  row: number
  name: string | null
  phone: string | null
  email: string | null
  area: string | null
  /** Joined by {@link tagSeparator}. */
  tags: string | null
  /** true: agrees; false: withdraws; null: says nothing. */
  consent: boolean | null
  /** Code of the language the person reads, see {@link readLanguage}. */
  language: string | null
}

export type RowReading = { ok: true; person: PersonRow } | { ok: false; reason: Sentence }

/** ASCII's unit separator: the one character that no tag can hold. */
export const tagSeparator = '\x1f'

const nameCharacters = 200
const tagCharacters = 50
/** No cell that is read holds more: 50 tags of 50 characters. Normalising something endless would hold up everybody. */
const cellCharacters = 3_000

const agrees = ['co', 'x', 'v', '1', 'yes', 'y', 'true', 'dong y', 'da dong y', 'ok']
const declines = ['khong', 'khong dong y', 'chua', 'chua dong y', '0', 'no', 'n', 'false']

/** What a formula leaves when it fails. */
export const formulaError = /^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!)$/

/** UTF-8 once read as Windows-1252 and saved so ("Nguyá»…n"), or letters already lost (U+FFFD). */
export const garbled =
  /\ufffd|\u00e1[\u00ba\u00bb][\u0080-\uffff]|\u00c4[\u0090\u2018]|\u00c6[\u00b0\u00a1]|\u00c3[\u0080-\u00bf]/

function refused(vi: string, en: string): RowReading {
  return { ok: false, reason: { vi, en } }
}

function readConsent(cell: string): boolean | null | undefined {
  if (/^[✓✔☑]$/u.test(cell)) return true
  const answer = foldName(cell)
  if (answer === '') return cell === '' ? null : undefined
  if (agrees.includes(answer)) return true
  return declines.includes(answer) ? false : undefined
}

function readTags(cell: string): string[] {
  const tags = cell.split(/[,;|\n]/).map(tag => tag.replace(/\s+/g, ' ').trim())
  return [...new Set(tags.filter(tag => tag !== ''))]
}

/** Text of one cell, without what spreadsheets put around it. */
export function cellOf(cells: string[], position: number | undefined): string {
  const raw = position === undefined ? undefined : cells[position]
  if (raw === undefined || raw === '') return ''
  if (plainCell.test(raw)) return raw
  const text = raw.replaceAll('\u00a0', ' ').trim().normalize('NFC')
  // ="0912345678" is how people keep Excel from dropping the leading 0.
  return text.startsWith('=') ? (/^="(.*)"$/s.exec(text)?.[1] ?? text) : text
}

/** Nothing to undo: most cells of a list, and normalising is what takes time. */
const plainCell = /^[\w@.][\w@. -]*[\w@.]$/

/** Why a row was cut into the wrong cells, or holds more than a cell of any list does; undefined when it is whole. */
export function cutWrongly(
  cells: string[],
  { at, width }: { at: Partial<Record<string, number>>; width: number },
): Sentence | undefined {
  if (cells.slice(width).some(cell => cell.trim() !== '')) {
    return {
      vi: `Dòng có ${cells.length} ô trong khi chỉ có ${width} cột; có thể một ô chứa dấu phân cách mà không đặt trong ngoặc kép.`,
      en: `The row has ${cells.length} cells but there are only ${width} columns; a cell may hold the separator without being quoted.`,
    }
  }
  if (Object.values(at).some(position => position !== undefined && (cells[position] ?? '').length > cellCharacters)) {
    return {
      vi: `Có ô dài quá ${cellCharacters} ký tự; có thể một dấu ngoặc kép không được đóng.`,
      en: `A cell is longer than ${cellCharacters} characters; a double quote may not be closed.`,
    }
  }
  return undefined
}

/**
 * Checks one row. A row with any wrong cell is refused whole, with the first reason: half a person would look imported.
 * @param consentForAll no consent column: everybody in the file agreed on the basis that the importer states
 */
export function readPerson(
  { row, cells }: { row: number; cells: string[] },
  columns: Columns,
  options: { findArea: AreaFinder; consentForAll: boolean; convertOldNumbers: boolean },
): RowReading {
  const cut = cutWrongly(cells, columns)
  if (cut) return { ok: false, reason: cut }
  const cell = (field: Field): string => cellOf(cells, columns.at[field])

  const name = cell('fullName').replace(/^'/, '').replace(/\s+/g, ' ')
  const phoneCell = cell('phone')
  const emailCell = cell('email')
  const areaCell = cell('areaCode') || cell('areaName')
  const tagCell = cell('tags')
  if (garbled.test(name) || garbled.test(areaCell) || garbled.test(tagCell)) {
    return refused('Chữ tiếng Việt đã bị lỗi bảng mã từ trước.', 'The Vietnamese letters were already garbled.')
  }
  if (formulaError.test(name)) {
    return refused(`Ô họ tên là lỗi của công thức (${name}).`, `The name is the error of a formula (${name}).`)
  }
  if (name.length > nameCharacters || /[\x00-\x1f\x7f]/.test(name)) {
    return refused(
      `Họ tên dài quá ${nameCharacters} ký tự hoặc có ký tự điều khiển.`,
      `The name is longer than ${nameCharacters} characters or holds control characters.`,
    )
  }
  if (phoneCell === '' && emailCell === '') {
    return refused('Thiếu cả số điện thoại và email.', 'Both phone number and email are missing.')
  }
  const phone = phoneCell === '' ? undefined : readPhone(phoneCell, options)
  if (phone && !phone.ok) return { ok: false, reason: phone.reason }
  const email = emailCell === '' ? undefined : readEmail(emailCell)
  if (email && !email.ok) return { ok: false, reason: email.reason }
  const area = options.findArea(areaCell)
  if (!area.ok) return { ok: false, reason: area.reason }
  const tags = readTags(tagCell)
  if (tags.length > limits.tags || tags.some(tag => tag.length > tagCharacters || /[\x00-\x1f\x7f]/.test(tag))) {
    return refused(
      `Mỗi người có nhiều nhất ${limits.tags} nhãn, mỗi nhãn không quá ${tagCharacters} ký tự.`,
      `A person has at most ${limits.tags} tags of at most ${tagCharacters} characters.`,
    )
  }
  const consent = options.consentForAll ? true : readConsent(cell('consent'))
  if (consent === undefined) {
    return refused(
      'Ô "đồng ý" không rõ; hãy ghi "có", "không" hoặc để trống.',
      'The consent cell is unclear; write "có" (yes), "không" (no) or leave it empty.',
    )
  }
  const language = readLanguage(cell('language'))
  if (language === undefined) {
    return refused(
      'Không rõ ngôn ngữ; hãy ghi tên (Tiếng Việt, Bru - Vân Kiều) hoặc mã (vi, bru).',
      'The language is unclear; write its name (Tiếng Việt, Bru - Vân Kiều) or code (vi, bru).',
    )
  }
  return {
    ok: true,
    person: {
      row,
      name: name || null,
      phone: phone?.phone ?? null,
      email: email?.email ?? null,
      area: area.code,
      tags: tags.length > 0 ? tags.join(tagSeparator) : null,
      consent,
      language,
    },
  }
}
