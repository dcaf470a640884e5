import type { Readable } from 'node:stream'
import { readWholeXml } from './xml.ts'

/** How a number with this style is meant: a date, or digits filled up with zeros to a width (`00000`). */
export type NumberStyle = 'date' | { digits: number } | undefined

/** Built-in formats that show dates or times (ECMA-376 part 1, 18.8.30, with those of East Asia). */
const dateFormats = (id: number) =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

function styleOf(id: number, code: string | undefined): NumberStyle {
  if (code === undefined) return dateFormats(id) ? 'date' : undefined
  const zeros = /^(0{2,15})(;@)?$/.exec(code)?.[1]
  if (zeros !== undefined) return { digits: zeros.length }
  // What stands in quotes, in brackets or behind a backslash is shown as it is.
  const bare = code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, '').split(';')[0] ?? ''
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare) ? 'date' : undefined
}

/** Number styles by the index that cells carry. */
export async function readStyles(part: Readable): Promise<NumberStyle[]> {
  const codes = new Map<number, string>()
  const formats: number[] = []
  let inCellFormats = false
  await readWholeXml(part, {
    open(name, attribute) {
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '')
      else if (name === 'cellXfs') inCellFormats = true
      else if (name === 'xf' && inCellFormats) formats.push(Number(attribute('numFmtId') ?? 0))
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    },
  })
  return formats.map(id => styleOf(id, codes.get(id)))
}
