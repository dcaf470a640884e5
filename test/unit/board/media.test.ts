import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type MediaKind, mediaKind } from '../../../channels/board/media/kind.ts'
import { bestFrame } from '../../../channels/board/media/poster.ts'
import { bytesAllowed } from '../../../channels/board/media/refusals.ts'
import { letterSizes, tooSmallToRead } from '../../../channels/board/media/text-size.ts'
import { shownSize } from '../../../channels/board/media/video.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('what a file is by its first bytes', () => {
  test.each<[string, string, Partial<MediaKind>]>([
    ['JPEG', '\u00ff\u00d8\u00ff\u00e0', { is: 'picture', format: 'JPEG' }],
    ['AVIF', '\0\0\0\u001cftypavif', { is: 'picture', format: 'AVIF' }],
    ['AVIF behind a general brand', '\0\0\0\u001cftypmif1\0\0\0\0mif1avif', { is: 'picture', format: 'AVIF' }],
    ['HEIC behind the same', '\0\0\0\u001cftypmif1\0\0\0\0mif1heic', { is: 'heic' }],
    ['MP4', '\0\0\0\u001cftypisom', { is: 'video', demuxer: 'mov' }],
    ['M4A', '\0\0\0\u001cftypM4A ', { is: 'sound' }],
    ['AVI', 'RIFF....AVI ', { is: 'video', demuxer: 'avi' }],
    ['WAV', 'RIFF....WAVE', { is: 'sound' }],
    ['PDF after a mark', `\u00ef\u00bb\u00bf${' '.repeat(500)}%PDF-1.4`, { is: 'pdf' }],
    ['SVG after a long comment', `<!-- ${'x'.repeat(2_000)} --><svg viewBox="0 0 1 1">`, { is: 'svg' }],
    ['a page of a web site', '<!DOCTYPE html><html>', { is: 'page' }],
    ['a transport stream', `G${'x'.repeat(187)}G`, { is: 'video', demuxer: 'mpegts' }],
  ])('%s', (_name, head, kind) => {
    expect(mediaKind(latin1(head))).toMatchObject(kind)
  })

  test('any bytes have some kind, and only what is taken has a limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const kind = mediaKind(Buffer.from(bytes))
        const taken = ['picture', 'pdf', 'video'].includes(kind.is)
        if (taken) expect(bytesAllowed(kind)).toBeGreaterThan(1e6)
        else expect(() => bytesAllowed(kind)).toThrow()
      }),
    )
  })
})

describe('size of the letters of a page', () => {
  const word = (size: number, text: string, y = 100) =>
    `<word xMin="10" yMin="${y}" xMax="90" yMax="${y + size * 1.05}">${text}</word>`
  const page = (words: string[], width = 595, height = 842) =>
    `<page width="${width}.000000" height="${height}.000000">${words.join('\n')}</page>`

  test('is a share of the page that fills the screen; a wide page fills it only in part', () => {
    expect(letterSizes(page([word(42.1, 'Lu')]))?.small).toBeCloseTo(0.05, 3)
    // 3:1 on a screen of 16:9 is as wide as the screen and 0.593 of its height.
    expect(letterSizes(page([word(50, 'Lu')], 3_000, 1_000))?.small).toBeCloseTo(0.05 * (16 / 9 / 3), 3)
  })

  test('a small line under a large poster is no reason to warn, a page of small lines is', () => {
    const large = word(60, 'Lũ đang lên trên các sông của tỉnh')
    const small = word(9, 'x&amp;x')
    expect(tooSmallToRead(letterSizes(page([large, small])))).toEqual([])
    expect(tooSmallToRead(letterSizes(page([large, ...Array(20).fill(small)])))[0]?.vi).toMatch(/quá nhỏ/)
  })

  test('a page without words is told apart from one with small words', () => {
    expect(letterSizes(page([]))).toBeUndefined()
    expect(letterSizes('')).toBeUndefined()
    expect(tooSmallToRead(undefined)[0]?.vi).toMatch(/bản quét/)
  })
})

describe('the frame that stands for a video', () => {
  const [black, white, title, scene] = [
    { mean: 0, contrast: 0 },
    { mean: 250, contrast: 5 },
    { mean: 20, contrast: 30 },
    { mean: 120, contrast: 60 },
  ]
  test.each([
    [[black, white, title, scene, scene], { index: 3, dark: false }],
    [[black, title, white], { index: 1, dark: false }],
    [[black, black], { index: 0, dark: true }],
    [[], { index: 0, dark: true }],
  ])('%#', (frames, best) => {
    expect(bestFrame(frames)).toEqual(best)
  })
})

test('a video is shown in even measures within Full HD, level or upright, and never larger than it is', () => {
  expect(shownSize({ width: 3840, height: 2160 })).toEqual({ width: 1920, height: 1080 })
  expect(shownSize({ width: 2160, height: 3840 })).toEqual({ width: 1080, height: 1920 })
  expect(shownSize({ width: 853, height: 481 })).toEqual({ width: 852, height: 480 })
  const side = fc.integer({ min: 16, max: 8_192 })
  fc.assert(
    fc.property(side, side, (width, height) => {
      const shown = shownSize({ width, height })
      expect([shown.width % 2, shown.height % 2]).toEqual([0, 0])
      expect(shown.width).toBeLessThanOrEqual(width)
      expect(Math.max(shown.width, shown.height)).toBeLessThanOrEqual(1_920)
      expect(Math.min(shown.width, shown.height)).toBeLessThanOrEqual(1_080)
    }),
  )
})
