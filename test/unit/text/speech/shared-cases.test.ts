import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseCases } from '../../../../services/cli/score/cases.ts'
import { scoreReading } from '../../../../services/cli/score/score.ts'
import { readAloud } from '../../../../services/text/speech/index.ts'

const folder = join(process.cwd(), '..', 'shared', 'data', 'speech')
/** The data stands beside the project where it is developed; a clone alone skips these by name. */
const whenPresent = existsSync(folder) ? test : test.skip

const score = (path: string) =>
  scoreReading(parseCases(path, readFileSync(path, 'utf8')), written => readAloud(written).text)

describe('acceptance data', () => {
  whenPresent('government cases: every one', () => {
    const { cases, failures } = score(join(folder, 'government-cases.jsonl'))
    expect(cases).toBeGreaterThan(50)
    expect(failures).toEqual([])
  })

  whenPresent('NeMo cases: every one, apart from the listed differences', () => {
    const scores = readdirSync(join(folder, 'nemo'))
      .filter(name => name.endsWith('.txt'))
      .map(name => score(join(folder, 'nemo', name)))
    expect(scores.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(200)
    expect(scores.flatMap(({ failures }) => failures)).toEqual([])
    // Nine in ten are equal word for word: the list of differences explains few, so it cannot hide much.
    expect(scores.reduce((sum, { intended }) => sum + intended, 0)).toBeLessThan(24)
  })
})
