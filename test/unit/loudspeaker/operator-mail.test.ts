import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  localTime,
  type OperatorMailInput,
  operatorMail,
  spokenDuration,
} from '../../../channels/loudspeaker/operator-mail.ts'

function input(overrides: { title?: string; script?: string; priority?: 'routine' | 'priority' | 'emergency' } = {}) {
  const given: OperatorMailInput = {
    batch: {
      dispatchId: '7',
      title: overrides.title ?? 'Lịch tiếp nhận hồ sơ “một cửa”',
      priority: overrides.priority ?? 'routine',
      expiresAt: new Date('2026-12-05T10:30:00.000Z'),
      content: {
        script: overrides.script ?? 'Kính mời nhân dân nghe thông báo.\n\nTừ ngày 01/12/2026, xã tiếp nhận hồ sơ.',
        spoken: 'Từ ngày một tháng mười hai...',
        durationSeconds: 52.8,
        trackSeconds: 44.2,
        lufs: -16,
        dbtp: -2.4,
        voice: 'vi',
        sizeBytes: 422_633,
        fileName: 'loa-lich.mp3',
        demo: false,
      },
    },
    station: { id: '31', name: 'Đài truyền thanh xã Mẫu' },
    operatorEmail: 'dai@hop-thu.example',
    audioUrl: 'https://loa.example/files/ab/speech.mp3?exp=1&sig=x&s=token',
    audioUrlExpiresAt: new Date('2026-12-05T10:30:00.000Z'),
    feedUrl: 'https://loa.example/feeds/stations/token.xml',
  }
  return given
}

describe('operatorMail', () => {
  test('says what, how urgent, how long, until when, where, and what to read', () => {
    const mail = operatorMail(input({ priority: 'priority' }))
    expect(mail.to).toBe('dai@hop-thu.example')
    expect(mail.subject).toBe('[ƯU TIÊN] Đề nghị phát thanh: Lịch tiếp nhận hồ sơ “một cửa”')
    for (const body of [mail.text, mail.html ?? '']) {
      expect(body).toContain('Đài truyền thanh xã Mẫu')
      expect(body).toContain('Ưu tiên')
      expect(body).toContain('53 giây')
      expect(body).toContain('17 giờ 30 phút, ngày 05/12/2026')
      expect(body).toContain('0,4 MB')
      expect(body).toContain('https://loa.example/feeds/stations/token.xml')
      expect(body).toContain('Từ ngày 01/12/2026, xã tiếp nhận hồ sơ.')
    }
    expect(mail.text).toContain('https://loa.example/files/ab/speech.mp3?exp=1&sig=x&s=token')
    expect(mail.html).toContain('href="https://loa.example/files/ab/speech.mp3?exp=1&amp;sig=x&amp;s=token"')
  })

  test('the key is the same for the same station and dispatch, and only then', () => {
    const key = (dispatchId: string, stationId: string) => {
      const given = input()
      return operatorMail({
        ...given,
        batch: { ...given.batch, dispatchId },
        station: { ...given.station, id: stationId },
      }).key
    }
    expect(key('7', '31')).toBe(key('7', '31'))
    expect(new Set([key('7', '31'), key('7', '32'), key('8', '31'), key('73', '1')]).size).toBe(4)
  })

  test('an emergency asks to air at once and is marked as important', () => {
    const mail = operatorMail(input({ priority: 'emergency' }))
    expect(mail.subject).toMatch(/^\[KHẨN CẤP\] /)
    expect(mail.text).toContain('ĐỀ NGHỊ ĐÀI PHÁT NGAY')
    expect(mail.headers).toEqual({ 'X-Priority': '1 (Highest)', Importance: 'High' })
    expect(operatorMail(input()).headers).toBeUndefined()
  })

  test('a demo says so in the subject and at the head of the mail', () => {
    const given = input({ priority: 'emergency' })
    const demo = { ...given.batch, content: { ...given.batch.content, demo: true } }
    const mail = operatorMail({ ...given, batch: demo })
    expect(mail.subject).toMatch(/^\[DIỄN TẬP\] \[KHẨN CẤP\] /)
    expect(mail.text).toMatch(/^BẢN DIỄN TẬP/)
    const html = mail.html ?? ''
    expect(html.indexOf('BẢN DIỄN TẬP')).toBeGreaterThan(0)
    expect(html.indexOf('BẢN DIỄN TẬP')).toBeLessThan(html.indexOf('PHÁT NGAY'))
    expect(operatorMail(given).html).not.toContain('DIỄN TẬP')
  })

  test('without an expiry it says that there is none', () => {
    const given = input()
    const mail = operatorMail({ ...given, batch: { ...given.batch, expiresAt: null } })
    expect(mail.text).toContain('Phát đến hết: Không đặt thời hạn')
  })

  test('no text can add a header line or markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const nasty = `${text}\r\nBcc: x@y.example\u0000<script>alert(1)</script>"'&`
        const mail = operatorMail(input({ title: nasty, script: nasty }))
        expect(mail.subject).not.toMatch(/\p{Cc}/u)
        expect(mail.html).not.toContain('<script')
      }),
    )
  })
})

test.each([
  [0.4, '0 giây'],
  [59.4, '59 giây'],
  [59.6, '1 phút'],
  [125, '2 phút 5 giây'],
  [900, '15 phút'],
])('%s seconds are written %s', (seconds, text) => {
  expect(spokenDuration(seconds)).toBe(text)
})

test('moments are written in the time of Viet Nam', () => {
  expect(localTime(new Date('2026-12-31T17:05:00.000Z'))).toBe('00 giờ 05 phút, ngày 01/01/2027')
})
