import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { displaySchema } from '../../../services/domain/board.ts'
import { createDisplays } from '../../../services/web/board/core/displays.js'
import { boardItem } from './board-manifest.ts'

const boot = 'boot-0001'
const item = boardItem()
const noon = Date.parse('2026-11-26T05:00:00Z')

describe('proof of display', () => {
  test('sums what stood on screen, seen and hidden apart', () => {
    const displays = createDisplays(boot, [])
    displays.began(item, noon + 1_000)
    displays.stood(item, noon + 9_000, 8_000, true)
    displays.stood(item, noon + 11_000, 2_000, false)
    const [row] = displays.batch(200)
    expect(displaySchema.parse(row)).toEqual({
      dispatchId: '1',
      revision: 1,
      contentHash: item.contentHash,
      hour: '2026-11-26T05:00:00.000Z',
      boot,
      firstAt: '2026-11-26T05:00:01.000Z',
      lastAt: '2026-11-26T05:00:11.000Z',
      shownMs: 8_000,
      hiddenMs: 2_000,
      times: 1,
      complete: false,
    })
  })

  test('splits a span at the hour', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + hour + 3_000, 10_000, true)
    expect(
      displays.batch(200).map(r => [r.hour.slice(11, 13), r.shownMs, r.firstAt.slice(14, 19), r.lastAt.slice(14, 23)]),
    ).toEqual([
      ['05', 7_000, '59:53', '59:59.999'],
      ['06', 3_000, '00:00', '00:03.000'],
    ])
  })

  test('a silence is no proof: at most fifteen seconds of it count', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + 5 * hour, 4 * hour, true)
    expect(displays.batch(200).map(r => r.shownMs)).toEqual([15_000])
  })

  test('complete stays complete in later hours of the run', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + 1_000, 1_000, true)
    displays.completed(item, noon + 1_000)
    displays.stood(item, noon + hour + 5_000, 1_000, true)
    expect(displays.batch(200).map(r => r.complete)).toEqual([true, true])
  })

  test('sends again what was not acknowledged as it is now, and forgets hours that are over', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + 1_000, 1_000, true)
    const sent = displays.batch(200)
    displays.stood(item, noon + 2_000, 1_000, true)
    displays.acknowledge(sent)
    expect(displays.batch(200).map(r => r.shownMs)).toEqual([2_000])
    displays.acknowledge(displays.batch(200))
    expect(displays.batch(200)).toEqual([])
    displays.stood(item, noon + 3_000, 1_000, true)
    expect(displays.batch(200).map(r => r.shownMs)).toEqual([3_000])
    displays.stood(item, noon + hour + 1_000, 1_000, true)
    displays.acknowledge(displays.batch(200))
    displays.stood(item, noon + hour + 2_000, 1_000, true)
    expect(displays.unsent().map(r => r.shownMs)).toEqual([2_000])
  })

  test('keeps rows of an earlier run apart from its own', () => {
    const before = createDisplays(boot, [])
    before.stood(item, noon + 1_000, 1_000, true)
    const after = createDisplays('boot-0002', before.unsent())
    after.stood(item, noon + 5_000, 1_000, true)
    expect(after.batch(200).map(r => [r.boot, r.shownMs])).toEqual([
      ['boot-0001', 1_000],
      ['boot-0002', 1_000],
    ])
    after.acknowledge(after.batch(200))
    expect(after.unsent()).toEqual([])
  })

  test('what a set showed as another board is forgotten, also that it was complete', () => {
    const before = createDisplays('boot-0001', [])
    before.stood(item, noon + 1_000, 1_000, true)
    const displays = createDisplays(boot, before.unsent())
    displays.stood(item, noon + 5_000, 1_000, true)
    displays.completed(item, noon + 5_000)
    displays.forget()
    expect(displays.unsent()).toEqual([])
    displays.stood(item, noon + 9_000, 1_000, true)
    expect(displays.unsent()).toMatchObject([{ shownMs: 1_000, complete: false }])
  })

  test('whatever is sent, lost and sent again: the greatest sums at the server are what stood on screen', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 15_000 }),
      send: fc.constantFrom('no', 'lost', 'unheard', 'yes'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const displays = createDisplays(boot, [])
        const server = new Map<string, number>()
        let at = noon + 50 * 60_000
        let total = 0
        for (const { ms, send } of [...steps, { ms: 1, send: 'yes' as const }]) {
          at += ms
          total += ms
          displays.stood(item, at, ms, true)
          if (send === 'no') continue
          const rows = displays.batch(200)
          for (const row of send === 'lost' ? [] : rows) {
            expect(row.shownMs).toBeGreaterThanOrEqual(server.get(row.hour) ?? 0)
            server.set(row.hour, row.shownMs)
          }
          if (send === 'yes') displays.acknowledge(rows)
        }
        expect([...server.values()].reduce((sum, ms) => sum + ms, 0)).toBe(total)
        for (const ms of server.values()) expect(ms).toBeLessThanOrEqual(hour)
      }),
    )
  })
})

const hour = 3_600_000
