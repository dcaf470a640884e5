import { describe, expect, test } from '@jest/globals'
import type { Evidence } from '../../../services/bench/station/evidence.ts'
import { indexSounds } from '../../../services/bench/station/match.ts'
import { planStation } from '../../../services/bench/station/plan.ts'
import { judgeStation } from '../../../services/bench/station/verdict.ts'
import type { DeviceEvent } from '../../../services/domain/station.ts'

/* That the judge of `loa chaos station` finds what is wrong: a verdict that cannot fail says nothing. */

const start = Date.UTC(2026, 10, 22, 17)
const slotAt = start + 19_800_000
const iso = (ms: number) => new Date(ms).toISOString()

/** One slot of two parts of five seconds, heard and reported as it should be. */
function good(): Evidence {
  const told = (n: number, kind: DeviceEvent['kind'], at: number, part: number): DeviceEvent => ({
    ...{ n, kind, at: iso(slotAt + at), seq: 1, slotId: '500', dispatchId: `100${part}`, play: 1 },
  })
  return {
    plan: {
      ...{ startMs: start, endMs: start + 86_400_000, skewMs: 0, emergencies: [], happenings: [] },
      slots: [
        {
          ...{ slotId: '500', startsAt: slotAt, startUntil: slotAt + 600_000, publishedAt: start },
          parts: [1, 2].map(i => ({ dispatchId: `100${i}`, seed: i, ms: 5_000, plays: 1 })),
        },
      ],
    },
    pieces: new Map([
      [
        'slot',
        [
          { key: '500/1001/1', startMs: 1_000, endMs: 6_000 },
          { key: '500/1002/1', startMs: 6_500, endMs: 11_500 },
        ],
      ],
    ]),
    heard: [{ file: 'slot', connection: 0, startedAtSample: (slotAt - start) * 44.1, fromMs: 0, toMs: 12_000 }],
    connectedAt: [start],
    events: [
      told(1, 'started', 1_000, 1),
      told(2, 'ended', 6_000, 1),
      told(3, 'started', 6_500, 2),
      told(4, 'ended', 11_500, 2),
    ],
    adopted: [{ at: start, seq: 1 }],
    withdrawnBySeq: new Map([[1, []]]),
    ...{ strangeSamples: 0, contradictions: 0, untold: 0, off: [], troubled: [] },
  }
}

const found = (change: (evidence: Evidence) => void) => {
  const evidence = good()
  change(evidence)
  return judgeStation(evidence).failures.join('\n')
}
const heardFrom = (atMs: number, fromMs: number, toMs: number) => ({
  ...{ file: 'slot', connection: 0, startedAtSample: (slotAt + atMs - start) * 44.1, fromMs, toMs },
})

describe('the judge', () => {
  test('finds nothing where all is well', () => {
    expect(judgeStation(good())).toMatchObject({
      piecesHeard: 2,
      slotsUndisturbed: 1,
      startLatenessMaxMs: 0,
      failures: [],
    })
  })

  test('finds a part heard twice', () => {
    expect(found(e => e.heard.push(heardFrom(60_000, 1_000, 6_000)))).toContain('heard twice: 500/1001/1')
  })

  test('finds a part missed, unless there was no power or no way to get it', () => {
    const unheard = (e: Evidence) => {
      e.heard = []
      e.events = []
    }
    expect(found(unheard)).toContain('missed though possible: 500/1001/1')
    expect(found(e => unheard(e) ?? e.off.push([slotAt - 1, slotAt + 700_000]))).toBe('')
    expect(found(e => unheard(e) ?? e.troubled.push([start, slotAt + 700_000]))).toBe('')
    expect(found(e => unheard(e) ?? e.troubled.push([start + 300_000, slotAt + 700_000]))).toContain('missed')
  })

  test('finds what was heard after its withdrawal', () => {
    const failures = found(e => {
      e.adopted.push({ at: slotAt + 3_000, seq: 2 })
      e.withdrawnBySeq.set(2, ['1002'])
    })
    expect(failures).toContain('heard after its withdrawal: 500/1002/1')
  })

  test('finds a report of what was not heard, and a hearing that was not reported', () => {
    expect(found(e => e.heard.splice(0, 1, heardFrom(0, 0, 6_200)))).toContain('logged but not heard: 500/1002/1')
    expect(found(e => e.events.splice(2, 2))).toContain('heard but not logged: 500/1002/1')
  })

  test('finds a report that says too much, or too little, or another time', () => {
    expect(found(e => e.heard.splice(0, 1, heardFrom(0, 0, 10_000)))).toContain('heard 3500 of 5000 ms')
    const early = found(e => {
      e.events[3] = { ...(e.events[3] as DeviceEvent), kind: 'interrupted', positionMs: 2_000, reason: 'withdrawn' }
    })
    expect(early).toContain('heard 5000 of 5000 ms, logged 1940 to 2060')
    expect(found(e => e.heard.splice(0, 1, heardFrom(4_000, 0, 12_000)))).toContain('a slot began 4000 ms late')
  })

  test('finds gaps, contradictions, silence and strangers', () => {
    expect(found(e => e.events.splice(0, 1, { ...(e.events[0] as DeviceEvent), n: 7 }))).toContain('gap')
    expect(found(e => Object.assign(e, { contradictions: 1 }))).toContain('different content')
    expect(found(e => Object.assign(e, { untold: 3 }))).toContain('never reached')
    expect(found(e => Object.assign(e, { strangeSamples: 5_000 }))).toContain('belong to no file')
  })
})

describe('the recorder', () => {
  const noise = (seed: number, length: number) =>
    Int16Array.from({ length }, (_, i) => ((Math.imul(i + 1, 2_654_435_761 + seed * 977) >>> 13) % 20_000) - 10_000)

  test('tells which stretches of which files it heard, to the sample', () => {
    const a = noise(1, 40_000)
    const b = noise(2, 30_000)
    const index = indexSounds([
      { name: 'a', samples: a },
      { name: 'b', samples: b },
    ])
    const heard = Int16Array.from([...a.slice(0, 12_345), ...b, ...new Int16Array(500), ...a.slice(10_000, 20_000)])
    expect(index.identify(heard)).toEqual({
      stretches: [
        { name: 'a', fromSample: 0, toSample: 12_345, atSample: 0 },
        { name: 'b', fromSample: 0, toSample: 30_000, atSample: 12_345 },
        { name: 'a', fromSample: 10_000, toSample: 20_000, atSample: 42_845 },
      ],
      strange: 0,
    })
  })

  test('does not take a stranger for one of the files', () => {
    const index = indexSounds([{ name: 'a', samples: noise(1, 20_000) }])
    const { stretches, strange } = index.identify(noise(3, 10_000))
    expect(stretches).toEqual([])
    expect(strange).toBeGreaterThan(9_000)
  })
})

describe('the plan', () => {
  test('is the same for the same seed, and holds every kind of trouble', () => {
    expect(planStation(4, 72)).toEqual(planStation(4, 72))
    expect(planStation(5, 72)).not.toEqual(planStation(4, 72))
    const kinds = new Set(planStation(4, 72).happenings.map(h => h.do))
    expect([...kinds].sort()).toEqual([
      ...['cut', 'issue', 'lie', 'mend', 'off', 'on', 'publish-slots', 'restart-server', 'truncate', 'withdraw'],
    ])
    expect(planStation(4, 72).slots).toHaveLength(9)
  })
})
