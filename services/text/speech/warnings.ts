import type { Place } from './types.ts'

/*
 * What a reading will not settle by itself. Each sentence names the piece of the text and says what to write instead;
 * one sentence per piece, however often it stands there.
 */

/** A number whose dot or comma may mean either thing. */
export function warnAmbiguous(place: Place, number: string): void {
  const shown = number.slice(0, 40)
  place.warn(`number:${shown}`, {
    vi: `Số "${shown}" không rõ là phần nghìn hay phần thập phân. Đề nghị viết dấu chấm cho hàng nghìn, dấu phẩy cho thập phân.`,
    en: `The number "${shown}" is ambiguous: write a dot for thousands and a comma for decimals.`,
  })
}

/** 32/13/2021 and 30/2 have the shape of a date and are none. */
export function warnUnrealDate(place: Place, written: string): void {
  place.warn(`date:${written}`, {
    vi: `"${written}" không phải là một ngày có thật. Đề nghị kiểm tra lại.`,
    en: `"${written}" is not a real date. Please check it.`,
  })
}

/** 25h70. */
export function warnUnrealTime(place: Place, written: string): void {
  place.warn(`time:${written}`, {
    vi: `"${written}" không phải là một giờ có thật. Đề nghị kiểm tra lại.`,
    en: `"${written}" is not a real time. Please check it.`,
  })
}

/** An abbreviation that nobody knows. */
export function warnUnknown(place: Place, token: string): void {
  place.warn(`abbreviation:${token}`, {
    vi: `Chữ viết tắt "${token}" không có trong từ điển. Đề nghị viết đầy đủ để loa đọc đúng.`,
    en: `The abbreviation "${token}" is not in the dictionary. Please write it in full.`,
  })
}

/** One that has a meaning or several, where nothing beside it says that this is meant. @param readings at least one */
export function warnUnclear(place: Place, token: string, readings: string[]): void {
  const shown = readings.slice(0, 4).join(', ')
  place.warn(`abbreviation:${token}`, {
    vi: `Chữ viết tắt "${token}" chưa rõ nghĩa ở đây (có thể là: ${shown}). Đề nghị viết đầy đủ để loa đọc đúng.`,
    en: `The abbreviation "${token}" is not clear here (it may be: ${shown}). Please write it in full.`,
  })
}

/** A tag or phonemes: left out, because a voice could obey them. */
export function warnMarkUp(place: Place, written: string): void {
  const shown = written.slice(0, 40)
  place.warn(`mark-up:${shown}`, {
    vi: `"${shown}" là mã điều khiển, không phải lời văn, nên được bỏ qua khi đọc.`,
    en: `"${shown}" is mark-up, not words, and is left out.`,
  })
}

/** ngày … tháng …: a place that was left open. */
export function warnBlank(place: Place): void {
  place.warn('blank', {
    vi: 'Văn bản còn chỗ trống chưa điền (dấu chấm lửng trong ngày tháng hoặc số văn bản).',
    en: 'The text has a blank that was not filled in (dots in a date or in a document number).',
  })
}

/** 0914.xxx.xxx: nobody can call it. */
export function warnHiddenDigits(place: Place, written: string): void {
  place.warn(`phone:${written}`, {
    vi: `Số điện thoại "${written}" chưa đủ chữ số. Đề nghị ghi đủ hoặc bỏ khỏi bài đọc.`,
    en: `The telephone number "${written}" is not complete. Please write it in full or leave it out.`,
  })
}
