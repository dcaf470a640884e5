import { describe, expect, test } from '@jest/globals'
import { hoursBeganAt } from '../../../services/domain/board-hours.ts'
import { silenceOf } from '../../../services/places/boards/alerts.ts'
import { alertMail, type UntoldAlert } from '../../../services/places/boards/alerts-mail.ts'

/** A moment by the clock in Viet Nam. */
const at = (clock: string, day = 26) => new Date(`2026-11-${day}T${clock}:00+07:00`)

describe('operating hours', () => {
  test.each([
    ['06:00', '22:00', '05:59', undefined],
    ['06:00', '22:00', '06:00', at('06:00')],
    ['06:00', '22:00', '21:59', at('06:00')],
    ['06:00', '22:00', '22:00', undefined],
    ['18:00', '02:00', '01:59', at('18:00', 25)],
    ['18:00', '02:00', '02:00', undefined],
    ['18:00', '02:00', '18:00', at('18:00')],
    ['18:00', '02:00', '23:59', at('18:00')],
    ['00:00', '23:59', '00:00', at('00:00')],
    ['07:00', '07:00', '03:00', new Date(0)],
  ])('from %s to %s: at %s', (from, to, clock, began) => {
    expect(hoursBeganAt({ from, to }, at(clock))).toEqual(began)
  })
})

describe('silence', () => {
  const hours = { from: '06:00', to: '22:00' }
  const old = at('08:00', 20)
  test.each([
    ['ten minutes of silence', at('11:50'), at('12:00'), undefined],
    ['more than ten minutes', at('11:49'), at('12:00'), 'offline'],
    ['at night nobody is disturbed', at('20:00'), at('22:30'), undefined],
    ['switched on with its power: ten minutes to come up', at('22:00', 25), at('06:10'), undefined],
    ['not up by then', at('22:00', 25), at('06:11'), 'offline'],
    ['never up', null, at('12:00'), 'never'],
    ['never up, at night', null, at('23:00'), undefined],
  ])('%s', (_what, lastSeenAt, now, kind) => {
    expect(silenceOf({ addedAt: old, lastSeenAt, hours }, now)).toBe(kind)
  })

  test('a board that was added has a day to be set up', () => {
    const board = { addedAt: at('12:00', 25), lastSeenAt: null, hours }
    expect(silenceOf(board, at('12:00'))).toBeUndefined()
    expect(silenceOf(board, at('12:01'))).toBe('never')
  })
})

test('one mail names every board, what is wrong and since when', () => {
  const alert: UntoldAlert = {
    id: '7',
    kind: 'offline',
    beganAt: at('12:00'),
    board: 'Bảng tin\r\nBcc: x@example.com',
    commune: 'Phường Đông Hà',
    keeper: 'giu@loa.example',
    lastSeenAt: at('11:49'),
  }
  const mail = alertMail(
    'giu@loa.example',
    [alert, { ...alert, id: '8', board: 'Bảng tin Chợ', kind: 'never', lastSeenAt: null }],
    true,
  )
  expect(mail.subject).toBe('[DIỄN TẬP] Đề nghị kiểm tra 2 bảng tin công cộng')
  expect(mail.text).toContain(
    '- Bảng tin Bcc: x@example.com (Phường Đông Hà): mất liên lạc trong giờ hoạt động, ghi nhận lúc 12:00 26/11/2026; lần cuối có tín hiệu: 11:49 26/11/2026.\n',
  )
  expect(mail.text).toContain('- Bảng tin Chợ (Phường Đông Hà): chưa kết nối lần nào')
  expect(mail.key).toMatch(/^board-alerts-[0-9a-f]{32}$/)
  expect(alertMail('giu@loa.example', [alert], false).subject).toBe('Đề nghị kiểm tra 1 bảng tin công cộng')
})

test('a mail lists at most a hundred alerts and says how many more there are', () => {
  const alerts: UntoldAlert[] = Array.from({ length: 103 }, (_, i) => ({
    id: String(i),
    kind: 'offline',
    beganAt: at('12:00'),
    board: `Bảng tin ${i}`,
    commune: 'Phường Đông Hà',
    keeper: 'giu@loa.example',
    lastSeenAt: null,
  }))
  const listed = (mail: { text: string }) => mail.text.split('\n').filter(line => line.startsWith('- ')).length
  const mail = alertMail('giu@loa.example', alerts, false)
  expect(mail.subject).toBe('Đề nghị kiểm tra 103 bảng tin công cộng')
  expect(listed(mail)).toBe(100)
  expect(mail.text).toContain('và 3 cảnh báo khác')
  const whole = alertMail('giu@loa.example', alerts.slice(0, 100), false)
  expect([listed(whole), whole.text.includes('cảnh báo khác')]).toEqual([100, false])
})
