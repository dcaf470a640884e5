import { readFile } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'

/**
 * The text of a file, or of standard input for "-". Texts are UTF-8 only: guessing another encoding would garble names.
 * @throws AppError not-found | import.bad-encoding
 */
export async function readTextSource(file: string, stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const bytes = file === '-' ? await readAll(stdin) : await readBytes(file)
  return decodeText(
    bytes,
    file === '-' ? { vi: 'Đầu vào', en: 'The input' } : { vi: `Tệp "${file}"`, en: `The file "${file}"` },
  )
}

/** @throws AppError import.bad-encoding naming the first byte that is not UTF-8 (from 1) */
export function decodeText(bytes: Uint8Array, what: { vi: string; en: string }): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const position = badByte(bytes)
    throw new AppError(
      'import.bad-encoding',
      {
        vi: `${what.vi} không ở bảng mã UTF-8 (byte thứ ${position}). Ông/Bà vui lòng lưu lại dưới dạng văn bản UTF-8.`,
        en: `${what.en} is not UTF-8 (byte ${position}). Please save it as UTF-8 text.`,
      },
      { details: { position }, cause },
    )
  }
}

/** By halving: the longest prefix that decodes, without the beginning of the character that then goes wrong. */
function badByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (good < bad) {
    const middle = Math.ceil((good + bad) / 2)
    if (decodes(bytes.subarray(0, middle), true)) good = middle
    else bad = middle - 1
  }
  while (good > 0 && !decodes(bytes.subarray(0, good), false)) good -= 1
  return good + 1
}

/** @param open whether the bytes may end within a character */
function decodes(bytes: Uint8Array, open: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: open })
    return true
  } catch {
    return false
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new AppError(
      'not-found',
      missing
        ? { vi: `Không có tệp "${file}".`, en: `There is no file "${file}".` }
        : {
            vi: `Không đọc được tệp "${file}". Ông/Bà vui lòng kiểm tra đường dẫn và quyền đọc.`,
            en: `Cannot read "${file}". Please check that it is a file and may be read.`,
          },
      { cause },
    )
  }
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
