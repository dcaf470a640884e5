import { spellLetters } from './letters.ts'
import { spellDigits, spellInteger } from './numbers.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'

const sureWrittenPlate = /(\d{2})-?([A-ZĐ]{1,2}\d?)[-\s](\d{3}\.\d{2})(?![\d\p{L}])/uy
const plate = /(\d{2})[-\s]?([A-ZĐ]{1,2}\d?)[-\s.]{0,2}(\d{3}\.?\d{2}|\d{4})(?![\d\p{L}])/uy
const plateWord = atEnd(
  /(?:^|[^\p{L}])(?:biển số|biển kiểm soát|biển số đăng ký|bks|bs|biển|mang số)(?: xe)?\s*:?\s*$/u,
)

/** 74A-123.45, 74D1-123.45: the province and the series, then digit by digit (TT 79/2024/TT-BCA shows the shape). */
export function readPlate(place: Place): Reading | undefined {
  const { text, at, before, profile } = place
  const match = matchAt(sureWrittenPlate, text, at) ?? (plateWord.test(before) ? matchAt(plate, text, at) : undefined)
  const [, province = '', series = '', number = ''] = match ?? []
  if (match === undefined) return undefined
  const letters = spellLetters(series.replace(/\d/g, ''))
  const digit = /\d/.test(series) ? ` ${spellDigits(series.replace(/\D/g, ''))}` : ''
  const spoken = `${spellInteger(province, profile)} ${letters}${digit}, ${spellDigits(number.replace('.', ''))}`
  return { end: at + match[0].length, spoken }
}

const codeWord = atEnd(
  /(?:^|[^\p{L}])(?:hồ sơ|mã hồ sơ|mã số hồ sơ|số hồ sơ|mã|mã số|mã định danh|số hiệu|số sê-ri|số seri|số khung|số máy|hộ chiếu|số thẻ|thẻ bhyt|mã thẻ|mã bhxh|mã bưu chính|mã vận đơn|mã giao dịch|cú pháp)(?: số)?\s*:?\s*$/u,
)
const code = /[A-ZĐ\d]{1,24}(?:[.-][A-ZĐ\d]{1,24}){0,7}(?![\p{L}\d])/uy

/** H50.12-261125-0001 behind "mã hồ sơ", C1234567 behind "hộ chiếu": letters by name, digits one by one. */
export function readCode(place: Place): Reading | undefined {
  const match = matchAt(code, place.text, place.at)
  if (match === undefined || match[0].length < 5 || !/[A-ZĐ]/.test(match[0]) || !/\d/.test(match[0])) return undefined
  if (!codeWord.test(place.before)) return undefined
  const parts = match[0]
    .split(/[.-]/)
    .map(part =>
      (part.match(/\d{1,4}|[A-ZĐ]+/g) ?? [])
        .map(piece => (/\d/.test(piece) ? spellDigits(piece) : spellLetters(piece)))
        .join(' '),
    )
  return { end: place.at + match[0].length, spoken: parts.join(', ') }
}
