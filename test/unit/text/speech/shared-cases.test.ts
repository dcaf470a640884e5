import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readAloud } from '../../../../services/text/speech/index.ts'

const folder = join(process.cwd(), '..', 'shared', 'data', 'speech')
const present = existsSync(folder)
/** The data stands beside the project where it is developed; a clone alone skips these by name. */
const whenPresent = present ? test : test.skip

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean)

interface Case {
  in: string
  out: string
  alt?: string[]
}

/**
 * Where our reading differs on purpose from the other house's, as rules on its expected output, not case by case:
 * the hundreds of a later group are said (2024, 1001), up to three decimals are one number, letters are said by name,
 * and the x between two measures is said "nhân".
 */
function intended(written: string, spoken: string): boolean {
  const ours = readAloud(written).text
  const withoutHundreds = ours.replaceAll('không trăm linh', 'linh').replaceAll(/không trăm (?=\p{L}+ mươi|mười)/gu, '')
  const hundreds = /\d{4}|mm/i.test(written)
    ? [
        withoutHundreds,
        ours.replaceAll('không trăm ', ''),
        ours.replace('không trăm linh một nghìn', 'một nghìn').replaceAll('không trăm ', ''),
      ]
    : []
  const decimals = /,\d{2,3}(?!\d)/.test(written) ? [digitByDigit(written, ours)] : []
  const letters = [ours.replaceAll('độ xê', 'độ c').replaceAll('độ ca', 'độ k').replaceAll(' nhân ', ' x ')]
  return [...hundreds, ...decimals, ...letters].includes(spoken)
}

function digitByDigit(written: string, ours: string): string {
  const names = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']
  const digits = /,(\d+)/.exec(written)?.[1] ?? ''
  const tail = /[\d](?: (\p{L}+))?$/u.exec(written)?.[1]
  const head = ours.slice(0, ours.indexOf(' phẩy '))
  return [head, 'phẩy', ...[...digits].map(digit => names[Number(digit)] ?? ''), ...(tail ? [tail] : [])].join(' ')
}

describe('acceptance data', () => {
  whenPresent('government cases: every one', () => {
    const cases = linesOf(join(folder, 'government-cases.jsonl')).map(line => JSON.parse(line) as Case)
    expect(cases.length).toBeGreaterThan(50)
    const wrong = cases
      .map(item => ({ ...item, got: readAloud(item.in).text }))
      .filter(item => ![item.out, ...(item.alt ?? [])].includes(item.got))
    expect(wrong).toEqual([])
  })

  whenPresent('NeMo cases: every one, apart from the listed rules', () => {
    const rows = readdirSync(join(folder, 'nemo'))
      .filter(name => name.endsWith('.txt'))
      .flatMap(name => linesOf(join(folder, 'nemo', name)))
      .map(line => line.split('~'))
    expect(rows.length).toBeGreaterThan(200)
    const wrong = rows
      .map(([written = '', spoken = '']) => ({ written, spoken, got: readAloud(written).text }))
      .filter(row => row.got !== row.spoken && !intended(row.written, row.spoken))
    expect(wrong).toEqual([])
  })
})
