import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AsRunVerdict, checkAsRunFile } from '../../../services/airtime/as-run-check.ts'
import {
  type AsRunRecord,
  type AsRunStatement,
  asRunType,
  csvHeading,
  csvLine,
  jsonlLine,
} from '../../../services/airtime/as-run-file.ts'
import { canonicalJson } from '../../../services/domain/approval.ts'
import { createKeys } from '../../../services/runtime/keys.ts'
import { asRunHash, asRunOrigin } from '../../../services/store/as-run.ts'

const keys = createKeys('a secret that only the tests use, long enough')
const forger = createKeys('another secret, that of somebody who forges')

type Line = AsRunRecord & { row: 'line' }

/** An honest log: one station per list of titles, its first line being number `first`. */
function logOf(stations: string[][], first = 1, signer = keys): AsRunRecord[] {
  const records: AsRunRecord[] = []
  const statement: AsRunStatement = { v: 1, month: '2026-11', exportedAt: '2026-12-01T00:00:00.000Z', stations: [] }
  stations.forEach((titles, index) => {
    const station = String(index + 1)
    const before = first === 1 ? asRunOrigin : 'ab'.repeat(32)
    let head = before
    records.push({ row: 'begin', station, name: `Đài ${station}`, month: '2026-11', from: first, before })
    titles.forEach((title, i) => {
      const n = first + i
      const at = new Date(Date.UTC(2026, 10, 3, 10, 0, i)).toISOString()
      const entry = canonicalJson({ title, reason: '=1+1', n, station, at, kind: 'device.ended' })
      head = asRunHash(head, entry)
      records.push({ row: 'line', station, n, at, kind: 'device.ended', entry, hash: head })
    })
    const to = first + titles.length - 1
    records.push({ row: 'end', station, to, head })
    statement.stations.push({ station, from: first, before, to, head })
  })
  records.push({ row: 'signed', jws: signer.asRun.sign(canonicalJson(statement), asRunType) })
  return records
}

const formats = {
  jsonl: (records: AsRunRecord[]) => records.map(jsonlLine).join(''),
  csv: (records: AsRunRecord[]) => csvHeading + records.map(csvLine).join(''),
}
type Format = keyof typeof formats

function check(records: AsRunRecord[], format: Format, options: Parameters<typeof checkAsRunFile>[1] = {}) {
  return checkAsRunFile(formats[format](records).split(/\r?\n/), { key: keys.asRun.jwk, ...options })
}

const flaws = (verdict: AsRunVerdict) => verdict.problems.map(p => `${p.flaw} ${p.station} ${p.n}`)

const titles = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 3, maxLength: 12 })
const logs = fc.record({
  stations: fc.array(titles, { minLength: 1, maxLength: 3 }),
  first: fc.integer({ min: 1, max: 9 }),
  format: fc.constantFrom<Format>('jsonl', 'csv'),
  pick: fc.nat(),
})

/** Positions of the lines among the records, and one of them. */
function pickLine(records: AsRunRecord[], pick: number): { at: number; line: Line; last: boolean } {
  const places = records.flatMap((r, i) => (r.row === 'line' ? [i] : []))
  const at = places[pick % places.length] ?? 0
  return { at, line: records[at] as Line, last: records[at + 1]?.row === 'end' }
}

describe('an exported as-run log', () => {
  test('that nobody touched is right, in both formats and with any text', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format }) => {
        const verdict = await check(logOf(stations, first), format)
        expect(flaws(verdict)).toEqual([])
        expect(verdict).toMatchObject({ ok: true, signature: 'valid', lines: stations.flat().length, more: 0 })
      }),
    )
  })

  test('a changed entry is named', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        fc.constantFrom('entry', 'hash', 'at', 'kind'),
        async ({ stations, first, format, pick }, what) => {
          const records = logOf(stations, first)
          const { at, line } = pickLine(records, pick)
          const changed = {
            entry: { ...line, entry: line.entry.replace('"title":"', '"title":"x') },
            hash: { ...line, hash: 'cd'.repeat(32) },
            at: { ...line, at: '2026-11-04T00:00:00.000Z' },
            kind: { ...line, kind: 'device.started' },
          }[what]
          records[at] = changed
          expect(flaws(await check(records, format))).toContain(`changed ${line.station} ${line.n}`)
        },
      ),
    )
  })

  test('a removed line is named', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format, pick }) => {
        const records = logOf(stations, first)
        const { at, line } = pickLine(records, pick)
        records.splice(at, 1)
        expect(flaws(await check(records, format))).toContain(`removed ${line.station} ${line.n}`)
      }),
    )
  })

  test('a line put in is named, whatever number it claims', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.boolean(), async ({ stations, first, format, pick }, copy) => {
        const records = logOf(stations, first)
        const { at, line } = pickLine(records, pick)
        const entry = canonicalJson({ n: line.n, station: line.station, at: line.at, kind: line.kind, title: 'thêm' })
        const extra: Line = copy ? line : { ...line, entry, hash: asRunHash('ef'.repeat(32), entry) }
        records.splice(at, 0, extra)
        expect(flaws(await check(records, format))).toContain(`inserted ${line.station} ${line.n}`)
      }),
    )
  })

  test('lines that changed places are named', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format, pick }) => {
        const records = logOf(stations, first)
        const { at, line, last } = pickLine(records, pick)
        fc.pre(!last)
        records.splice(at, 2, records[at + 1] as Line, line)
        expect(flaws(await check(records, format))).toContain(`reordered ${line.station} ${line.n}`)
      }),
    )
  })

  test('an end that was cut off is found, wherever the cut is', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format, pick }) => {
        const records = logOf(stations, first)
        const kept = records.slice(0, pick % records.length)
        const verdict = await check(kept, format)
        expect(verdict.ok).toBe(false)
        expect(verdict.problems.map(p => p.flaw)).toContain('truncated')
      }),
    )
  })

  test('lines cut off with an end of their own making do not fit the signed end', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format }) => {
        const records = logOf(stations, first)
        const end = records.findIndex(r => r.row === 'end')
        const before = records[end - 2] as Line
        records.splice(end - 1, 2, { row: 'end', station: before.station, to: before.n, head: before.hash })
        expect((await check(records, format)).problems.map(p => p.flaw)).toContain('head')
      }),
    )
  })

  test('a log written anew from beginning to end is found by the signature, or by a hash noted elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ stations, first, format }) => {
        const anew = stations.map((t, i) => (i === 0 ? [`${t[0]}!`, ...t.slice(1)] : t))
        expect((await check(logOf(anew, first, forger), format)).signature).toBe('bad')
        const honest = await check(logOf(stations, first), format)
        const heads = new Map(honest.stations.map(s => [s.station, s.head]))
        const forged = await check(logOf(anew, first, forger), format, { key: undefined, heads })
        expect(forged.signature).toBe('unchecked')
        expect(flaws(forged)).toEqual(['head 1 null'])
      }),
    )
  })

  test('a whole station taken out is named', async () => {
    const records = logOf([
      ['a', 'b'],
      ['c', 'd'],
    ])
    const second = records.findIndex(r => r.row === 'begin' && r.station === '2')
    records.splice(second, 4)
    expect(flaws(await check(records, 'jsonl'))).toEqual(['removed 2 null'])
  })

  test('what people read in the CSV is what the entry says, and no formula', async () => {
    const text = formats.csv(logOf([['=HYPERLINK("x")']]))
    expect(text).toContain(`"'=HYPERLINK(""x"")"`)
    const lied = text.replace(`"phát đến hết"`, `"không phát được"`)
    expect(lied).not.toBe(text)
    const verdict = await checkAsRunFile(lied.split('\r\n'), { key: keys.asRun.jwk })
    expect(verdict.problems[0]).toMatchObject({ flaw: 'unreadable', line: 3 })
  })

  test('anything else is no log', async () => {
    for (const text of ['', 'hello', '{"row":"line"}', '{', 'row,a\nline,1']) {
      expect((await checkAsRunFile(text.split('\n'))).ok).toBe(false)
    }
  })
})
