import { foldName } from '../text/fold.ts'

/**
 * Languages of Viet Nam's peoples that lists name, by code: two letters where ISO 639-1 has them, else ISO 639-3. The code
 * is what `citizens.language` holds. A list may also give any other code itself; what it names is then up to whoever
 * records the announcement in that language.
 *
 * A language can reveal ethnic origin, which is sensitive personal data: it is asked for only to write to people in
 * a language they read, and no list or log shows it.
 */
const names: Readonly<Record<string, readonly string[]>> = {
  vi: ['Việt', 'Kinh', 'Quốc ngữ', 'Vietnamese'],
  en: ['Anh', 'English'],
  lo: ['Lào', 'Lao'],
  km: ['Khmer', 'Khơ Me', 'Khơ-me'],
  zh: ['Hoa', 'Trung', 'Hán', 'Chinese'],
  bru: ['Bru', 'Vân Kiều', 'Bru - Vân Kiều', 'Bru Vân Kiều'],
  tth: ['Tà Ôi', 'Ta Oih'],
  pac: ['Pa Cô', 'Pa Kô', 'Pacoh'],
  ktv: ['Cơ Tu', 'Katu'],
  tyz: ['Tày', 'Tay'],
  nut: ['Nùng', 'Nung'],
  mtq: ['Mường', 'Muong'],
  blt: ['Thái', 'Thái Đen', 'Tai Dam'],
  hmn: ['Mông', "H'Mông", 'Hmong'],
  ium: ['Dao'],
  jra: ['Gia Rai', 'Jrai'],
  rad: ['Ê Đê', 'Ede', 'Rade'],
  bdq: ['Ba Na', 'Bahnar'],
  sed: ['Xơ Đăng', 'Sedang'],
  hre: ['Hrê', 'Hre'],
  kpm: ['Cơ Ho', 'Koho'],
  mng: ['Mnông', "M'Nông"],
  cjm: ['Chăm', 'Cham'],
  rog: ['Ra Glai', 'Roglai'],
}

const byName = new Map(
  Object.entries(names).flatMap(([code, words]) => [code, ...words].map(word => [foldName(word), code] as const)),
)
/** Names go before codes: "tay" is how Tày is typed without marks, though it is another language's code. */
const code = /^[a-z]{2,3}$/

/**
 * Reads one cell as a language.
 * @returns its code; null for an empty cell; undefined when the cell is no language
 */
export function readLanguage(cell: string): string | null | undefined {
  if (cell === '') return null
  if (cell === 'vi') return cell
  const folded = foldName(cell).replace(/^(tieng|ngon ngu|dan toc) (?=.)/, '')
  const known = byName.get(folded)
  if (known !== undefined) return known
  return code.test(cell.toLowerCase()) ? cell.toLowerCase() : undefined
}
