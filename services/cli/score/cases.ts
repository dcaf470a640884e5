import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'

/** A written text and how it should be read. */
export interface ReadingCase {
  category: string
  written: string
  /** Every reading that is right; the first is the preferred one. */
  accepted: string[]
  /** From a file in another house's style (`written~spoken`), so its intended differences are allowed for. */
  otherHouse: boolean
}

const jsonCase = z.object({
  cat: z.string().default(''),
  in: z.string(),
  out: z.string(),
  alt: z.array(z.string()).default([]),
})

/**
 * The cases of a file, told apart line by line: a JSON object `{cat, in, out, alt?}`; `cat`, written, spoken and further
 * readings between tabs; or `written~spoken`, with `|` between readings, in the style of NeMo-text-processing. Blank
 * lines are left out.
 * @param name of the file; the category of lines that name none
 * @throws AppError request.malformed naming the first line that is none of these
 */
export function parseCases(name: string, text: string): ReadingCase[] {
  const category = (name.split(/[\\/]/).at(-1) ?? name).replace(/^test_cases_|\.\w+$/g, '')
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return []
    const found = parseLine(line, category)
    if (found !== undefined) return [found]
    throw new AppError('request.malformed', {
      vi: `Dòng ${index + 1} của "${name}" không phải là một ca đọc (JSON, cột cách bằng tab, hoặc "viết~đọc").`,
      en: `Line ${index + 1} of "${name}" is no reading case (JSON, columns between tabs, or "written~spoken").`,
    })
  })
}

function parseLine(line: string, category: string): ReadingCase | undefined {
  if (line.startsWith('{')) {
    const parsed = jsonCase.safeParse(jsonOf(line))
    if (!parsed.success) return undefined
    const { cat, in: written, out, alt } = parsed.data
    return { category: cat || category, written, accepted: [out, ...alt], otherHouse: false }
  }
  const [cat = '', written, ...accepted] = line.split('\t')
  if (written !== undefined && accepted.length > 0) return { category: cat, written, accepted, otherHouse: false }
  const at = line.indexOf('~')
  if (at <= 0) return undefined
  return { category, written: line.slice(0, at), accepted: line.slice(at + 1).split('|'), otherHouse: true }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
