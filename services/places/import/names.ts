import type { Sentence } from '../../domain/errors.ts'
import { formulaError, garbled } from '../../people/rows.ts'
import { foldName } from '../../text/fold.ts'

export type NameReading = { ok: true; name: string } | { ok: false; reason: Sentence }

/** Longest name of an area, a station or a board. */
export const placeNameCharacters = 200

/**
 * Reads what is to be the name of a place: NFC, single blanks. A name without a letter or digit could not be told from
 * another by {@link foldName}, which is how a list is matched with what is there.
 */
export function readPlaceName(text: string): NameReading {
  const name = text.normalize('NFC').replace(/^'/, '').replace(/\s+/g, ' ').trim()
  const refused = (vi: string, en: string): NameReading => ({ ok: false, reason: { vi, en } })
  if (name === '') return refused('Thiếu tên.', 'The name is missing.')
  if (garbled.test(name)) {
    return refused('Chữ tiếng Việt đã bị lỗi bảng mã từ trước.', 'The Vietnamese letters were already garbled.')
  }
  if (formulaError.test(name)) {
    return refused(`Ô tên là lỗi của công thức (${name}).`, `The name is the error of a formula (${name}).`)
  }
  if (name.length > placeNameCharacters || /[\x00-\x1f\x7f]/.test(name)) {
    return refused(
      `Tên dài quá ${placeNameCharacters} ký tự hoặc có ký tự điều khiển.`,
      `The name is longer than ${placeNameCharacters} characters or holds control characters.`,
    )
  }
  if (foldName(name) === '') {
    return refused('Tên không có chữ cái hay chữ số nào.', 'The name holds neither a letter nor a digit.')
  }
  return { ok: true, name }
}
