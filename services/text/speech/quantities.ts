import type { WrittenNumber } from './numbers.ts'
import { numberAt, spellDecimals, spellInteger } from './numbers.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { gluedOnly, gluedUnits, plainUnits, rateWords, units } from './unit-table.ts'
import { warnAmbiguous } from './warnings.ts'

/** A number with what belongs to it: 1tr2, 5 triệu đồng/ha, 12,5%, 3/4m. */
export interface Quantity {
  end: number
  number: WrittenNumber
  /** nghìn, triệu, tỷ; empty when none. */
  scale: string
  /** Spoken unit with its rate; empty when none. */
  unit: string
}

/** 1m65: metres and centimetres of a height; 1m2 and 1m3 are areas and volumes. */
const height = /m(\d{2}|[014-9])(?![\p{L}\d]|[.,/]\d)/uy
const scaleWord = /\s?(nghìn|ngàn|triệu|tỷ|tỉ)(?![\p{L}])/uy
const scaleChain = /\s(tỷ|tỉ|nghìn tỷ|đồng)(?![\p{L}])/uy
const shorthand = /(k|tr|trđ|t|\str)(\d{1,3})?(?![\p{L}\d]|[.,]\d)/uy
const unitToken =
  /[^\S\n]?((?:US\$|[°º˚]\s?[CcFfKkNEBĐ](?![\p{L}])|[\p{L}µμ]{1,5}[²³23]?|[%‰℃°º˚$€£¥₫₩฿]))(?![\p{L}\d²³])/uy
const rateToken = /\s?\/\s?([\p{L}µμ°]{1,8}[²³23]?)(?![\p{L}\d²³])/uy
/** mm/24h, lần/2 tháng. */
const rateSpan = /\s?\/\s?(\d{1,3})\s?(\p{L}{1,5})(?![\p{L}\d²³])/uy
/** 16°45' */
const arcMinutes = /°\s?(\d{1,2})['’′](?:(\d{1,2}(?:[.,]\d{1,3})?)(?:"|”|″|''))?\s?([NBEĐ](?![\p{L}]))?/uy
const directions: Record<string, string> = { N: 'vĩ bắc', B: 'vĩ bắc', E: 'kinh đông', Đ: 'kinh đông' }
const wordBeforeRate = /\s(\p{L}{2,5})(?=\s?\/\s?\p{L})/uy
/** Behind these words a letter after a number is a name, not a unit: lớp 5h, lô 3g, số nhà 12m. */
const naming = atEnd(
  /(?:^|[^\p{L}])(?:lớp|khối|lô|ô|số nhà|số|nhà|ngõ|phòng|khoản|điều|điểm|mục|đường|quốc lộ|tổ|cụm|cửa)\s+$/u,
)
const weighed = atEnd(/(?:tải|nặng|gạo|thóc|lúa|phân|cá|trọng lượng|khối lượng|xi măng|hàng)\s*(?:\p{L}+\s)?$/u)
const goods = /^\s(?:gạo|thóc|lúa|ngô|phân|cá|tôm|rau|hàng|xi măng|quà|rác|thép)(?!\p{L})/u

function unitName(token: string, glued: boolean): string | undefined {
  const plainForm = token.replace('²', '2').replace('³', '3').replace(/[º˚]/, '°').replace('μ', 'µ').replace(/°\s/, '°')
  if (gluedOnly.has(plainForm) && !glued && plainForm !== 'đ') return undefined
  const exact = units[plainForm]
  if (exact !== undefined) return exact
  if (glued && gluedUnits[plainForm] !== undefined) return gluedUnits[plainForm]
  if (plainForm.startsWith('°')) return units[plainForm.toUpperCase()]
  return plainForm.length < 2 ? undefined : anyCase.get(plainForm.toLowerCase())
}

/** First spelling wins: mb is megabyte, not millibyte. */
const anyCase = new Map(
  Object.entries(units)
    .reverse()
    .map(([token, name]) => [token.toLowerCase(), name]),
)

/** The quantity at `at`, as long as it reaches; undefined when there is no number. */
export function quantityAt(place: Place, at: number): Quantity | undefined {
  const number = numberAt(place, at)
  if (number === undefined) return undefined
  const tall = number.decimals === '' ? matchAt(height, place.text, number.end) : undefined
  if (tall?.[1] !== undefined && !naming.test(place.before)) {
    const unit = `mét ${spellDecimals(tall[1], place.profile)}`
    return { end: number.end + tall[0].length, number, scale: '', unit }
  }
  const short = shortScale(place, number)
  if (short !== undefined) return withUnit(place, short)
  const word = matchAt(scaleWord, place.text, number.end)
  if (word?.[1] === undefined) return withUnit(place, { end: number.end, number, scale: '', unit: '' })
  let end = number.end + word[0].length
  // The southern voice says ngàn whatever was written; the northern keeps the writer's word.
  let scale = word[1] === 'nghìn' ? place.profile.thousand : word[1]
  const more = matchAt(scaleChain, place.text, end)
  if (more?.[1] !== undefined && more[1] !== 'đồng') {
    end += more[0].length
    scale = `${scale} ${more[1]}`
  }
  return withUnit(place, { end, number, scale, unit: '' })
}

/** 10k, 1tr2, 5t: everyday shorthand of money. A lone "t" may also be a tonne, so the officer hears of it. */
function shortScale(place: Place, number: WrittenNumber): Quantity | undefined {
  const match = matchAt(shorthand, place.text, number.end)
  const mark = match?.[1]
  if (match === undefined || mark === undefined || naming.test(place.before)) return undefined
  const end = number.end + match[0].length
  if (mark === 't') {
    if (match[2] !== undefined) {
      const millions = spellInteger(match[2].padEnd(3, '0'), place.profile)
      return { end, number, scale: `tỷ ${millions} triệu`, unit: '' }
    }
    if (weighed.test(place.before) || goods.test(place.text.slice(end, end + 12)))
      return { end, number, scale: '', unit: 'tấn' }
    place.warn(`t:${match[0]}`, {
      vi: `"${number.whole}t" được đọc là tỷ. Nếu là tấn, đề nghị viết đầy đủ.`,
      en: `"${number.whole}t" is read as tỷ (10^9). If tonnes are meant, please write the word.`,
    })
    return { end, number, scale: 'tỷ', unit: '' }
  }
  if (mark === 'k') return match[2] === undefined ? { end, number, scale: place.profile.thousand, unit: '' } : undefined
  if (match[2] === undefined) return { end, number, scale: 'triệu', unit: mark === 'trđ' ? 'đồng' : '' }
  const rest = spellInteger(match[2].padEnd(3, '0'), place.profile)
  return { end, number, scale: `triệu ${rest} ${place.profile.thousand}`, unit: '' }
}

function withUnit(place: Place, quantity: Quantity): Quantity {
  if (quantity.unit !== '') return withRate(place, quantity)
  const arc = matchAt(arcMinutes, place.text, quantity.end)
  if (arc?.[1] !== undefined) {
    const seconds = arc[2] === undefined ? undefined : numberAt(place, quantity.end + arc[0].indexOf(arc[2]))?.spoken
    const words = [
      'độ',
      spellInteger(arc[1], place.profile),
      'phút',
      seconds && `${seconds} giây`,
      directions[arc[3] ?? ''],
    ]
    return { ...quantity, end: quantity.end + arc[0].length, unit: words.filter(Boolean).join(' ') }
  }
  const match = matchAt(unitToken, place.text, quantity.end)
  if (match?.[1] !== undefined) {
    const glued = !/^\s/.test(match[0])
    const isName = match[1].length === 1 && /\p{L}/u.test(match[1]) && naming.test(place.before)
    const comrades =
      match[1] === 'đ' &&
      /^\/[cC](?!\p{L})/u.test(place.text.slice(quantity.end + match[0].length, quantity.end + match[0].length + 3))
    const tonnes = match[1] === 'T' && glued && (quantity.number.decimals !== '' || weighed.test(place.before))
    const name = isName || comrades ? undefined : tonnes ? 'tấn' : unitName(match[1], glued)
    if (name !== undefined) return withRate(place, { ...quantity, end: quantity.end + match[0].length, unit: name })
  }
  const word = matchAt(wordBeforeRate, place.text, quantity.end)
  if (word?.[1] === undefined || !plainUnits.has(word[1])) return quantity
  const rated = withRate(place, { ...quantity, end: quantity.end + word[0].length, unit: word[1] })
  return rated.unit === word[1] ? quantity : rated
}

/** Follows /h, /ngày, /ha/năm. */
function withRate(place: Place, quantity: Quantity): Quantity {
  let { end, unit } = quantity
  const measured = unit !== ''
  for (let step = 0; step < 3; step += 1) {
    const span = matchAt(rateSpan, place.text, end)
    if (span?.[1] !== undefined && span[2] !== undefined) {
      const name = rateWords.has(span[2]) ? span[2] : unitName(span[2], true)
      if (name === undefined) break
      unit = `${unit} trên ${spellInteger(span[1], place.profile)} ${name}`
      end += span[0].length
      continue
    }
    const match = matchAt(rateToken, place.text, end)
    if (match?.[1] === undefined) break
    const priced =
      measured && match[1].length > 1 && /^\p{Ll}+$/u.test(match[1]) && unitName(match[1], true) === undefined
    const name =
      priced || rateWords.has(match[1])
        ? match[1]
        : match[1] === 's'
          ? 'giây'
          : /^s[2²]$/.test(match[1])
            ? 'giây bình phương'
            : unitName(match[1], true)
    if (name === undefined) break
    unit = `${unit} trên ${name}`
    end += match[0].length
  }
  return { ...quantity, end, unit }
}

/** Money in a currency of cents: 2,50€ -> hai ơ rô năm mươi xu. */
function spellCents(quantity: Quantity, place: Place): string | undefined {
  const { number, scale, unit } = quantity
  if (scale !== '' || !/^(?:đô la|ơ rô|bảng Anh)$/.test(unit) || !/^\d{1,2}$/.test(number.decimals)) return undefined
  if (!/[$€£]/.test(place.text[quantity.end - 1] ?? '')) return undefined
  const cents = number.decimals.padEnd(2, '0')
  const small = Number(cents) === 0 ? '' : `${spellInteger(cents, place.profile)} xu`
  const large = Number(number.whole) === 0 ? '' : `${spellInteger(number.whole, place.profile)} ${unit}`
  return [large, small].filter(part => part !== '').join(' ')
}

/** The words of a quantity. */
export function sayQuantity(quantity: Quantity, place: Place): string {
  const cents = spellCents(quantity, place)
  if (cents !== undefined) return cents
  return [quantity.number.spoken, quantity.scale, quantity.unit].filter(part => part !== '').join(' ')
}

/** Behind the sign of the dollar the comma groups thousands: US$1,000. */
const englishThousands = /\d{1,3}(?:,\d{3})+(?![\d.,])/y
const prefixMoney = /(US\$|[$€£¥₩])\s?(?=\d)/y

/** $100, US$5: the sign is written first and said last. */
export function readPrefixedMoney(place: Place): Reading | undefined {
  const sign = matchAt(prefixMoney, place.text, place.at)
  if (sign?.[1] === undefined) return undefined
  const start = place.at + sign[0].length
  const quantity = quantityAt(place, start)
  const thousands = matchAt(englishThousands, place.text, start)
  if (thousands !== undefined) {
    warnAmbiguous(place, thousands[0])
    const words = spellInteger(thousands[0].replaceAll(',', ''), place.profile)
    return { end: start + thousands[0].length, spoken: `${words} ${units[sign[1]] ?? ''}` }
  }
  if (quantity === undefined || quantity.unit !== '') return undefined
  return { end: quantity.end, spoken: sayQuantity({ ...quantity, unit: units[sign[1]] ?? '' }, place) }
}
