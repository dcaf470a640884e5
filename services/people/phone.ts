import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Sentence } from '../domain/errors.ts'

/** Why a cell is not a mobile number that can be written to. */
export const phoneProblems = {
  'not-a-phone': {
    vi: 'Không phải là số điện thoại.',
    en: 'This is not a phone number.',
  },
  several: {
    vi: 'Ô có nhiều số điện thoại; mỗi dòng chỉ ghi một số.',
    en: 'The cell holds several phone numbers; give one per row.',
  },
  'spreadsheet-number': {
    vi: 'Số điện thoại đã bị bảng tính đổi sang dạng 8,49E+10 nên mất chữ số. Hãy định dạng cột là Văn bản (Text) rồi nhập lại số.',
    en: 'The spreadsheet has turned the number into the form 8.49E+10 and lost digits. Format the column as Text and enter the number again.',
  },
  foreign: {
    vi: 'Không phải số di động Việt Nam (+84).',
    en: 'This is not a Vietnamese mobile number (+84).',
  },
  landline: {
    vi: 'Là số điện thoại cố định nên không nhận được tin nhắn.',
    en: 'This is a landline, which cannot receive text messages.',
  },
  'old-number': {
    vi: 'Là số di động 11 chữ số cũ, đã đổi sang 10 chữ số từ năm 2018. Hãy dùng số mới hoặc chọn đổi số 11 số sang 10 số khi nhập.',
    en: 'This is an 11-digit number from before the change of 2018. Give the new one, or choose to convert old numbers.',
  },
  'wrong-length': {
    vi: 'Thiếu hoặc thừa chữ số: số di động có 10 chữ số, bắt đầu bằng 0.',
    en: 'Digits are missing or too many: a mobile number has 10, beginning with 0.',
  },
  'not-mobile': {
    vi: 'Đầu số không phải của mạng di động.',
    en: 'No mobile network uses this prefix.',
  },
} as const satisfies Record<string, Sentence>
export type PhoneProblem = keyof typeof phoneProblems

export type PhoneReading =
  | { ok: true; phone: string; converted: boolean }
  | { ok: false; problem: PhoneProblem; reason: Sentence }

/**
 * Prefixes of the 11-digit mobiles and what each became between 15 September 2018 and 30 June 2019 (plan of the
 * Ministry of Information and Communications); the last seven digits stayed.
 */
export const convertedPrefixes: Readonly<Record<string, string>> = {
  '0120': '070',
  '0121': '079',
  '0122': '077',
  '0126': '076',
  '0128': '078',
  '0123': '083',
  '0124': '084',
  '0125': '085',
  '0127': '081',
  '0129': '082',
  '0162': '032',
  '0163': '033',
  '0164': '034',
  '0165': '035',
  '0166': '036',
  '0167': '037',
  '0168': '038',
  '0169': '039',
  '0186': '056',
  '0188': '058',
  '0199': '059',
}

function refused(problem: PhoneProblem): PhoneReading {
  return { ok: false, problem, reason: phoneProblems[problem] }
}

/** Marks that nobody sees but phones' address books put around numbers: zero-width and direction marks. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g

/**
 * Undoes what spreadsheets and people do to a number, and gives its digits as dialled inside Viet Nam (leading 0), with
 * `+` kept for other countries.
 */
function domesticDigits(compact: string): string {
  const plus = compact.startsWith('+') || compact.startsWith('00')
  const digits = compact.replace(/^00/, '').replace(/\D/g, '')
  const afterCode = /^84(0?[1-9]\d{7,9})$/.exec(digits)?.[1]
  // Without a plus, 84… is a country code only when too long to be a number written without its leading 0.
  if (afterCode !== undefined && (plus || digits.length >= 11)) return afterCode.replace(/^0?/, '0')
  if (plus) return `+${digits}`
  // A number column drops the leading 0: 912345678.
  if (/^([35789]\d{8}|1\d{9}|2\d{8,9})$/.test(digits)) return `0${digits}`
  return digits
}

/**
 * Reads one cell as a Vietnamese mobile number and gives it in E.164 (+84…).
 *
 * The prefix says nothing about the carrier (numbers are portable since 2018), only whether the block is mobile at all;
 * that knowledge is libphonenumber's.
 * @param options.convertOldNumbers turn 11-digit numbers into what they became in 2018 instead of refusing them
 */
export function readPhone(cell: string, options: { convertOldNumbers?: boolean } = {}): PhoneReading {
  if (plainNumber.test(cell)) {
    const plain = `+84${cell.slice(1)}`
    return isMobile(plain, cell) ? { ok: true, phone: plain, converted: false } : refused('not-mobile')
  }
  const text = cell.normalize('NFKC').replace(invisible, '').trim().replace(/^'/, '').replace(/\.0$/, '')
  if (/^\+?\d+([.,]\d+)?e\+?\d+$/i.test(text)) return refused('spreadsheet-number')
  // What a date column makes of a phone number.
  if (/^\d{4}-\d\d-\d\d( |$)/.test(text)) return refused('not-a-phone')
  const parts = text.split(/[,;/|\n]|\s-\s|hoặc/i).filter(part => part.replace(/\D/g, '').length >= 8)
  if (parts.length > 1) return refused('several')

  const compact = text.replace(/[\s().\-–_]/g, '')
  if (!/^\+?\d{3,}$/.test(compact)) return refused('not-a-phone')
  const digits = domesticDigits(compact)
  if (digits.startsWith('+')) return refused(digits.startsWith('+84') ? 'wrong-length' : 'foreign')

  const successor = convertedPrefixes[digits.slice(0, 4)]
  if (digits.length === 11 && successor !== undefined) {
    if (!options.convertOldNumbers) return refused('old-number')
    return { ok: true, phone: `+84${successor.slice(1)}${digits.slice(4)}`, converted: true }
  }
  if (/^02\d{8,9}$/.test(digits)) return refused('landline')
  if (digits.length !== 10 || !digits.startsWith('0')) return refused('wrong-length')
  const phone = `+84${digits.slice(1)}`
  if (!isMobile(phone, digits)) return refused('not-mobile')
  return { ok: true, phone, converted: false }
}

/** How ten-digit numbers are written everywhere but in old lists: nothing to undo, nothing to look for. */
const plainNumber = /^0[35789]\d{8}$/
/** Answers of the library by the first five digits. The plan of numbers has some hundred. */
const mobilePrefixes = new Map<string, boolean>()

/**
 * Whether the block is mobile, asked of libphonenumber once per prefix: its rules for mobile numbers of this length read no
 * further than the fifth digit (a test compares the two), and asking for every number takes a third of an import's time.
 */
function isMobile(phone: string, digits: string): boolean {
  const prefix = digits.slice(0, 5)
  const known = mobilePrefixes.get(prefix)
  if (known !== undefined) return known
  // extract: false, because there is no text around the number to search in.
  const mobile = parsePhoneNumberFromString(phone, { extract: false })?.getType() === 'MOBILE'
  mobilePrefixes.set(prefix, mobile)
  return mobile
}
