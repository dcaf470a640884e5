import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Display, displaySchema } from '../../../services/domain/board.ts'
import { createDisplays } from '../../../services/web/board/core/displays.js'
import { boardItem } from './board-manifest.ts'

const boot = 'boot-0001'
const news = (byMs: number, sure: boolean, leapMs = 0) => ({ byMs, sure, leapMs })
const item = boardItem()
const hour = 3_600_000
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

  test('a row kept twice is the one that holds more', () => {
    const before = createDisplays(boot, [])
    before.stood(item, noon + 1_000, 1_000, true)
    const early = before.unsent().map(row => ({ ...row }))
    before.stood(item, noon + 2_000, 1_000, true)
    const late = before.unsent()
    for (const kept of [
      [...early, ...late],
      [...late, ...early],
    ])
      expect(createDisplays('boot-0002', kept).unsent()).toEqual(late)
  })

  test('a clock that ran ahead tells nothing until the server is heard, and then the true hours', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + 1_000, 1_000, true)
    displays.corrected(news(0, false))
    // Three days ahead from here on, for an hour and a half.
    const ahead = 3 * 24 * hour
    displays.began(item, noon + ahead + 1_000)
    for (let s = 2; s <= 5_400; s++) displays.stood(item, noon + ahead + s * 1_000, 1_000, true)
    expect(displays.batch(200).map(r => [r.hour, r.shownMs])).toEqual([['2026-11-26T05:00:00.000Z', 1_000]])
    // With the power it would all be gone; so it is kept by the clock there is.
    expect(displays.unsent().reduce((sum, r) => sum + r.shownMs, 0)).toBe(5_400_000)
    displays.corrected(news(-ahead, true))
    expect(displays.batch(200).map(r => [r.hour, r.shownMs, r.times])).toEqual([
      ['2026-11-26T05:00:00.000Z', 3_600_000, 1],
      ['2026-11-26T06:00:00.000Z', 1_800_000, 0],
    ])
  })

  test('what a run that ended in doubt has kept stays where its own clock had it, and waits for the server', () => {
    const first = createDisplays(boot, [])
    first.corrected(news(0, false))
    first.began(item, noon)
    for (let s = 1; s <= 1_800; s++) first.stood(item, noon + s * 1_000, 1_000, true)
    // The clock was moved by three days while the set was off.
    const ahead = 72 * hour
    const second = createDisplays('boot-0002', JSON.parse(JSON.stringify(first.unsent())))
    second.corrected(news(0, false))
    second.stood(item, noon + ahead + 2_000_000, 10_000, true)
    expect(second.batch(200)).toEqual([])
    second.corrected(news(-ahead, true))
    expect(second.batch(200).map(r => [r.boot, r.hour, r.shownMs, r.times])).toEqual([
      [boot, '2026-11-26T05:00:00.000Z', 1_800_000, 1],
      ['boot-0002', '2026-11-26T05:00:00.000Z', 10_000, 0],
    ])
    for (const row of second.batch(200)) expect(displaySchema.strict().parse(row)).toEqual(row)
    second.acknowledge(second.batch(200))
    expect(second.unsent()).toEqual([])
  })

  test.each([
    ['a hand', -hour - 90_000, '05'],
    ['sleep', 0, '05'],
  ])('a leap that was %s leaves the time before it as it was', (_what, wrongMs, wanted) => {
    const displays = createDisplays(boot, [])
    displays.corrected(news(0, false))
    displays.stood(item, noon + 10_000, 10_000, true)
    displays.corrected(news(0, false, hour + 90_000))
    displays.stood(item, noon + hour + 90_000 + 20_000, 10_000, true)
    displays.corrected(news(wrongMs, true))
    const rows = displays.batch(200)
    expect(rows[0]?.hour.slice(11, 13)).toBe(wanted)
    expect(rows.map(r => r.shownMs)).toEqual(wrongMs === 0 ? [10_000, 10_000] : [20_000])
  })

  test('after a clock was put back nothing that has been told begins anew', () => {
    const displays = createDisplays(boot, [])
    displays.stood(item, noon + 5 * hour, 1_000, true)
    displays.acknowledge(displays.batch(200))
    displays.stood(item, noon + 60_000, 10_000, true)
    displays.acknowledge(displays.batch(200))
    displays.stood(item, noon + 70_000, 10_000, true)
    expect(displays.batch(200).map(r => r.shownMs)).toEqual([20_000])
  })

  test('whatever is moved by however much: once the server is heard, each hour holds what stood in it', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 15_000 }),
      item: fc.integer({ min: 0, max: 1 }),
      hidden: fc.boolean(),
    })
    const error = fc.integer({ min: -100 * hour, max: 100 * hour })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), error, fc.nat({ max: 300 }), (steps, errorMs, from) => {
        const items = [item, boardItem({ dispatchId: '2' })]
        const [told, truth] = [createDisplays(boot, []), createDisplays(boot, [])]
        let at = noon + 45 * 60_000
        for (const [i, { ms, item: which, hidden }] of steps.entries()) {
          if (i === from) told.corrected(news(0, false))
          at += ms
          const shown = items[which] ?? item
          told.stood(shown, at + (i >= from ? errorMs : 0), ms, !hidden)
          truth.stood(shown, at, ms, !hidden)
        }
        told.corrected(news(-errorMs, true))
        const sums = (rows: Display[]) => rows.map(r => [r.hour, r.dispatchId, r.shownMs + r.hiddenMs]).sort()
        const wanted = sums(truth.batch(200))
        expect(sums(told.batch(200)).map(row => row.slice(0, 2))).toEqual(wanted.map(row => row.slice(0, 2)))
        for (const [i, row] of sums(told.batch(200)).entries())
          expect(Math.abs(Number(row[2]) - Number(wanted[i]?.[2]))).toBeLessThanOrEqual(10)
      }),
    )
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
