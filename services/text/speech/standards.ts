import { terms } from './abbreviations.ts'
import { withoutSaid } from './acronyms.ts'
import { issuerName } from './issuers.ts'
import { spellInteger } from './numbers.ts'
import type { Place, Reading } from './types.ts'
import { matchAt } from './types.ts'

const standard =
  /(QCVN|TCVN|TCCS|TCXDVN|QCĐP|ISO|IEC)(?:[\s/](ISO|IEC))?\s(\d{1,6}(?:-\d{1,3})?):\s?((?:19|20)\d{2})(?:\/([\p{Lu}]{2,12}))?(?![\p{L}\d])/uy
const names: Record<string, string> = {
  ...terms,
  TCXDVN: 'tiêu chuẩn xây dựng Việt Nam',
  QCĐP: 'quy chuẩn địa phương',
  IEC: 'i e xê',
}

/**
 * QCVN 01:2021/BXD, TCVN ISO 9001:2015: number, year, and the ministry that issued it (Law on Standards and Technical
 * Regulations, and its decree on symbols).
 */
export function readStandard(place: Place): Reading | undefined {
  const match = matchAt(standard, place.text, place.at)
  const [, kind = '', second = '', number = '', year = '', code = ''] = match ?? []
  if (match === undefined) return undefined
  const { profile } = place
  const said = number
    .split('-')
    .map(part => spellInteger(part, profile))
    .join(' gạch ngang ')
  const issuer = code === '' ? undefined : issuerName(code, profile)
  const words = [
    withoutSaid(place.before, names[kind] ?? kind),
    second === '' ? '' : (names[second] ?? second),
    said,
    'năm',
    spellInteger(year, profile),
  ]
  if (code !== '') words.push('của', issuer ?? code)
  return { end: place.at + match[0].length, spoken: words.filter(word => word !== '').join(' ') }
}
