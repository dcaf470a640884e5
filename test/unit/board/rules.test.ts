import { describe, expect, test } from '@jest/globals'
import { boardSettingsSchema } from '../../../services/domain/board.ts'
import { readManifest, usualSettings } from '../../../services/web/board/core/manifest.js'
import { ownPlace, pollAfter, waitAfter } from '../../../services/web/board/core/pace.js'
import { cueAt, filesNeeded, readingMs, slidesOf } from '../../../services/web/board/core/slides.js'
import { boardItem, boardManifest } from './board-manifest.ts'

const sha = (letter: string) => letter.repeat(64)
const picture = {
  kind: 'picture' as const,
  mediaId: '8f7f1f0e-0000-4000-8000-000000000001',
  sha256: sha('b'),
  mime: 'image/png' as const,
  bytes: 10,
  width: 4,
  height: 3,
  caption: 'Sơ đồ sơ tán',
}
const video = {
  kind: 'video' as const,
  mediaId: '8f7f1f0e-0000-4000-8000-000000000002',
  sha256: sha('c'),
  mime: 'video/mp4' as const,
  bytes: 10,
  width: 4,
  height: 3,
  durationMs: 20_000,
  poster: { sha256: sha('d'), bytes: 5 },
  cues: [
    { fromMs: 1_000, toMs: 3_000, text: 'Rửa tay' },
    { fromMs: 2_000, toMs: 4_000, text: 'bằng xà phòng' },
  ],
  caption: 'Sáu bước rửa tay',
}

describe('a manifest on its way in', () => {
  const good = boardManifest({
    items: [boardItem({ media: [picture, video], files: [{ sha256: sha('b'), url: '/files/b', bytes: 10 }] })],
    emergency: [{ dispatchId: '1', mode: 'banner', until: '2026-12-01T00:00:00Z' }],
  })
  test('what the server sends is taken, as it is', () => {
    expect(readManifest(JSON.stringify(good))).toEqual(good)
  })
  test('no piece of it is, whatever it is cut to', () => {
    const text = JSON.stringify(good)
    for (let length = 0; length < text.length; length++) expect(readManifest(text.slice(0, length))).toBeNull()
  })
  test.each([
    ['a page of a proxy', '<!doctype html><h1>Bảo trì</h1>'],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['an item without pages', JSON.stringify({ ...good, items: [boardItem({ pages: [] })] })],
    ['an end that is no time', JSON.stringify({ ...good, items: [boardItem({ expiresAt: 'soon' })] })],
    ['an item without a number', JSON.stringify({ ...good, items: [boardItem({ dispatchId: '../1' })] })],
    ['a takeover of another kind', JSON.stringify({ ...good, emergency: [{ ...good.emergency[0], mode: 'loud' }] })],
    ['no settings', JSON.stringify({ ...good, settings: null })],
    [
      'a medium without hash',
      JSON.stringify({ ...good, items: [boardItem({ media: [{ ...picture, sha256: 1 } as never] })] }),
    ],
  ])('%s is not', (_what, text) => {
    expect(readManifest(text)).toBeNull()
  })
  test('the settings before the first one are those of a board as it comes', () => {
    expect(usualSettings).toEqual(boardSettingsSchema.parse({}))
  })
})

describe('an item as slides', () => {
  const item = boardItem({ media: [picture, video] })
  test('its text, then its pictures and videos; each for as long as it takes', () => {
    expect(slidesOf(item, false).map(s => [s.kind, s.ms])).toEqual([
      ['text', 8_000],
      ['picture', 12_000],
      ['video', 20_000],
    ])
    expect(filesNeeded(item, false)).toEqual([sha('b'), sha('c'), sha('d')])
  })
  test('a strip shows its bitmaps, and text until they are there', () => {
    const rendered = boardItem({
      media: [picture],
      led: { width: 256, height: 32, pages: [{ dwellMs: 4000, sha256: sha('e') }] },
    })
    expect(slidesOf(rendered, true)).toEqual([{ kind: 'bitmap', sha256: sha('e'), ms: 4_000 }])
    expect(slidesOf(item, true).map(s => s.kind)).toEqual(['text'])
    expect(filesNeeded(rendered, true)).toEqual([sha('e')])
    expect(slidesOf(rendered, false).map(s => s.kind)).toEqual(['text', 'picture'])
  })
  test('long text stands longer, not for ever', () => {
    expect([readingMs(10), readingMs(200), readingMs(5_000)]).toEqual([8_000, 17_000, 45_000])
  })
  test('cues are shown from their first to before their last moment', () => {
    expect([0, 1_000, 2_500, 3_000, 4_000].map(ms => cueAt(video.cues, ms))).toEqual([
      '',
      'Rửa tay',
      'Rửa tay\nbằng xà phòng',
      'bằng xà phòng',
      '',
    ])
  })
})

describe('when a board asks', () => {
  test('a board has the same place in each run, and boards are spread evenly', () => {
    const places = Array.from({ length: 1_000 }, (_, i) => ownPlace(`board-${i}`, 1_000))
    expect(places).toEqual(Array.from({ length: 1_000 }, (_, i) => ownPlace(`board-${i}`, 1_000)))
    const tenths = Array.from({ length: 10 }, (_, t) => places.filter(p => Math.floor(p / 100) === t).length)
    expect(Math.min(...tenths)).toBeGreaterThan(50)
    expect(Math.max(...places)).toBeLessThan(1_000)
  })
  test('waits twice as long after each failure, ten minutes at the most', () => {
    expect([1, 2, 3, 30].map(n => waitAfter(n, 15_000, 1))).toEqual([15_000, 30_000, 60_000, 600_000])
    expect(waitAfter(1, 15_000, 0)).toBe(7_500)
  })
  test('asks as often as it is told, within reason', () => {
    for (const [seconds, ms] of [
      [60, 60_000],
      [300, 300_000],
      ['x', 60_000],
      [0, 60_000],
    ] as const) {
      expect(Math.abs(pollAfter(seconds, 'board') - ms)).toBeLessThanOrEqual(5_000)
    }
  })
})
