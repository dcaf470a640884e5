import { TextDecoder } from 'node:util'
import { AppError, type Sentence } from '../domain/errors.ts'

/**
 * Text files as offices have them: UTF-8 with or without a byte order mark, and the UTF-16 that Excel calls "Unicode
 * Text", with its mark or without. Anything else is refused as a whole: a guess between the old Vietnamese encodings garbles people's names
 * without anybody noticing.
 */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

const howToSave = {
  vi: 'Trong Excel: Tệp > Lưu như (Save As) > chọn loại "Sổ làm việc Excel (*.xlsx)" hoặc "CSV UTF-8 (phân tách bằng dấu phẩy) (*.csv)", rồi nhập lại. Chưa có dòng nào được nhập.',
  en: 'In Excel: File > Save As > type "Excel Workbook (*.xlsx)" or "CSV UTF-8 (Comma delimited) (*.csv)", then import again. Nothing was imported.',
}

function wrongEncoding(): AppError {
  return new AppError('import.bad-encoding', {
    vi: `Tệp không dùng bảng mã UTF-8 (có thể là Windows-1258, Latin-1, TCVN3 hoặc VNI) nên chữ tiếng Việt sẽ bị sai. ${howToSave.vi}`,
    en: `The file is not in UTF-8 (perhaps Windows-1258, Latin-1, TCVN3 or VNI), so Vietnamese letters would be garbled. ${howToSave.en}`,
  })
}

function notText(what: Sentence): AppError {
  return new AppError('import.bad-encoding', {
    vi: `Đây là ${what.vi}, không phải danh sách ở dạng CSV hay Excel (.xlsx). ${howToSave.vi}`,
    en: `This is ${what.en}, not a list in CSV or Excel (.xlsx) form. ${howToSave.en}`,
  })
}

const unknownBinary = { vi: 'tệp nhị phân, không phải văn bản', en: 'a binary file, not a text' }

/** How files begin that people pick by mistake, whatever their name says. */
const binaryMarks: [bytes: number[] | string, what: Sentence][] = [
  [
    [0xd0, 0xcf, 0x11, 0xe0],
    { vi: 'tệp Excel đời cũ (.xls) hoặc có mật khẩu', en: 'an old Excel file (.xls) or one with a password' },
  ],
  ['%PDF', { vi: 'tệp PDF', en: 'a PDF' }],
  ['PK', { vi: 'tệp nén', en: 'an archive' }],
  [[0x1f, 0x8b], { vi: 'tệp nén', en: 'an archive' }],
  ['Rar!', { vi: 'tệp nén', en: 'an archive' }],
  ['7z\xbc\xaf', { vi: 'tệp nén', en: 'an archive' }],
  [[0x89, 0x50, 0x4e, 0x47], { vi: 'tệp ảnh', en: 'a picture' }],
  [[0xff, 0xd8, 0xff], { vi: 'tệp ảnh', en: 'a picture' }],
  ['GIF8', { vi: 'tệp ảnh', en: 'a picture' }],
  ['<!DOCTYPE', { vi: 'trang web', en: 'a web page' }],
  ['<html', { vi: 'trang web', en: 'a web page' }],
  ['<?xml', { vi: 'tệp XML', en: 'an XML file' }],
  ['{\\rtf', { vi: 'tệp văn bản RTF', en: 'an RTF document' }],
]

/** Bytes from which the kind of file is told. */
export const sniffBytes = 512

/**
 * Tells the encoding from the first bytes. UTF-16 without a mark is known by its NUL bytes: in a list of digits,
 * separators and Latin letters most pairs hold one, always on the same side.
 * @param head {@link sniffBytes} bytes, unless the file is shorter
 * @throws AppError import.bad-encoding for a file that is no text
 */
export function sniffEncoding(head: Uint8Array): Encoding {
  const begins = (bytes: number[]) => bytes.every((byte, i) => head[i] === byte)
  const mark = binaryMarks.find(([bytes]) =>
    begins(typeof bytes === 'string' ? [...Buffer.from(bytes, 'latin1')] : bytes),
  )
  if (mark) throw notText(mark[1])
  if (begins([0xff, 0xfe])) return 'utf-16le'
  if (begins([0xfe, 0xff])) return 'utf-16be'
  const pairs = Math.min(head.length, sniffBytes) >> 1
  let [first, second] = [0, 0]
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) first += 1
    if (head[2 * i + 1] === 0) second += 1
  }
  if (first === 0 && second === 0) return 'utf-8'
  if (first === 0 && second * 2 >= pairs) return 'utf-16le'
  if (second === 0 && first * 2 >= pairs) return 'utf-16be'
  throw notText(unknownBinary)
}

/** Control characters that no list holds; a file with them in its beginning is no text, whatever it decodes to. */
const control = /[\x00-\x08\x0e-\x1f]/

/**
 * Decodes a stream of bytes piece by piece; the byte order mark is dropped.
 * @throws AppError import.bad-encoding at the first byte that is not what the encoding allows
 */
export async function* decodeText(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let head: Uint8Array = new Uint8Array()
  let decoder: TextDecoder | undefined
  let checked = false
  const decode = (bytes: Uint8Array | undefined): string => {
    decoder ??= new TextDecoder(sniffEncoding(head), { fatal: true })
    try {
      const text = decoder.decode(bytes, { stream: bytes !== undefined })
      if (text.includes('\0') || (!checked && control.test(text.slice(0, sniffBytes)))) throw notText(unknownBinary)
      checked = true
      return text
    } catch (error) {
      const { code } = error as { code?: unknown }
      throw code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? wrongEncoding() : error
    }
  }
  for await (const chunk of source) {
    if (decoder) {
      yield decode(chunk)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length >= sniffBytes) yield decode(head)
  }
  if (!decoder && head.length > 0) yield decode(head)
  if (decoder) yield decode(undefined)
}
