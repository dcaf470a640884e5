import { TextDecoder } from 'node:util'
import { AppError } from '../domain/errors.ts'

/**
 * Text files as offices have them: UTF-8 with or without a byte order mark, and the UTF-16 that Excel calls "Unicode
 * Text". Anything else is refused as a whole: a guess between the old Vietnamese encodings garbles people's names
 * without anybody noticing.
 */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

const howToSave = {
  vi: 'Trong Excel: Tệp > Lưu như (Save As) > chọn loại "CSV UTF-8 (phân tách bằng dấu phẩy) (*.csv)", rồi nhập lại. Chưa có dòng nào được nhập.',
  en: 'In Excel: File > Save As > type "CSV UTF-8 (Comma delimited) (*.csv)", then import again. Nothing was imported.',
}

function wrongEncoding(): AppError {
  return new AppError('import.bad-encoding', {
    vi: `Tệp không dùng bảng mã UTF-8 (có thể là Windows-1258, Latin-1, TCVN3 hoặc VNI) nên chữ tiếng Việt sẽ bị sai. ${howToSave.vi}`,
    en: `The file is not in UTF-8 (perhaps Windows-1258, Latin-1, TCVN3 or VNI), so Vietnamese letters would be garbled. ${howToSave.en}`,
  })
}

function notText(): AppError {
  return new AppError('import.bad-encoding', {
    vi: `Tệp không phải là tệp văn bản CSV (có thể là tệp Excel .xlsx, tệp nén hoặc ảnh). ${howToSave.vi}`,
    en: `The file is not a CSV text (perhaps an Excel .xlsx, an archive or a picture). ${howToSave.en}`,
  })
}

/** Bytes that begin files which people mistake for CSV: zip and xlsx, old xls, PDF, gzip. */
const binaryMarks = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
  [0x25, 0x50, 0x44, 0x46],
  [0x1f, 0x8b],
]

/**
 * Tells the encoding from the first bytes.
 * @param head at least 4 bytes, unless the file is shorter
 * @throws AppError import.bad-encoding for a file that is no text
 */
export function sniffEncoding(head: Uint8Array): Encoding {
  const begins = (bytes: number[]) => bytes.every((byte, i) => head[i] === byte)
  if (binaryMarks.some(begins)) throw notText()
  if (begins([0xff, 0xfe])) return 'utf-16le'
  if (begins([0xfe, 0xff])) return 'utf-16be'
  if (head.includes(0)) throw notText()
  return 'utf-8'
}

/**
 * Decodes a stream of bytes piece by piece; the byte order mark is dropped.
 * @throws AppError import.bad-encoding at the first byte that is not what the encoding allows
 */
export async function* decodeText(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let head: Uint8Array = new Uint8Array()
  let decoder: TextDecoder | undefined
  const decode = (bytes: Uint8Array | undefined): string => {
    decoder ??= new TextDecoder(sniffEncoding(head), { fatal: true })
    try {
      const text = decoder.decode(bytes, { stream: bytes !== undefined })
      if (text.includes('\0')) throw notText()
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
    if (head.length >= 4) yield decode(head)
  }
  if (!decoder && head.length > 0) yield decode(head)
  if (decoder) yield decode(undefined)
}
