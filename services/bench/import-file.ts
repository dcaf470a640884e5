import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { demoCommunes } from '../../config/demo/areas-44.ts'
import { addressPart, repeatableRandom } from '../../config/demo/random.ts'

const familyNames = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Võ', 'Phan', 'Trương', 'Bùi', 'Đặng', 'Đỗ', 'Ngô', 'Hồ']
const middleNames = ['Thị', 'Văn', 'Hữu', 'Đức', 'Thị Thu', 'Quang', 'Ngọc', 'Minh', 'Xuân', 'Thị Mỹ', 'Thanh', 'Diệu']
const givenNames = ['Hoa', 'An', 'Lan', 'Bình', 'Hương', 'Cường', 'Nga', 'Dũng', 'Hạnh', 'Hải', 'Thủy', 'Sơn', 'Tuấn']
const tags = ['', 'nông dân', 'hộ kinh doanh', '"nông dân, phụ nữ"', 'thanh niên', 'cán bộ', '', '']
const prefixes = ['032', '035', '038', '039', '070', '077', '083', '086', '088', '091', '094', '096', '097', '098']
const languages = ['vi', 'vi', 'vi', 'vi', 'vi', 'vi', 'vi', '', '', 'bru']
/** What goes wrong in real lists: lost digits, a landline, an unknown commune, no address at all. */
const wrongCells = [
  (commune: string) => `091234,,${commune}`,
  (commune: string) => `0233 3575155,,${commune}`,
  () => '0912345678,,Xã Không Có',
  (commune: string) => `,,${commune}`,
]

export interface ImportFile {
  bytes: number
  /** Data rows, headings excluded. */
  rows: number
  /** Rows that must be refused. */
  bad: number
  /** Rows about somebody of an earlier row. */
  repeated: number
}

/**
 * Writes a CSV of invented people as offices keep them: names with marks, some quoted cells, numbers with and without
 * spaces, communes by code and by name; 2 % of the rows are wrong and 1 % speak of somebody named before. The same
 * file at every call, so that two runs can be compared.
 */
export async function writeImportFile(path: string, rows: number): Promise<ImportFile> {
  const random = repeatableRandom(1216)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const out = createWriteStream(path)
  const facts: ImportFile = { bytes: 0, rows, bad: 0, repeated: 0 }
  const write = async (text: string) => {
    facts.bytes += Buffer.byteLength(text)
    if (!out.write(text)) await once(out, 'drain')
  }
  await write('\ufeffHọ tên,Số điện thoại,Email,Mã xã,Nhãn,Đồng ý,Ngôn ngữ\r\n')
  let block = ''
  for (let i = 0; i < rows; i++) {
    const [family, given, commune] = [pick(familyNames), pick(givenNames), pick(demoCommunes)]
    const area = random() < 0.8 ? commune.code : commune.name
    const kind = random()
    const person = kind < 0.03 && kind >= 0.02 ? Math.floor(random() * i) : i
    let cells = `${phoneOf(person)},${person % 3 === 0 ? `${addressPart(given)}${i}@thu.example` : ''},${area}`
    if (kind < 0.02) {
      facts.bad += 1
      cells = pick(wrongCells)(area)
    } else if (person !== i) {
      facts.repeated += 1
      cells = `${phoneOf(person)},,${area}`
    }
    const consent = random() < 0.95 ? 'có' : 'không'
    block += `${family} ${pick(middleNames)} ${given},${cells},${pick(tags)},${consent},${pick(languages)}\r\n`
    if (block.length > 60_000) {
      await write(block)
      block = ''
    }
  }
  await write(block)
  out.end()
  await once(out, 'finish')
  return facts
}

/** A number of its own for everybody, spread over the prefixes as in a real list (a step prime to ten million). */
function phoneOf(person: number): string {
  const prefix = prefixes[person % prefixes.length]
  const rest = String((Math.floor(person / prefixes.length) * 7_654_321 + 1_234_567) % 10_000_000).padStart(7, '0')
  return person % 5 === 0 ? `${prefix} ${rest.slice(0, 3)} ${rest.slice(3)}` : `${prefix}${rest}`
}
