import { describe, expect, test } from '@jest/globals'
import sharp from 'sharp'
import type { BoardsEvidence, Shelf } from '../../../services/bench/board-days/evidence.ts'
import { measure } from '../../../services/bench/board-days/look.ts'
import { lieKinds, planBoards } from '../../../services/bench/board-days/plan.ts'
import type { Sight } from '../../../services/bench/board-days/set.ts'
import { judgeBoards } from '../../../services/bench/board-days/verdict.ts'

/* That the judge of `loa chaos boards` finds what is wrong: a verdict that cannot fail says nothing. */

const start = Date.UTC(2026, 10, 23, 2)
const minute = 60_000
const settings: Shelf['settings'] = { hours: { from: '06:00', to: '22:00' }, outside: 'dim' }
const sight = (fromS: number, toS: number, marks: string, more: Partial<Sight> = {}): Sight => ({
  ...{ from: start + fromS * 1_000, to: start + toS * 1_000, marks, clock: true, words: marks === '' ? 'Phường' : '' },
  ...more,
})
const item = (mark: string, more: Partial<BoardsEvidence['items'][number]> = {}): BoardsEvidence['items'][number] => ({
  ...{ mark, dispatchId: mark, priority: 'routine', takeover: 'full', pinned: false },
  ...{ publishedAt: start, expiresAt: start + 30 * minute, cancelledAt: undefined },
  ...more,
})
const shelf = (s: number, items: string[], emergency: Shelf['emergency'] = []): Shelf => ({
  ...{ at: start + s * 1_000, items, emergency, settings },
})
const proof = (mark: string, seconds: number, times = 1) => ({ mark, hour: start, shownMs: seconds * 1_000, times })

/** Twenty minutes of a board with two items in turn, ten seconds each, as it should be. */
function good(): BoardsEvidence {
  const sights = Array.from({ length: 119 }, (_, i) => sight(10 + i * 10, 19 + i * 10, i % 2 === 0 ? '1001' : '1002'))
  return {
    ...{ startMs: start, endMs: start + 20 * minute, items: [item('1001'), item('1002')], sights },
    looks: [{ at: start + 15_000, spread: 20, brightness: 90, texts: [{ mark: '1001', ink: 0.2 }] }],
    shelves: Array.from({ length: 20 }, (_, i) => shelf(5 + i * 60, ['1001', '1002'])),
    proofs: [proof('1001', 600, 60), proof('1002', 590, 59)],
    ...{ off: [], starts: [start], troubled: [], clockless: [], forgetful: [], kills: [], blind: [], errors: [] },
  }
}

const found = (change: (evidence: BoardsEvidence) => void) => {
  const evidence = good()
  change(evidence)
  return judgeBoards(evidence).failures.join('\n')
}
const iso = (s: number) => new Date(start + s * 1_000).toISOString()

describe('the judge', () => {
  test('finds nothing where all is well', () => {
    const verdict = judgeBoards(good())
    expect(verdict.failures).toEqual([])
    expect(verdict).toMatchObject({ secondsSeen: 1_190, pictures: 1, badFrames: 0, contactGapMaxSeconds: 60 })
    expect(verdict).toMatchObject({ seenSeconds: 1_190, proofSeconds: 1_190, proofDifferenceMaxSeconds: 0 })
  })

  test('finds a blank page, an error page, a set-up page, and what could not be looked at', () => {
    expect(found(e => e.sights.splice(30, 1, sight(310, 319, '', { clock: false, words: '' })))).toContain(
      'blank for 10 s',
    )
    const words = 'This site can’t be reached ERR_CONNECTION_REFUSED'
    expect(found(e => e.sights.splice(30, 1, sight(310, 319, '', { clock: false, words })))).toContain(
      'error or set-up page',
    )
    expect(found(e => e.sights.splice(30, 1, sight(310, 319, '', { words: 'Mã ghép nối bảng tin' })))).toContain(
      'set-up',
    )
    expect(found(e => e.blind.push({ at: start, why: 'crashed' }))).toContain('nothing to look at')
    expect(found(e => e.errors.push('TypeError'))).toContain('exception in the page')
  })

  test('allows a moment after a start, and no longer', () => {
    const blank = (e: BoardsEvidence) =>
      e.sights.splice(30, 1, sight(310, 313, '', { clock: false, words: '' }), sight(314, 319, '1001'))
    expect(found(blank)).toContain('blank')
    const after = found(e => blank(e) && e.starts.push(start + 309_000))
    expect(after).not.toContain('blank')
  })

  test('finds a picture without contrast, and a text that is in the page and not drawn', () => {
    expect(found(e => Object.assign(e.looks[0] ?? {}, { spread: 0.3 }))).toContain('a blank picture')
    expect(found(e => Object.assign(e.looks[0] ?? {}, { texts: [{ mark: '1001', ink: 0.001 }] }))).toContain(
      'not drawn',
    )
  })

  test('finds a board that shows its clock although it knows of something, unless it cannot know the time', () => {
    const idle = (e: BoardsEvidence) => e.sights.splice(30, 1, sight(310, 319, ''))
    expect(found(idle)).toContain('nothing was shown for 10 s')
    expect(found(e => idle(e) && e.clockless.push([start + 300_000, start + 320_000]))).not.toContain(
      'nothing was shown',
    )
    const over = found(e => {
      idle(e)
      for (const i of e.items) i.expiresAt = start + 315_000
    })
    expect(over).not.toContain('nothing was shown')
  })

  test('finds what was shown after its end, unless the board could not know the time', () => {
    const late = (e: BoardsEvidence) => Object.assign(e.items[0] ?? {}, { expiresAt: start + 600_000 })
    expect(found(late)).toContain('1001 was still there')
    const within = (e: BoardsEvidence) => Object.assign(e.items[0] ?? {}, { expiresAt: start + 1_170_000 })
    expect(found(within)).not.toContain('after its end')
    expect(found(e => late(e) && e.clockless.push([start + 500_000, start + 2_000_000]))).not.toContain('after its end')
  })

  test('finds what was shown after the board had been told a list without it', () => {
    const failures = found(e => {
      for (const s of e.shelves.slice(10)) s.items = ['1002']
    })
    expect(failures).toContain('1001 was still there')
    expect(failures).toContain('after the board had been told a list without it')
  })

  test('finds what nobody published, and what was shown before it was published', () => {
    expect(found(e => e.sights.splice(30, 1, sight(310, 319, '4711')))).toContain('something unknown was shown')
    expect(found(e => Object.assign(e.items[1] ?? {}, { publishedAt: start + 600_000 }))).toContain(
      'before it was published',
    )
  })

  test('finds an emergency that was due and not there, full or banner', () => {
    for (const mode of ['full', 'banner'] as const) {
      const due = (e: BoardsEvidence) => {
        e.items.push(item('1003', { priority: 'emergency', takeover: mode }))
        for (const s of e.shelves.slice(5, 8)) {
          s.items.push('1003')
          s.emergency = [{ mark: '1003', mode, until: start + 480_000 }]
        }
      }
      expect(found(due)).toContain('an emergency was due and not to be read')
      const shown = found(e => {
        due(e)
        for (const s of e.sights) {
          if (s.from >= start + 300_000 && s.to < start + 490_000)
            s.marks = mode === 'full' ? '1003' : `${s.marks},1003`
        }
      })
      expect(shown).not.toContain('an emergency was due')
    }
  })

  test('finds proof that says too much or too little, and allows what a power cut takes', () => {
    expect(found(e => e.proofs.splice(0, 1, proof('1001', 700, 60)))).toContain('700 s reported, 600 s seen')
    expect(found(e => e.proofs.splice(0, 1, proof('1001', 560, 60)))).toContain('560 s reported, 600 s seen')
    expect(found(e => e.proofs.splice(0, 1))).toContain('0 s reported, 600 s seen')
    expect(found(e => e.proofs.push(proof('1009', 40)))).toContain('40 s reported, 0 s seen')
    const afterKill = (seconds: number) =>
      found(e => e.proofs.splice(0, 1, proof('1001', seconds, 60)) && e.kills.push(start + 700_000))
    expect(afterKill(560)).toBe('')
    expect(afterKill(500)).toContain('500 s reported')
    expect(afterKill(700)).toContain('700 s reported')
  })

  test('a moved clock is no excuse for proof in the wrong hour, unless the run ended before it heard of the server', () => {
    const moved = (e: BoardsEvidence) => {
      e.proofs.splice(0, 1, proof('1001', 700, 60))
      e.clockless.push([start + 300_000, start + 600_000])
      return e
    }
    expect(found(moved)).toContain('700 s reported, 600 s seen')
    // The start by which the doubt began is not the one that ends it.
    expect(found(e => moved(e).starts.push(start + 300_000))).toContain('700 s reported')
    expect(found(e => moved(e).starts.push(start + 500_000))).not.toContain('700 s reported')
  })

  test('finds an item that waits for ever, and a board that does not ask', () => {
    const starve = (e: BoardsEvidence) => {
      e.endMs = start + 90 * minute
      e.items = [item('1001', { expiresAt: e.endMs + minute }), item('1002', { expiresAt: e.endMs + minute })]
      e.shelves = Array.from({ length: 90 }, (_, i) => shelf(5 + i * 60, ['1001', '1002']))
      e.sights = Array.from({ length: 90 }, (_, i) => sight(10 + i * 60, 69 + i * 60, '1001'))
    }
    expect(found(starve)).toContain('1002 waited 61 minutes')
    const moved = (minutes: number) =>
      found(e => {
        starve(e)
        e.clockless.push([start + minute, start + minutes * minute])
      })
    expect(moved(45)).not.toContain('waited')
    expect(moved(20)).toContain('1002 waited')
    expect(found(e => e.shelves.splice(8, 4))).toContain(`no contact for 300 s from ${iso(425)}`)
    expect(found(e => e.shelves.splice(8, 4) && e.troubled.push([start + 480_000, start + 600_000]))).toBe('')
  })
})

describe('the eyes', () => {
  const picture = (body: string) =>
    sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180">${body}</svg>`))
      .png()
      .toBuffer()
  const place = { mark: '1001', left: 20, top: 60, width: 280, height: 60 }

  test('tell a drawn text from a page without one, and both from a blank one', async () => {
    const ground = '<rect width="320" height="180" fill="#123"/>'
    const bars = Array.from(
      { length: 14 },
      (_, i) => `<rect x="${24 + i * 20}" y="70" width="5" height="40" fill="#fff"/>`,
    )
    const drawn = await measure(0, await picture(ground + bars.join('')), [place])
    expect(drawn.texts[0]?.ink).toBeGreaterThan(0.1)
    expect(drawn.spread).toBeGreaterThan(10)
    const blank = await measure(0, await picture(ground), [place])
    expect(blank).toMatchObject({ spread: 0, texts: [{ mark: '1001', ink: 0 }] })
  })
})

describe('the plan', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(planBoards(3, 48)).toEqual(planBoards(3, 48))
    expect(planBoards(3, 48)).not.toEqual(planBoards(4, 48))
  })

  test('of a week holds every kind of trouble, a cut of two days, and ends calm', () => {
    for (const seed of [1, 2, 3, 20261126]) {
      const { happenings, items, startMs, endMs } = planBoards(seed, 168)
      const kinds = new Set(happenings.map(h => h.do))
      for (const kind of [
        'cut',
        'kill-server',
        'database-away',
        'reload',
        'power-off',
        'clock',
        'storage-full',
        'settings',
        'cancel',
        'drop-streams',
      ] as const)
        expect([seed, kind, kinds.has(kind)]).toEqual([seed, kind, true])
      expect(new Set(happenings.flatMap(h => (h.do === 'lie' ? [h.lie] : []))).size).toBe(lieKinds.length)
      const cuts = happenings.filter(h => h.do === 'cut').map(h => h.at)
      const longest = cuts.map(at => (happenings.find(h => h.do === 'mend' && h.at > at)?.at ?? at) - at)
      expect(Math.max(...longest)).toBeGreaterThan(43 * 3_600_000)
      expect(items.filter(i => i.priority === 'emergency').map(i => i.takeover)).toEqual(
        expect.arrayContaining(['full', 'banner']),
      )
      expect(items.some(i => i.pinned)).toBe(true)
      const troubles = happenings.filter(h => !['publish', 'cancel', 'settings'].includes(h.do))
      expect(Math.max(...troubles.map(h => h.at))).toBeLessThanOrEqual(endMs - 40 * minute)
      expect(Math.min(...troubles.map(h => h.at))).toBeGreaterThan(startMs + 10 * minute)
      for (const off of happenings.filter(h => h.do === 'power-off'))
        expect(happenings.some(h => h.do === 'power-on' && h.at > off.at)).toBe(true)
    }
  })
})
