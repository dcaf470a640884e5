import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { boardSettingsSchema, pairingAlphabet } from '../../../services/domain/board.ts'
import type { Board } from '../../../services/http/schemas-boards.ts'
import { boardsWords } from '../../../services/web/console/src/i18n/boards.ts'
import { emergencyWords } from '../../../services/web/console/src/i18n/emergencies.ts'
import { vi } from '../../../services/web/console/src/i18n/vi.ts'
import { changedPatch, usualValues } from '../../../services/web/console/src/lib/boardSettings.ts'
import {
  concerns,
  hourBars,
  reachSentence,
  readCode,
  screenShape,
  showingWords,
  spanWords,
  standingWords,
  tilesByProvince,
  tileWords,
} from '../../../services/web/console/src/lib/boards.ts'
import {
  emergencyContent,
  emergencyFacts,
  emergencyGaps,
  emergencyGapWords,
  emergencyStanding,
  emptyEmergency,
  endOf,
} from '../../../services/web/console/src/lib/emergency.ts'

const w = boardsWords.vi
const now = new Date('2026-11-26T10:00:00+07:00')

test('a board is watched in the shape of its own screen', () => {
  const settings = boardSettingsSchema.parse({})
  const shape = (screen: string | null) => screenShape({ kind: 'screen', settings, report: { ...report, screen } })
  expect(shape('1080x1920')).toBe(1080 / 1920)
  expect(shape('1920x1080')).toBe(16 / 9)
  for (const unknown of [null, 'headless', '0x0', '1080x', '12345678x1']) expect(shape(unknown)).toBe(16 / 9)
  expect(screenShape({ kind: 'screen', settings, report: null })).toBe(16 / 9)
  const led = { ...settings, led: { width: 256, height: 64 } }
  expect(screenShape({ kind: 'led', settings: led, report: { ...report, screen: '1920x1080' } })).toBe(4)
})

const report: NonNullable<Board['report']> = {
  at: '2026-11-26T09:59:00+07:00',
  mode: 'items',
  visible: true,
  title: 'Lịch tiêm chủng',
  announcementId: 'a',
  handedOnly: false,
  page: 1,
  pages: 2,
  since: '2026-11-26T09:58:00+07:00',
  player: 'p1',
  screen: '1920x1080',
  clockSkewMs: 0,
  storage: null,
  offlineReady: true,
  problems: [],
}
const board = (patch: Partial<Board> = {}): Board => ({
  id: '1',
  name: 'Bảng chợ',
  kind: 'screen',
  group: '',
  areaCode: '19333',
  areaName: 'Phường Đông Hà',
  provinceName: 'Tỉnh Quảng Trị',
  state: 'online',
  withinHours: true,
  lastSeenAt: report.at,
  pairedAt: null,
  retiredAt: null,
  onlineOnly: false,
  settings: {
    hours: { from: '06:00', to: '22:00' },
    outside: 'dim',
    drift: true,
    reloadAt: '03:30',
    contact: '',
    led: null,
  },
  report,
  manifest: null,
  alerts: [],
  ...patch,
})

describe('a code as people type it', () => {
  const code = fc.array(fc.constantFrom(...pairingAlphabet), { minLength: 6, maxLength: 6 })

  test('small letters, spaces, dashes and stops change nothing', () => {
    fc.assert(
      fc.property(
        code,
        fc.array(fc.constantFrom('', ' ', '-', '–', '.', '  '), { minLength: 6, maxLength: 6 }),
        (letters, gaps) => {
          const typed = letters.map((letter, i) => `${gaps[i]}${i % 2 ? letter.toLowerCase() : letter}`).join('')
          expect(readCode(typed)).toEqual({
            code: letters.join(''),
            alike: [],
            missing: 0,
            tooLong: false,
            ready: true,
          })
        },
      ),
    )
  })

  test.each([
    ['', [], 6, false],
    ['7k2', [], 3, false],
    ['0O1Il2', ['0', 'O', '1', 'I', 'L'], 0, false],
    ['ABCDEFG', [], 0, true],
    ['Ă23456', ['Ă'], 0, false],
  ])('%s is not ready', (typed, alike, missing, tooLong) => {
    expect(readCode(typed)).toMatchObject({ alike, missing, tooLong, ready: false })
  })
})

describe('what a board says it shows', () => {
  test('title, page, since; the mode where it is no usual one', () => {
    expect(showingWords(report, w, now)).toBe('đang hiển thị “Lịch tiêm chủng” · trang 1/2 · từ 09:58')
    expect(showingWords({ ...report, pages: 1, mode: 'emergency' }, w, now)).toBe(
      'đang hiển thị “Lịch tiêm chủng” (thông báo khẩn cấp toàn màn hình) · từ 09:58',
    )
    const idle = { ...report, mode: 'idle' as const, title: null, page: null, pages: null, since: null }
    expect(showingWords(idle, w, now)).toBe('đang hiển thị đồng hồ và tên xã (chưa có thông báo nào)')
    expect(showingWords({ ...report, title: null }, w, now)).toContain('không còn trong hệ thống')
    expect(showingWords({ ...report, handedOnly: true }, w, now)).toContain('đã tải về “Lịch tiêm chủng”')
    expect(showingWords(null, w, now)).toBeUndefined()
    expect(showingWords({ ...idle, mode: null }, w, now)).toBeUndefined()
  })

  test('how its version stands', () => {
    const standing = (manifest: Board['manifest']) => standingWords({ manifest }, w, now)
    const changedAt = '2026-11-26T09:30:00+07:00'
    expect(standing(null)).toBeUndefined()
    expect(standing({ standing: 'current', changedAt: null })).toEqual({ text: 'Đúng bản mới nhất', good: true })
    expect(standing({ standing: 'behind', changedAt })).toEqual({ text: 'Chưa nhận bản mới, có từ 09:30', good: false })
    expect(standing({ standing: 'behind', changedAt: null })?.text).toBe('Chưa nhận bản mới')
    expect(standing({ standing: 'awaited', changedAt })?.text).toContain('chưa báo lại')
  })

  test('concerns: hidden, a wrong clock, full storage, problems; none of them on a board that is well', () => {
    expect(concerns(board(), w, 'vi')).toEqual([])
    const ill = { ...report, visible: false, clockSkewMs: -259_200_000, problems: ['video không chạy', 'x'] }
    const storage = { usedBytes: 950_000_000, quotaBytes: 1_000_000_000 }
    expect(concerns(board({ report: { ...ill, storage } }), w, 'vi')).toEqual([
      w.hidden,
      'Đồng hồ của bảng lệch 3 ngày',
      'Bộ nhớ của bảng sắp đầy (950 MB trong 1 GB)',
      'Bảng báo 2 lỗi: video không chạy',
    ])
    expect(concerns(board({ report: ill, state: 'retired' }), w, 'vi')).toEqual([])
  })
})

test('spans in their largest useful unit', () => {
  expect([1_000, 119_000, 120_000, 7_199_000, 7_200_000, 172_800_000].map(ms => spanWords(ms, w))).toEqual([
    '1 giây',
    '119 giây',
    '2 phút',
    '2 giờ',
    '2 giờ',
    '2 ngày',
  ])
})

test('tiles: by province and name in Vietnamese order, the worst state first in words', () => {
  const tile = (areaName: string, provinceCode: string, counts = {}) => ({
    areaCode: areaName,
    areaName,
    provinceCode,
    provinceName: provinceCode === '44' ? 'Tỉnh Quảng Trị' : 'Thành phố Huế',
    boards: 3,
    worst: 'offline' as const,
    counts,
  })
  const grouped = tilesByProvince([tile('Xã Đông', '44'), tile('Xã Ân', '46'), tile('Xã Ba', '44')])
  expect(grouped.map(p => [p.name, p.tiles.map(t => t.areaName)])).toEqual([
    ['Thành phố Huế', ['Xã Ân']],
    ['Tỉnh Quảng Trị', ['Xã Ba', 'Xã Đông']],
  ])
  expect(tileWords(tile('x', '44', { online: 2, offline: 1, paper: 4 }), w, String)).toBe(
    '1 mất liên lạc, 2 trực tuyến, 4 bảng giấy',
  )
})

test('bars: every hour from the first to the last, the newest only when there are too many', () => {
  const hours = [
    { hour: '2026-11-26T01:00:00Z', shownMs: 1_800_000 },
    { hour: '2026-11-26T04:00:00Z', shownMs: 9_000_000 },
  ]
  expect(hourBars({ hours }).map(bar => bar.share)).toEqual([0.5, 0, 0, 1])
  expect(hourBars({ hours }, 2).map(bar => bar.hour)).toEqual(['2026-11-26T03:00:00.000Z', '2026-11-26T04:00:00.000Z'])
  expect(hourBars({ hours: [] })).toEqual([])
})

test('settings: only what differs; pixels go with the kind', () => {
  expect(changedPatch(usualValues, usualValues)).toBeUndefined()
  expect(changedPatch(usualValues, { ...usualValues, contact: 'x', hours: { from: '06:00', to: '22:00' } })).toEqual({
    contact: 'x',
  })
  expect(changedPatch(usualValues, { ...usualValues, kind: 'led' })).toEqual({
    kind: 'led',
    led: { width: 192, height: 32 },
  })
  const strip = { ...usualValues, kind: 'led' as const, led: { width: 64, height: 32 } }
  expect(changedPatch(strip, { ...strip, kind: 'screen' })).toEqual({ kind: 'screen', led: null })
})

describe('an emergency', () => {
  const form = {
    ...emptyEmergency(['19333']),
    areas: ['44'],
    headline: ' Sơ tán khẩn cấp ',
    body: 'Đi ngay.',
    reason: 'Lũ quét',
  }

  test('is an announcement for boards, with an end', () => {
    expect(emergencyContent(form, now)).toMatchObject({
      title: 'Sơ tán khẩn cấp',
      priority: 'emergency',
      urgencyReason: 'Lũ quét',
      channels: ['board'],
      audience: { areas: ['44'], tags: [] },
      variants: { board: { takeover: 'full' } },
      expiresAt: '2026-11-26T05:00:00.000Z',
    })
    expect(emergencyContent({ ...form, speaker: true }, now).channels).toEqual(['board', 'loudspeaker'])
  })

  test('is not ready without words, reason, area or end', () => {
    expect(emergencyGaps(form, now)).toEqual([])
    expect(emergencyGaps(emptyEmergency([]), now)).toEqual(['title', 'body', 'areas', 'urgencyReason'])
    expect(emergencyGaps({ ...form, hours: null, until: null }, now)).toEqual(['end'])
    expect(emergencyGaps({ ...form, hours: null, until: '2026-11-26T09:00:00+07:00' }, now)).toEqual(['expiryPast'])
  })

  test.each([
    [[], []],
    [['44'], []],
    [['19333'], ['19333']],
    [['19333', '19742'], []],
  ])('an officer of %j begins with %j', (own, areas) => {
    expect(emptyEmergency(own).areas).toEqual(areas)
  })

  test('says what is missing by the labels of its own form', () => {
    const own = emergencyWords.vi
    for (const [gap, label] of [
      ['title', w.emHeadline],
      ['body', w.emBody],
      ['urgencyReason', w.emReason],
    ] as const) {
      expect(emergencyGapWords(gap, own, vi.gaps)).toContain(label)
    }
    expect(emergencyGapWords('areas', own, vi.gaps)).toContain('cả tỉnh')
    expect(emergencyGapWords('expiryPast', own, vi.gaps)).toBe(vi.gaps.expiryPast)
  })

  test('stands on boards once approved and begun, with how, until when and by whom', () => {
    const later = '2026-11-26T12:00:00+07:00'
    expect(emergencyStanding({ state: 'submitted', scheduleAt: null }, now)).toBe('waiting')
    expect(emergencyStanding({ state: 'approved', scheduleAt: later }, now)).toBe('ahead')
    expect(emergencyStanding({ state: 'completed', scheduleAt: null }, now)).toBe('on')
    const one = { state: 'completed', takeover: 'banner', scheduleAt: null, expiresAt: later } as const
    const facts = (expiresAt: string | null) =>
      emergencyFacts({ ...one, expiresAt, authorName: 'A', approvedByName: 'B' }, emergencyWords.vi, now)
    expect(facts(later)).toEqual(['dải chữ', expect.stringContaining('12:00'), 'soạn: A', 'phê duyệt: B'])
    expect(facts(null)).toContain(emergencyWords.vi.noEnd)
  })

  test('its end follows the clock until it is submitted', () => {
    expect(endOf({ ...form, hours: 24 }, now)).toBe('2026-11-27T03:00:00.000Z')
    const until = '2026-11-26T20:00:00+07:00'
    expect(endOf({ ...form, hours: null, until }, now)).toBe(until)
  })
})

describe('the boards behind "accepted"', () => {
  const none = { online: 0, late: 0, offline: 0, never: 0, paper: 0, retired: 0 }

  test('are told by what they can show now, those that are there', () => {
    const byState = { ...none, online: 3, offline: 2, never: 1, paper: 4 }
    expect(reachSentence({ boards: 10, byState }, w, String)).toBe(
      '“Đã tiếp nhận” chưa phải là đã hiển thị. Các bảng trong địa bàn này lúc này: 3 trực tuyến, ' +
        '2 mất liên lạc (hiện khi có mạng lại), 1 chưa từng kết nối, 4 bảng giấy (cần người niêm yết).',
    )
    expect(reachSentence({ boards: 0, byState: none }, w, String)).toBeUndefined()
  })
})
