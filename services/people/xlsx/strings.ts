import type { Readable } from 'node:stream'
import { tooBig } from './refusal.ts'
import { readWholeXml } from './xml.ts'

/** The texts of a workbook, which cells name by number. */
export interface SharedStrings {
  at(index: number): string | undefined
}

/** A million rows have about three million texts of some 20 bytes. They stand packed: as strings they would take thrice that. */
export const stringLimits = { count: 8_000_000, bytes: 160 * 1024 ** 2 }

const longest = 4_000

/**
 * Reads the shared strings. Formatted runs are joined; phonetic guides are no part of the text. A text longer than any cell
 * that is read keeps its beginning only.
 * @throws AppError import.malformed beyond {@link stringLimits}
 */
export async function readSharedStrings(part: Readable, limits = stringLimits): Promise<SharedStrings> {
  let packed = Buffer.allocUnsafe(1024 * 1024)
  let ends = new Uint32Array(65_536)
  let count = 0
  let used = 0
  let text = ''
  let taking = false
  let phonetic = false

  const keep = () => {
    const room = text.length * 3
    if (used + room > packed.length) {
      const larger = Buffer.allocUnsafe(Math.max(packed.length * 2, used + room))
      packed.copy(larger, 0, 0, used)
      packed = larger
    }
    used += packed.write(text, used)
    if (count === ends.length) {
      const longer = new Uint32Array(count * 2)
      longer.set(ends)
      ends = longer
    }
    ends[count] = used
    count += 1
    if (count > limits.count || used > limits.bytes) throw tooBig(`${count} shared strings of ${used} bytes`)
  }
  await readWholeXml(part, {
    open(name) {
      if (name === 'si') text = ''
      else if (name === 'rPh') phonetic = true
      else if (name === 't') taking = !phonetic
    },
    text(piece) {
      if (taking && text.length < longest) text += piece.slice(0, longest)
    },
    close(name) {
      if (name === 't') taking = false
      else if (name === 'rPh') phonetic = false
      else if (name === 'si') keep()
    },
  })
  return {
    at: index => {
      const end = index < count ? ends[index] : undefined
      return end === undefined ? undefined : packed.toString('utf8', index === 0 ? 0 : ends[index - 1], end)
    },
  }
}
