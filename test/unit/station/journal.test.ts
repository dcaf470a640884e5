import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { snapshotOf } from '../../../services/station/core/record.ts'
import type { JournalRecord } from '../../../services/station/core/types.ts'
import { openJournal } from '../../../services/station/journal.ts'
import { manifestOf, Shell } from './shell.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'loa-journal-'))
  path = join(dir, 'journal.jsonl')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const ended = (n: number): JournalRecord => ({
  r: 'event',
  event: { n, at: '2026-11-25T05:30:00.000Z', kind: 'ended', slotId: '1', dispatchId: String(n), play: 1 },
})

describe('the journal', () => {
  test('gives back what was appended', () => {
    const journal = openJournal(path)
    expect(journal.append([ended(1), ended(2)])).toBe(true)
    expect(journal.syncedBytes()).toBe(statSync(path).size)
    journal.close()
    const again = openJournal(path)
    expect(again.recorded.nextN).toBe(3)
    expect(again.recorded.partsDone).toEqual({ '1/1/1': expect.anything(), '1/2/1': expect.anything() })
    again.close()
  })

  test('cut off at any byte loses nothing but the line that is not whole, and goes on', () => {
    const journal = openJournal(path)
    journal.append([ended(1)])
    const first = journal.syncedBytes()
    journal.append([ended(2)])
    const all = journal.syncedBytes()
    journal.close()
    const bytes = readFileSync(path)
    for (let length = first; length <= all; length++) {
      rmSync(path)
      appendFileSync(path, bytes.subarray(0, length))
      const cut = openJournal(path)
      expect(cut.recorded.nextN).toBe(length === all ? 3 : 2)
      cut.append([ended(cut.recorded.nextN)])
      cut.close()
      const after = openJournal(path)
      expect([after.recorded.nextN, after.badLines]).toEqual([length === all ? 4 : 3, 0])
      after.close()
    }
  })

  test('reads around a line that a bad disk spoilt', () => {
    const journal = openJournal(path)
    journal.append([ended(1)])
    journal.close()
    appendFileSync(path, '\u0000\u0000{"r":\n')
    const again = openJournal(path)
    again.append([ended(2)])
    again.close()
    const last = openJournal(path)
    expect([last.recorded.nextN, last.badLines]).toEqual([3, 1])
    last.close()
  })

  test('that grew long is written anew with the same meaning', () => {
    const journal = openJournal(path)
    const shell = new Shell()
    const manifest = manifestOf(shell, 1, { stationName: 'x'.repeat(1_000_000) })
    const long = Array.from({ length: 3 }, (_, i): JournalRecord => ({ r: 'manifest', at: i, manifest }))
    journal.append([...long, ended(1), ended(2), ended(3), { r: 'acked', upTo: 1 }])
    const bytes = journal.syncedBytes()
    journal.close()
    const reopened = openJournal(path)
    const now = Date.parse('2026-11-26T00:00:00Z')
    reopened.compact(snapshotOf(reopened.recorded, now))
    expect(reopened.syncedBytes()).toBeLessThan(bytes / 2)
    reopened.append([ended(4)])
    reopened.close()
    const last = openJournal(path)
    expect(last.recorded.pending.map(e => e.n)).toEqual([2, 3, 4])
    expect(Object.keys(last.recorded.partsDone)).toHaveLength(4)
    last.close()
  })

  test('that lost its end behind the last fsync starts from there', () => {
    const journal = openJournal(path)
    journal.append([ended(1)])
    const synced = journal.syncedBytes()
    journal.append([ended(2)])
    journal.close()
    truncateSync(path, synced)
    const again = openJournal(path)
    expect(again.recorded.nextN).toBe(2)
    again.close()
  })
})
