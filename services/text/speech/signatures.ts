import type { Place, Reading } from './types.ts'
import { matchAt } from './types.ts'

/** How a paper is signed (NĐ 30/2020/NĐ-CP, annex I, section II.7): on behalf of, for, by order, authorised, acting. */
const forms: Record<string, string> = {
  TM: 'thay mặt',
  KT: 'ký thay',
  TL: 'thừa lệnh',
  TUQ: 'thừa ủy quyền',
  Q: 'quyền',
}

const dotted = /(TM|KT|TL|TUQ|Q)\.\s?(?=\p{Lu}{2})/uy
const office =
  /^(?:PHÓ )?(?:CHỦ|BÍ|GIÁM|TỔNG|TRƯỞNG|CHÁNH|VIỆN|CỤC|CHI|BỘ|THỦ|HIỆU|KẾ|ỦY|UỶ|UBND|HĐND|ĐẢNG|BAN|BCH|BTV|HỘI|THƯỜNG|CHÍNH|TẬP|TỔ|PHÒNG|CÔNG|XÃ)(?!\p{L})/u

/** TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH: before the office of the one who signs. "Q. BÌNH THẠNH" is a district. */
export function readSignature(place: Place): Reading | undefined {
  const { text, at, before } = place
  const match = matchAt(dotted, text, at)
  const words = forms[match?.[1] ?? '']
  if (match === undefined || words === undefined) return undefined
  const end = at + match[0].length
  if (!office.test(text.slice(end, end + 20))) return undefined
  const first = /^\s*$/.test(before)
  return { end, spoken: first ? words.charAt(0).toUpperCase() + words.slice(1) : words }
}
