/*
 * What an official document is called and where it is dated, as far as the words of an announcement tell
 * (Decree 30/2020/NĐ-CP, Appendices I and III).
 */

/** Kinds of administrative documents by the sign in their number; Appendix III of the decree. */
const kinds: Record<string, string> = {
  NQ: 'Nghị quyết',
  QĐ: 'Quyết định',
  CT: 'Chỉ thị',
  QC: 'Quy chế',
  QyĐ: 'Quy định',
  TC: 'Thông cáo',
  TB: 'Thông báo',
  HD: 'Hướng dẫn',
  CTr: 'Chương trình',
  KH: 'Kế hoạch',
  PA: 'Phương án',
  ĐA: 'Đề án',
  DA: 'Dự án',
  BC: 'Báo cáo',
  CĐ: 'Công điện',
}

export interface DocumentHead {
  /** Shown in capitals above the subject. */
  kind: string
  subject: string
  /** Line of the number; empty without one. */
  number: string
}

/**
 * Kind, subject and number line. A title that begins with the kind of document is parted into kind and subject; anything
 * else is a notice. A number of another kind of document is named as the document that the notice is about: a notice
 * must not pass for the decision it tells of.
 */
export function documentHead(title: string, documentNumber: string): DocumentHead {
  const kind = Object.values(kinds).find(name => beginsWith(title, name)) ?? 'Thông báo'
  const rest = beginsWith(title, kind) ? title.slice(kind.length).trim() : title
  const sign = /\/\s*(QyĐ|CTr|\p{Lu}{2})\s*-/u.exec(documentNumber.replace(/\/\d{4}(?=\/)/, ''))?.[1]
  const own = sign === undefined || kinds[sign] === undefined || kinds[sign] === kind
  return {
    kind,
    subject: rest === '' ? title : capital(rest),
    number: documentNumber === '' ? '' : own ? `Số: ${documentNumber}` : `Theo văn bản số: ${documentNumber}`,
  }
}

function beginsWith(title: string, kind: string): boolean {
  const start = title.slice(0, kind.length).toLocaleLowerCase('vi')
  return start === kind.toLocaleLowerCase('vi') && /^\s+\p{L}/u.test(title.slice(kind.length))
}

function capital(text: string): string {
  const [first = '', ...more] = text
  return first.toLocaleUpperCase('vi') + more.join('')
}

const unit = /^(?:tỉnh|thành phố|phường|xã|đặc khu|thị trấn)\s+/iu

/**
 * The place that an issuer dates its documents at: the name of the province, commune or ward in its own name, without
 * the kind of unit; null when it names none of these, since a guessed place would be a wrong one.
 * @param areaNames official names of the areas that the announcement is for and of their provinces
 */
export function placeOf(issuer: string, areaNames: string[]): string | null {
  const whole = issuer.normalize('NFC').toLocaleLowerCase('vi')
  const named = areaNames
    .map(name => name.normalize('NFC').replace(unit, '').trim())
    .filter(name => name !== '' && whole.endsWith(` ${name.toLocaleLowerCase('vi')}`))
  return named.sort((a, b) => b.length - a.length)[0] ?? null
}
