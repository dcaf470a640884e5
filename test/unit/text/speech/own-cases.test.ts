import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseCases } from '../../../../services/cli/score/cases.ts'
import { scoreReading } from '../../../../services/cli/score/score.ts'
import { readAloud } from '../../../../services/text/speech/index.ts'

const folder = join(process.cwd(), 'test', 'fixtures', 'reading')
const files = readdirSync(folder).filter(name => /\.(tsv|txt)$/.test(name))

/*
 * Cases of our own, in the shape that `loa read --score` takes. They were written from the rules of the field and from
 * how papers look, with their readings, before the rules under test were run on them.
 */
describe('our own cases', () => {
  test('there are many', () => {
    const cases = files.flatMap(name => parseCases(name, readFileSync(join(folder, name), 'utf8')))
    expect(cases.length).toBeGreaterThan(1000)
    expect(new Set(cases.map(item => `${item.written}~${item.accepted[0]}`)).size).toBeGreaterThan(1000)
  })

  test.each(files)('%s', name => {
    const cases = parseCases(name, readFileSync(join(folder, name), 'utf8'))
    expect(scoreReading(cases, written => readAloud(written).text).failures).toEqual([])
  })
})

describe('whole papers', () => {
  const texts = readdirSync(join(folder, 'texts'))

  /** Unknown abbreviations and addresses are worth a word; a paper that is full of them teaches officers to look away. */
  test('the officer hears of at most three things in a thousand words', () => {
    let words = 0
    let warnings = 0
    for (const name of texts) {
      const text = readFileSync(join(folder, 'texts', name), 'utf8')
      words += text.split(/\s+/).length
      warnings += readAloud(text).warnings.length
    }
    expect(words).toBeGreaterThan(1500)
    expect((warnings / words) * 1000).toBeLessThanOrEqual(3)
  })

  test.each(texts)('%s leaves no figure and no abbreviation behind', name => {
    const { text, warnings } = readAloud(readFileSync(join(folder, 'texts', name), 'utf8'))
    expect(text.match(/\d+/g) ?? []).toEqual([])
    const left = (text.match(/(?<!\p{L})[BCDĐGHKLMNPQRSTVX]{2,}(?!\p{L})/gu) ?? []).filter(
      token => !warnings.some(warning => warning.vi.includes(`"${token}"`)),
    )
    expect(left).toEqual([])
  })
})
