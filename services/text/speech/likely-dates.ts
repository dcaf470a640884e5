import type { Place } from './types.ts'
import { atEnd, matchAt } from './types.ts'

/** Behind these words a number is a day already. */
export const afterDay = atEnd(/(?:^|[^\p{L}])(?:ngày|hôm|mùng|mồng)\s+$/u)
/** Ngày 20-10 và 20-11: the second of two days that are written with dashes. */
export const dashedDayBefore = atEnd(/(?:^|[^\p{L}])ngày\s\d{1,2}-\d{1,2}\s*(?:,|và|hoặc)\s*$/u)
const strongContext = atEnd(
  /(?:^|[^\p{L}])(?:ngày|hôm|mùng|mồng|rằm|sáng|trưa|chiều|tối|đêm|lễ|dịp|kỷ niệm|kỉ niệm|quốc khánh|quốc tế|giải phóng|nghỉ|phụ nữ|lao động|thiếu nhi|liệt sĩ|nhà giáo|giỗ tổ|thứ \p{L}+,?|chủ nhật,?|\d\s?(?:h|giờ)|phút)\s*[(,]?\s*$/u,
)
const weakContext = atEnd(/(?:^|[^\p{L}])(?:từ|đến|trước|sau|vào|tới|hết|kể từ|lúc|cuối|đầu|và|hoặc)\s+$/u)
/** "Ngày Pháp luật Việt Nam 9/11": the name of a day, then the day. */
const namedDay = atEnd(/(?:^|[^\p{L}])(?:ngày|tháng hành động|tuần lễ)(?:\s\p{L}+){1,8}\s\(?$/u)
const listContext = atEnd(/ngày[^.;\n]{1,40}(?:,|và|đến|hoặc|-|–|;)\s*$/u)
const yearlyAfter = /^\s*(?:hằng năm|hàng năm|âm lịch|dương lịch|\(âm lịch|\(dương lịch|tới|năm nay|năm \d{4})/u
/** 01/03 thủ tục, 12/15 xã: so many of so many. */
const shareOf =
  /^\s(?:thủ tục|TTHC|hồ sơ|xã|phường|thôn|bản|khu phố|tổ|tiêu chí|chỉ tiêu|nhiệm vụ|đơn vị|cơ quan|hộ|người|trường|học sinh|đại biểu|cán bộ|công trình|dự án|mô hình|phiếu|ý kiến)(?!\p{L})/u
/** Behind these words d/m is a count, a share or a number of a house. */
export const counted = atEnd(
  /(?:số|nhà|ngõ|ngách|hẻm|kiệt|lô|thửa|khoản|điều|tỷ lệ|tỉ lệ|hơn|gần|đạt|chiếm|được|khoảng)\s*$/u,
)

/** Days that everybody writes this way; as shares they would make no sense. */
const holidays = new Set(['8/3', '10/3', '30/4', '19/5', '27/7', '20/10', '20/11', '22/12'])

const pairBefore = atEnd(/(?:^|[^\d/])(\d{1,2})\/(\d{1,2})\s*(?:,|và|hoặc|-|–|đến|tới|đến hết)\s*$/u)

/** lễ 30/4 và 1/5: what follows a pair that is surely a day is one, too. */
function besideDay(before: string): boolean {
  const [, day = '0', month = '0'] = pairBefore.exec(before) ?? []
  if (Number(month) < 1 || Number(month) > 12 || Number(day) > 31) return false
  return Number(day) > 12 || /^0/.test(day) || holidays.has(`${Number(day)}/${Number(month)}`)
}

/** A word in small letters right behind d/m: then it counts something. */
export const afterDayMonth = /[\d/]+\s(\p{Ll}+)/uy

/**
 * Is d/m a day and not a fraction, a count or a house number? A year settles it; else the words around it do. A first
 * number that is larger than the second, or a leading zero, cannot be a share of something.
 */
export function likelyDate(place: Place, day: string, month: string, year: string | undefined): boolean {
  if (year !== undefined) return true
  const { before } = place
  if (dashedDayBefore.test(before) || strongContext.test(before) || listContext.test(before)) return true
  if (counted.test(before)) return false
  if (besideDay(before)) return true
  const behindNumber = matchAt(afterDayMonth, place.text, place.at)?.[1]
  if (namedDay.test(before) && behindNumber === undefined) return true
  const after = place.text.slice(place.at, place.at + 40).replace(/^[\d/\s–-]+/u, ' ')
  if (shareOf.test(after)) return false
  if (yearlyAfter.test(after)) return true
  if (Number(day) === 24 && Number(month) === 7) return weakContext.test(before)
  if (holidays.has(`${Number(day)}/${Number(month)}`)) return true
  const unlikeShare = Number(day) > 12 || /^0/.test(day) || /^0/.test(month)
  return unlikeShare || (weakContext.test(before) && Number(day) >= 10)
}
