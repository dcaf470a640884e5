import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ErrorCode } from '../../../services/domain/errors.ts'
import {
  type Cue,
  captionLimits,
  captionWarnings,
  charactersPerSecond,
  formatCaptions,
  parseCaptions,
  tidyCues,
} from '../../../services/text/captions.ts'

const thrown = (code: ErrorCode) => expect.objectContaining({ code })
const failure = (text: string) => {
  try {
    return parseCaptions(text)
  } catch (error) {
    return error
  }
}

describe('reading', () => {
  test('WebVTT with everything that it may hold', () => {
    const text = [
      '\ufeffWEBVTT - Lũ lụt',
      'Kind: captions',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      'NOTE not shown',
      '',
      'đầu',
      '00:01.000 --> 00:03.500 align:start line:0',
      '<v Nam>Nước <b>đang</b> lên &amp; chảy xiết',
      '',
      '00:00:04.000 --> 00:00:06.000',
      'Bà con khẩn trương',
      'lên nơi cao',
    ].join('\r\n')
    expect(parseCaptions(text)).toEqual([
      { fromMs: 1_000, toMs: 3_500, text: 'Nước đang lên & chảy xiết' },
      { fromMs: 4_000, toMs: 6_000, text: 'Bà con khẩn trương\nlên nơi cao' },
    ])
  })

  test('SRT, also where the empty line between two captions was lost', () => {
    const text =
      '1\n00:00:01,000 --> 00:00:02,5\n{\\an8}<i>Một</i>\n2\n00:00:03,000 --> 00:00:04,000\nHai 5 < 6\n\n3\n00:01:05,250 --> 01:00:00,000\nBa\n'
    expect(parseCaptions(text)).toEqual([
      { fromMs: 1_000, toMs: 2_500, text: 'Một' },
      { fromMs: 3_000, toMs: 4_000, text: 'Hai 5 < 6' },
      { fromMs: 65_250, toMs: 3_600_000, text: 'Ba' },
    ])
  })

  test('letters typed as marks are put together', () => {
    expect(parseCaptions(`0:01.000 --> 0:02.000\n${'Nước lũ'.normalize('NFD')}`)[0]?.text).toBe('Nước lũ')
  })

  test.each([
    ['nothing', ''],
    ['a text that is none', 'Kính gửi bà con'],
    ['captions without words', 'WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n'],
    ['a file in another encoding', 'WEBVTT\n\n00:01.000 --> 00:02.000\nN\ufffd\ufffdc\n'],
    ['UTF-16 read as UTF-8', 'W\u0000E\u0000B\u0000'],
  ])('%s is refused', (_name, text) => {
    expect(failure(text)).toEqual(thrown('media.captions'))
  })

  test('a time that is none is told with its line; too many captions are told with their number', () => {
    const wrong = failure('WEBVTT\n\n00:01.000 --> 00:02.000\nMột\n\n1:2:3 --> 4\nHai')
    expect(wrong).toMatchObject({ code: 'media.captions', userMessage: { vi: expect.stringMatching(/dòng 6/) } })
    const many = Array.from({ length: captionLimits.cues + 1 }, () => '00:01.000 --> 00:02.000\nMột\n').join('\n')
    expect(failure(many)).toMatchObject({ details: { count: 501 } })
  })
})

const cue = fc.record({
  fromMs: fc.integer({ min: -5_000, max: 70_000 }),
  toMs: fc.integer({ min: -5_000, max: 70_000 }),
  text: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('', ' ', 'Lũ về\n\n', 'a --> b', '<b>'),
  ),
})
const duration = fc.integer({ min: 1_000, max: 60_000 })

describe('order', () => {
  test('what comes out is sorted, apart, within the video and long enough; doing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(cue, { maxLength: 30 }), duration, (cues, durationMs) => {
        const tidy = tidyCues(cues, durationMs)
        tidy.forEach((one, i) => {
          expect(one.fromMs).toBeGreaterThanOrEqual(tidy[i - 1]?.toMs ?? 0)
          expect(one.toMs - one.fromMs).toBeGreaterThanOrEqual(captionLimits.shortestMs)
          expect(one.toMs).toBeLessThanOrEqual(durationMs)
          expect(one.text).toBe(one.text.trim())
          expect(one.text).not.toMatch(/^$|\n\s*\n|\r/)
        })
        expect(tidyCues(tidy, durationMs)).toEqual(tidy)
      }),
    )
  })

  test('captions that are in order stay as they are', () => {
    const apart = fc.array(fc.tuple(fc.integer({ min: 500, max: 4_000 }), fc.integer({ min: 0, max: 900 })), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(apart, lengths => {
        let at = 0
        const cues = lengths.map(([lasts, gap], i): Cue => {
          const fromMs = at + gap
          at = fromMs + lasts
          return { fromMs, toMs: at, text: `Câu ${i}` }
        })
        expect(tidyCues(cues, at)).toEqual(cues)
      }),
    )
  })

  test('written as WebVTT and read again, they are the same', () => {
    fc.assert(
      fc.property(fc.array(cue, { maxLength: 20 }), duration, (cues, durationMs) => {
        const tidy = tidyCues(cues, durationMs).filter(
          one => !one.text.includes('-->') && !/[\0\ufffd{}<>]/.test(one.text),
        )
        if (tidy.length > 0) expect(parseCaptions(formatCaptions(tidy))).toEqual(tidy)
      }),
    )
  })

  test('reading never throws anything but our own error', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('WEBVTT', '00:01.000 --> 00:02.000', '-->', '\n', '\n\n', '1', '{\\an8}', '<c.yellow>', '&amp;'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const result = failure(pieces.join(''))
        expect(Array.isArray(result) ? 'cues' : (result as { code: string }).code).toMatch(/^(cues|media\.captions)$/)
      }),
    )
  })

  test('a caption file of a megabyte of rubbish is read in no time', () => {
    const started = performance.now()
    for (const piece of ['<', '&', '{\\', '--> ', '00:', '<b', '\n-->'])
      failure(piece.repeat(captionLimits.bytes / piece.length))
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  test('one that begins under another shortens it', () => {
    const tidy = tidyCues(
      [
        { fromMs: 0, toMs: 4_000, text: 'Một' },
        { fromMs: 3_000, toMs: 6_000, text: 'Hai' },
        { fromMs: 3_000, toMs: 9_000, text: 'Ba' },
      ],
      8_000,
    )
    expect(tidy).toEqual([
      { fromMs: 0, toMs: 3_000, text: 'Một' },
      { fromMs: 3_000, toMs: 6_000, text: 'Hai' },
      { fromMs: 6_000, toMs: 8_000, text: 'Ba' },
    ])
  })
})

test('captions that nobody can read in their time are told of, and what was dropped', () => {
  const fast = { fromMs: 12_000, toMs: 13_000, text: 'Đề nghị bà con ven sông khẩn trương chuyển đồ' }
  const slow = { fromMs: 0, toMs: 4_000, text: 'Lũ đang lên nhanh' }
  expect(charactersPerSecond(fast)).toBeGreaterThan(captionLimits.charactersPerSecond)
  expect(captionWarnings([slow])).toEqual([])
  expect(captionWarnings([slow, fast], [slow, fast, fast]).map(w => w.vi)).toEqual([
    expect.stringMatching(/^Bỏ 1 phụ đề/),
    expect.stringMatching(/^1 phụ đề hiện quá nhanh.*giây 12/),
  ])
})
