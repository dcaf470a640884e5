import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AnnouncementContent, announcementContentSchema, limits } from '../../../services/domain/announcement.ts'
import type { ErrorCode } from '../../../services/domain/errors.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { checkContent, checkText, cleanText, countCharacters } from '../../../services/text/input.ts'

const field = { vi: 'Nội dung', en: 'The body' }

/** The error that `run` throws; fails the test when it throws none. */
function errorOf(run: () => unknown) {
  try {
    run()
  } catch (error) {
    if (isAppError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('cleanText', () => {
  test.each([
    ['letters of old fonts', 'Ð'.repeat(150_000)],
    ['marks in no order', '\u0301\u0323'.repeat(75_000)],
    ['joiners', '\u200d'.repeat(150_000)],
    ['blanks', `a${' '.repeat(150_000)}b`],
    ['line breaks', `a${'\n '.repeat(75_000)}b`],
  ])('takes no longer than a text deserves: %s', (_what, hostile) => {
    const started = performance.now()
    cleanText(hostile)
    // Quadratic work on these takes most of a minute; the limit tells the two apart on a busy machine too.
    expect(performance.now() - started).toBeLessThan(8_000)
  })

  test('composes decomposed letters', () => {
    expect(cleanText('Thông báo'.normalize('NFD'))).toBe('Thông báo')
  })

  test('brings every line break to a line feed', () => {
    expect(cleanText('a\r\nb\rc\vd\u2028e\u2029f\u0085g\fh')).toBe('a\nb\nc\nd\ne\nf\ng\nh')
  })

  test('turns tabs and special blanks into blanks', () => {
    expect(cleanText('a\tb\u00a0c\u202fd\u3000e')).toBe('a b c d e')
  })

  test('removes invisible characters, also between a letter and its mark', () => {
    expect(cleanText('\ufeffTi\u200bn\u00ad nha\u200d\u0323nh')).toBe('Tin nhạnh')
  })

  test('removes marks that reverse the direction of reading', () => {
    expect(cleanText('abc\u202e321\u202c')).toBe('abc321')
  })

  test('keeps the joiner inside an emoji', () => {
    expect(cleanText('👩\u200d🚒')).toBe('👩\u200d🚒')
  })

  test('repairs Ð in Vietnamese words and leaves Icelandic alone', () => {
    expect(cleanText('Ðồng Hới, ÐAKRÔNG, Ɖông Hà')).toBe('Đồng Hới, ĐAKRÔNG, Đông Hà')
    expect(cleanText('Ðæð')).toBe('Ðæð')
  })

  test('drops blanks at line ends and around the text, keeps empty lines inside', () => {
    expect(cleanText('\n  một  \n\nhai \n')).toBe('một\n\nhai')
  })

  test('replaces half a surrogate pair, which no encoding could hold', () => {
    expect(cleanText('a\ud83dz')).toBe('a\ufffdz')
  })

  test('is idempotent, NFC, and never throws', () => {
    const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 80 }))
    fc.assert(
      fc.property(any, text => {
        const once = cleanText(text)
        expect(cleanText(once)).toBe(once)
        expect(once.normalize('NFC')).toBe(once)
      }),
      { numRuns: 500 },
    )
  })
})

describe('checkText', () => {
  const check = (text: string, maxCharacters = 10) => checkText(text, { maxCharacters, field })

  test('accepts letters up to the limit', () => {
    expect(() => check('một hai ba')).not.toThrow()
  })

  test('counts a character outside the basic plane once', () => {
    expect(countCharacters('a😀b')).toBe(3)
    expect(() => check(`abc${'😀'.repeat(7)}`)).not.toThrow()
  })

  test.each<[string, ErrorCode]>([
    ['', 'text.empty'],
    [' \n ', 'text.empty'],
    ['một hai ba.', 'text.too-long'],
    ['12/3: !', 'text.no-letters'],
    ['a\u0007b', 'text.control-character'],
    ['a\u009fb', 'text.control-character'],
  ])('refuses %j with %s', (text, code) => {
    expect(errorOf(() => check(text)).code).toBe(code)
  })

  test('says both lengths', () => {
    const error = errorOf(() => check('a'.repeat(100_000), limits.bodyCharacters))
    expect(error.userMessage.vi).toContain('100.000 ký tự')
    expect(error.userMessage.vi).toContain('20.000 ký tự')
    expect(error.details).toEqual({ characters: 100_000, maxCharacters: 20_000 })
  })

  test('names the control character and where it stands, counted in characters', () => {
    const error = errorOf(() => check('😀b\u0000c'))
    expect(error.details).toEqual({ code: 'U+0000', position: 3 })
    expect(error.userMessage.vi).toContain('U+0000 ở vị trí 3')
  })
})

describe('checkContent', () => {
  const now = new Date('2026-11-23T08:00:00Z')

  function content(change: Partial<AnnouncementContent> = {}): AnnouncementContent {
    return {
      ...announcementContentSchema.parse({
        title: 'Cắt điện để sửa lưới',
        body: 'Ngày 25/11, tạm ngừng cấp điện tại xã Gio Linh.',
        channels: ['sms'],
        audience: { areas: ['44'] },
      }),
      ...change,
    }
  }
  const submit = (change: Partial<AnnouncementContent>) =>
    errorOf(() => checkContent(content(change), now, { forSubmit: true })).code

  test('returns the cleaned content, one-line fields on one line', () => {
    const cleaned = checkContent(
      content({
        title: '  Tiêu\nđề '.normalize('NFD'),
        body: 'Dòng một \r\nDòng hai',
        variants: { sms: { text: ' tin ', form: 'unaccented' }, speech: { text: '' }, board: {} },
        audience: { areas: ['44'], tags: [' hộ nghèo '] },
      }),
      now,
      { forSubmit: true },
    )
    expect(cleaned.title).toBe('Tiêu đề')
    expect(cleaned.body).toBe('Dòng một\nDòng hai')
    expect(cleaned.variants).toEqual({ sms: { text: 'tin', form: 'unaccented' } })
    expect(cleaned.audience.tags).toEqual(['hộ nghèo'])
  })

  test('lets an unfinished draft be saved', () => {
    const draft = announcementContentSchema.parse({ title: '', body: '' })
    expect(checkContent({ ...draft, expiresAt: '2020-01-01T00:00:00Z' }, now, { forSubmit: false }).body).toBe('')
  })

  test('refuses control characters and lengths in a draft too', () => {
    expect(errorOf(() => checkContent(content({ body: 'a\u0001' }), now, { forSubmit: false })).code).toBe(
      'text.control-character',
    )
    const long = content({ variants: { sms: { text: 'a'.repeat(limits.smsCharacters + 1) } } })
    expect(errorOf(() => checkContent(long, now, { forSubmit: false })).code).toBe('text.too-long')
  })

  test.each<[string, Partial<AnnouncementContent>, ErrorCode]>([
    ['no title', { title: ' ' }, 'text.empty'],
    ['a body without letters', { body: '123' }, 'text.no-letters'],
    ['an SMS text without letters', { variants: { sms: { text: '...' } } }, 'text.no-letters'],
    ['no channel', { channels: [] }, 'announcement.not-ready'],
    ['no area', { audience: { areas: [], tags: [] } }, 'audience.empty'],
    ['an emergency without its reason', { priority: 'emergency' }, 'announcement.not-ready'],
    ['an expiry in the past', { expiresAt: '2026-11-23T07:59:59Z' }, 'schedule.expiry-past'],
    ['an expiry that is now', { expiresAt: '2026-11-23T15:00:00+07:00' }, 'schedule.expiry-past'],
    ['a schedule two minutes ago', { scheduleAt: '2026-11-23T07:58:00Z' }, 'schedule.past'],
    [
      'an expiry at the start',
      { scheduleAt: '2026-11-24T00:00:00Z', expiresAt: '2026-11-24T07:00:00+07:00' },
      'schedule.expiry-before-start',
    ],
  ])('submitting refuses %s', (_, change, code) => {
    expect(submit(change)).toBe(code)
  })

  test('accepts a schedule of half a minute ago and an emergency with its reason', () => {
    const ready = content({
      priority: 'emergency',
      urgencyReason: 'Lũ quét',
      scheduleAt: '2026-11-23T07:59:30Z',
      expiresAt: '2026-11-23T08:00:01Z',
    })
    expect(checkContent(ready, now, { forSubmit: true }).urgencyReason).toBe('Lũ quét')
  })

  test('says times as in Viet Nam', () => {
    const error = errorOf(() => checkContent(content({ expiresAt: '2026-11-22T18:30:00Z' }), now, { forSubmit: true }))
    expect(error.userMessage.vi).toContain('01:30 ngày 23/11/2026')
  })
})

describe('letters that a wrong encoding has lost', () => {
  const content = announcementContentSchema.parse({
    title: 'Thông báo',
    body: 'Nội dung',
    channels: ['sms'],
    audience: { areas: ['44'] },
  })
  const now = new Date('2026-11-23T00:00:00Z')

  test.each([
    ['title', { title: 'Th\ufffdng b\ufffdo' }],
    ['body', { body: 'N\ufffdi dung' }],
    ['issuer', { issuer: 'U\ufffd ban' }],
    ['SMS', { variants: { sms: { text: 'Th\ufffdng b\ufffdo' } } }],
    ['half of a character', { title: 'Thông báo \ud83d' }],
  ])('are not published: %s', (_where, change) => {
    const error = errorOf(() => checkContent({ ...content, ...change }, now, { forSubmit: true }))
    expect(error.code).toBe('text.control-character')
    expect(error.userMessage.vi).toMatch(/chữ bị hỏng .* sai bảng mã/)
  })

  test('may stand in a draft, so that nothing written is lost', () => {
    expect(checkContent({ ...content, body: 'N\ufffdi' }, now, { forSubmit: false }).body).toBe('N\ufffdi')
  })
})

test('English sentences about times are English', () => {
  const content = announcementContentSchema.parse({
    title: 'a',
    body: 'b',
    channels: ['sms'],
    audience: { areas: ['44'] },
  })
  const past = { ...content, expiresAt: '2020-01-01T00:00:00Z' }
  const error = errorOf(() => checkContent(past, new Date('2026-11-23T00:00:00Z'), { forSubmit: true }))
  expect(error.userMessage.en).toContain('07:00 on 01/01/2020')
})
