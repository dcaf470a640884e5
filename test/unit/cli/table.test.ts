import { expect, test } from '@jest/globals'
import { stateWords } from '../../../services/cli/show/states.ts'
import { resultTable } from '../../../services/cli/show/table.ts'
import { announcementStates } from '../../../services/domain/announcement.ts'
import type { Progress } from '../../../services/http/schemas.ts'

const none = {
  audience: 0,
  waiting: 0,
  sending: 0,
  accepted: 0,
  confirmed: 0,
  rejected: 0,
  skipped: 0,
  unknown: 0,
  cancelled: 0,
  expired: 0,
}
const progress = (counts: Partial<typeof none>) =>
  ({ dispatches: [{ channel: 'sms', counts: { ...none, ...counts } }] }) as unknown as Progress
const cells = (counts: Partial<typeof none>, where = new Map<string, string>()) =>
  resultTable(progress(counts), new Map([['sms', 'Tin nhắn SMS']]), where)
    .split('\n')
    .filter(line => line.startsWith('│'))
    .map(line =>
      line
        .split('│')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )

test('what a cancellation or the end of validity stopped is not called skipped', () => {
  const [head, row] = cells({ audience: 10, confirmed: 3, skipped: 2, cancelled: 4, expired: 1 })
  expect(head).toEqual([
    'Kênh',
    'Đối tượng',
    'Đã tiếp nhận',
    'Đã xác nhận',
    'Bị từ chối',
    'Bỏ qua',
    'Đã hủy',
    'Hết hạn',
  ])
  expect(row).toEqual(['Tin nhắn SMS', '10', '0', '3', '0', '2', '4', '1'])
})

test('the addresses have a column only when there are any', () => {
  expect(cells({ audience: 1, accepted: 1 })[0]).not.toContain('Xem tại')
  expect(cells({ audience: 1, accepted: 1 }, new Map([['sms', 'http://loa.test/']]))[0]).toContain('Xem tại')
})

test('every state has words for a person', () => {
  for (const state of announcementStates) expect(stateWords(state)).toMatch(/^\p{Lu}\p{Ll}.* · [a-z ]+$/u)
})
