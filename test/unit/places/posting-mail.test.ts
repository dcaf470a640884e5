import { expect, test } from '@jest/globals'
import { type ReminderLine, reminderMail } from '../../../services/places/postings/mail.ts'

const line = (kind: ReminderLine['kind'], n: number): ReminderLine => ({
  postingId: String(n),
  kind,
  title: `Thông báo ${n}`,
  boardName: 'Bảng tin Chợ',
  communeName: 'Phường Đông Hà',
  removeBy: new Date('2026-11-26T12:00:00+07:00'),
  posted: true,
  pageUrl: `https://loa.example/n/${n}`,
})

test('a mail lists at most a hundred notices, the most pressing first, and says how many more there are', () => {
  const soon = Array.from({ length: 90 }, (_, i) => line('soon', i))
  const withdrawn = Array.from({ length: 12 }, (_, i) => line('withdrawn', 500 + i))
  const mail = reminderMail('giu@loa.example', [...soon, ...withdrawn], false)
  expect(mail.subject).toBe('GỠ NGAY: 102 thông báo trên bảng niêm yết')
  for (const body of [mail.text, mail.html ?? '']) {
    const pages = body.match(/https:\/\/loa\.example\/n\/\d+/g) ?? []
    expect(pages).toHaveLength(100)
    expect(pages.filter(page => /\/n\/5\d\d$/.test(page))).toHaveLength(12)
    expect(pages[0]).toBe('https://loa.example/n/500')
    expect(body).toContain('và 2 thông báo khác')
  }
  expect(reminderMail('giu@loa.example', soon, false).text).not.toContain('thông báo khác')
})
