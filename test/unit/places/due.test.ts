import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ManifestEmergency, ManifestSlot, StationManifest } from '../../../services/domain/station.ts'
import { type Begun, duePlay } from '../../../services/places/push/due.ts'

const start = Date.parse('2026-11-25T10:00:00.000Z')
const at = (seconds: number) => new Date(start + seconds * 1000)
const iso = (seconds: number) => at(seconds).toISOString()
const file = { url: 'u', bytes: 1, sha256: 'a'.repeat(64), durationMs: 10_000, lufs: -16 }

const slot = (slotId: string, seconds: number, dispatchIds = ['1']): ManifestSlot => ({
  slotId,
  startsAt: iso(seconds),
  startUntil: iso(seconds + 120),
  file,
  parts: dispatchIds.map((dispatchId, i) => ({
    dispatchId,
    title: '',
    play: 1,
    startMs: i * 1000,
    endMs: (i + 1) * 1000,
  })),
})
const emergency = (more: Partial<ManifestEmergency> = {}): ManifestEmergency => ({
  dispatchId: '9',
  title: '',
  issuedAt: iso(0),
  expiresAt: iso(7200),
  times: 2,
  gapSeconds: 3,
  everySeconds: 900,
  afterwards: 'resume',
  file,
  ...more,
})
const manifest = (more: Partial<StationManifest>): StationManifest => ({
  v: 1,
  stationId: '1',
  stationName: '',
  seq: 1,
  issuedAt: iso(0),
  expiresAt: iso(86_400),
  slots: [],
  emergencies: [],
  withdrawn: [],
  pollSeconds: 60,
  demo: false,
  ...more,
})

/** Lives through time second by second; what is due is played at once. @returns what began, and when */
function played(m: StationManifest, seconds: number[], awake: (second: number) => boolean = () => true) {
  const begun: Begun = new Map()
  const log: [string, number][] = []
  for (const second of seconds) {
    if (!awake(second)) continue
    const due = duePlay(m, begun, at(second))
    if (!due) continue
    begun.set(due.ref, { beganAt: at(second), ended: true })
    log.push([due.ref, second])
  }
  return log
}
const seconds = (to: number) => Array.from({ length: to }, (_, i) => i)

describe('what is due', () => {
  test('a slot at its time, once, and not when it is too late or wholly taken back', () => {
    const m = manifest({ slots: [slot('5', 10), slot('6', 400, ['1', '2'])] })
    expect(played(m, seconds(600))).toEqual([
      ['slot:5', 10],
      ['slot:6', 400],
    ])
    expect(played(m, seconds(600), s => s > 200)).toEqual([['slot:6', 400]])
    expect(played({ ...m, withdrawn: ['1'] }, seconds(600))).toEqual([['slot:6', 400]])
    expect(played({ ...m, withdrawn: ['1', '2'] }, seconds(600))).toEqual([])
  })

  test('an emergency at once as often as it says, with the gap, then at its pace until its end', () => {
    const m = manifest({ emergencies: [emergency({ expiresAt: iso(2000) })] })
    expect(played(m, seconds(4000))).toEqual([
      ['emergency:9:1', 0],
      ['emergency:9:2', 13],
      ['emergency:9:3', 900],
      ['emergency:9:4', 1800],
    ])
    expect(played(manifest({ emergencies: [emergency({ everySeconds: null })] }), seconds(3000))).toHaveLength(2)
    expect(played({ ...m, withdrawn: ['9'] }, seconds(100))).toEqual([])
  })

  test('a pause is not made up for: the first plays are owed, of the repeats the latest only', () => {
    const m = manifest({ emergencies: [emergency()] })
    expect(played(m, seconds(3700), s => s < 20 || s >= 2800)).toEqual([
      ['emergency:9:1', 0],
      ['emergency:9:2', 13],
      ['emergency:9:5', 2800],
      ['emergency:9:6', 3600],
    ])
    expect(played(m, seconds(3700), s => s >= 2800).map(([ref]) => ref)).toEqual([
      'emergency:9:1',
      'emergency:9:2',
      'emergency:9:6',
    ])
  })

  test('an emergency goes before a slot, a newer one before an older', () => {
    const older = emergency({ dispatchId: '8', issuedAt: iso(-60) })
    const m = manifest({ slots: [slot('5', 0)], emergencies: [older, emergency()] })
    expect(duePlay(m, new Map(), at(0))?.ref).toBe('emergency:9:1')
  })

  test('nothing is begun twice, before its time, or after its end, whenever the machine is awake', () => {
    const times = fc.record({
      times: fc.integer({ min: 1, max: 5 }),
      gapSeconds: fc.integer({ min: 0, max: 30 }),
      everySeconds: fc.option(fc.integer({ min: 300, max: 1200 })),
    })
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.boolean(), { minLength: 10, maxLength: 60 }),
        (rule, begins, naps) => {
          const m = manifest({
            slots: [slot('5', begins), slot('6', begins + 500)],
            emergencies: [emergency({ ...rule, expiresAt: iso(2500) })],
          })
          const log = played(m, seconds(4000), s => naps[Math.floor(s / 60) % naps.length] ?? true)
          expect(new Set(log.map(([ref]) => ref)).size).toBe(log.length)
          for (const [ref, second] of log) {
            if (ref.startsWith('emergency')) expect(second).toBeLessThan(2500)
            else {
              const due = ref === 'slot:5' ? begins : begins + 500
              expect(second - due).toBeGreaterThanOrEqual(0)
              expect(second - due).toBeLessThanOrEqual(120)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
