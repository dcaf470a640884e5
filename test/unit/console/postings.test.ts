import { describe, expect, test } from '@jest/globals'
import { postingWords } from '../../../services/web/console/src/i18n/postings.ts'
import { reminderWords, standingCounts } from '../../../services/web/console/src/lib/postings.ts'

const w = postingWords.vi as Parameters<typeof reminderWords>[0]
const now = new Date('2026-11-26T03:00:00Z')
const at = '2026-11-26T02:30:00Z'
const item = (result: string, hasKeeper = true, standing = 'posted' as const) => ({
  standing,
  hasKeeper,
  reminders: [{ kind: 'soon' as const, at, result }],
})

describe('what became of reminders', () => {
  test('is said as far as it is known, and no further', () => {
    expect(reminderWords(w, item('accepted'), now)).toEqual(['Đã nhắc trước hạn lúc 09:30'])
    expect(reminderWords(w, item('unknown'), now)[0]).toMatch(/^Không rõ/)
    expect(reminderWords(w, item('sending'), now)[0]).toMatch(/^Không rõ/)
    expect(reminderWords(w, item('rejected: no-mail-server'), now)).toEqual([
      'Thư nhắc không gửi được (no-mail-server)',
    ])
  })

  test('a notice that hangs where nobody can be written to is named', () => {
    const none = { reminders: [], hasKeeper: false }
    expect(reminderWords(w, { ...none, standing: 'posted' }, now)).toEqual([w.noKeeper])
    expect(reminderWords(w, { ...none, standing: 'removed' }, now)).toEqual([])
    expect(reminderWords(w, { ...none, standing: 'to-post' }, now)).toEqual([])
  })
})

test('counts leave out what does not occur, work to be done first', () => {
  const counts = { total: 6, toPost: 2, posted: 3, toRemove: 1, removed: 0, notPosted: 0 }
  expect(standingCounts(counts)).toEqual([
    ['toRemove', 1],
    ['toPost', 2],
    ['posted', 3],
  ])
})
