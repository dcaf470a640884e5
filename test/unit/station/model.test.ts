import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { DeviceEvent, StationManifest } from '../../../services/domain/station.ts'
import { dueEmergencies, isExpired, latestPlay } from '../../../services/station/core/plan.ts'
import { partKey, snapshotOf } from '../../../services/station/core/record.ts'
import type { State } from '../../../services/station/core/types.ts'
import { adopt, emergencyOf, file, type Given, manifestOf, Shell, slotOf } from './shell.ts'

type Doing =
  | { do: 'pass'; ms: number }
  | { do: 'slot'; inMs: number; parts: number[]; lateSeconds: number; hasFile: boolean }
  | {
      do: 'emergency'
      times: number
      gap: number
      every: number | null
      skip: boolean
      lastsMs: number
      hasFile: boolean
    }
  | { do: 'withdraw'; which: number }
  | { do: 'withdraw-on-air' }
  | { do: 'power-cut'; offMs: number; atPiece: boolean }
  | { do: 'sink'; ok: boolean }
  | { do: 'files' }
  | { do: 'old-manifest' }
  | { do: 'ack'; share: number }

const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 50, max: 30_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('slot' as const),
      inMs: fc.integer({ min: 0, max: 20_000 }),
      parts: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }),
      lateSeconds: fc.integer({ min: 1, max: 40 }),
      hasFile: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('emergency' as const),
      times: fc.integer({ min: 1, max: 3 }),
      gap: fc.integer({ min: 0, max: 3 }),
      every: fc.option(fc.integer({ min: 5, max: 40 })),
      skip: fc.boolean(),
      lastsMs: fc.integer({ min: 1_000, max: 120_000 }),
      hasFile: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw-on-air' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('power-cut' as const),
      offMs: fc.integer({ min: 500, max: 60_000 }),
      atPiece: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sink' as const), ok: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('files' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('old-manifest' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ack' as const), share: fc.nat(100) }) },
)

/** The server's side, and what it has said. */
interface World {
  shell: Shell
  manifest: StationManifest
  slots: number
  withdrawnAt: Map<string, number>
}

function publish(world: World, more: Partial<StationManifest>): void {
  const { shell, manifest } = world
  world.manifest = { ...manifest, ...more, seq: manifest.seq + 1 }
  for (const id of world.manifest.withdrawn) if (!world.withdrawnAt.has(id)) world.withdrawnAt.set(id, shell.now)
  shell.tell({ type: 'manifest', manifest: world.manifest })
}

function carryOut(world: World, next: Doing): void {
  const { shell, manifest } = world
  switch (next.do) {
    case 'pass':
      shell.pass(next.ms)
      break
    case 'slot': {
      const id = ++world.slots
      const slot = slotOf(String(id), shell.iso(next.inMs), next.lateSeconds, next.parts.map(String), 2_000)
      const named = file(String.fromCharCode(1_000 + id), slot.file.durationMs)
      publish(world, { slots: [...manifest.slots, { ...slot, file: named }] })
      if (next.hasFile) shell.tell({ type: 'file-ready', sha256: named.sha256, isNew: true })
      break
    }
    case 'emergency': {
      const id = ++world.slots
      const { times, gap: gapSeconds, every: everySeconds } = next
      const emergency = emergencyOf(String(100 + id), shell.iso(0), {
        ...{ times, gapSeconds, everySeconds, afterwards: next.skip ? 'skip' : 'resume' },
        ...{ expiresAt: shell.iso(next.lastsMs), file: file(String.fromCharCode(2_000 + id), 1_500) },
      })
      publish(world, { emergencies: [...manifest.emergencies, emergency] })
      if (next.hasFile) shell.tell({ type: 'file-ready', sha256: emergency.file.sha256, isNew: true })
      break
    }
    case 'withdraw': {
      const ids = [...'12345678', ...manifest.emergencies.map(e => e.dispatchId)]
      const id = ids[next.which % ids.length] ?? '1'
      publish(world, {
        withdrawn: [...new Set([...manifest.withdrawn, id])],
        emergencies: manifest.emergencies.filter(e => e.dispatchId !== id),
      })
      break
    }
    case 'withdraw-on-air': {
      const id = shell.state.open?.dispatchId
      if (id !== undefined) publish(world, { withdrawn: [...new Set([...manifest.withdrawn, id])] })
      break
    }
    case 'power-cut':
      // Also between what was written down for a piece of sound and the piece itself.
      if (next.atPiece && shell.state.sound && shell.playing) {
        const { id, fedMs, toMs } = shell.state.sound
        shell.tell({ type: 'feed', soundId: id, toMs: Math.min(fedMs + 200, toMs), dueAt: shell.now })
      }
      shell.powerCut(next.offMs)
      break
    case 'sink':
      if (!next.ok) shell.playing = undefined
      shell.tell({ type: 'sink', ok: next.ok })
      break
    case 'files':
      for (const item of [...manifest.slots, ...manifest.emergencies]) {
        if (!shell.state.ready.has(item.file.sha256)) {
          shell.tell({ type: 'file-ready', sha256: item.file.sha256, isNew: true })
        }
      }
      break
    case 'old-manifest':
      shell.tell({ type: 'manifest', manifest: { ...manifest, seq: Math.max(1, manifest.seq - 1), withdrawn: [] } })
      break
    case 'ack':
      shell.tell({ type: 'acked', upTo: Math.floor((shell.state.nextN - 1) * (next.share / 100)) })
      break
  }
}

/** An emergency that is due, with everything there, is on air, or it is its own pause, or a newer one is on air. */
function emergenciesWin(state: State): void {
  if (!state.manifest || !state.sinkOk || !state.clockOk || isExpired(state, state.now)) return
  const front = dueEmergencies(state)[0]
  if (!front) return
  const isItsPause = state.gap?.dispatchId === front.emergency.dispatchId && state.now < state.gap.until
  if (!isItsPause) expect(state.sound?.emergency).toBeDefined()
  expect(state.sound?.slotId).toBeUndefined()
}

interface Stretch {
  key: string
  dispatchId: string | undefined
  fromMs: number
  toMs: number
  endMs: number
  at: number
}

/** What was heard of each piece, from the pieces of sound alone. */
function heardPieces(given: Given[], slots: StationManifest['slots']): Stretch[] {
  const stretches: Stretch[] = []
  for (const { sound, fromMs, toMs, at } of given) {
    const slot = slots.find(s => s.slotId === sound.slotId)
    const pieces = sound.emergency
      ? [{ ...sound.emergency, startMs: 0, endMs: sound.toMs }]
      : slot && slot.parts.length > 0
        ? slot.parts
        : [{ startMs: 0, endMs: slot?.file.durationMs ?? 0, dispatchId: undefined, play: undefined }]
    for (const piece of pieces) {
      const from = Math.max(fromMs, piece.startMs)
      const to = Math.min(toMs, piece.endMs)
      if (from >= to) continue
      const key = `${sound.id}@${partKey(sound.slotId ?? '', piece)}`
      const last = stretches.findLast(s => s.key === key && s.toMs === from)
      if (last) last.toMs = to
      else
        stretches.push({
          key,
          dispatchId: piece.dispatchId,
          fromMs: from,
          toMs: to,
          endMs: piece.endMs,
          at: at + from - fromMs,
        })
    }
  }
  return stretches
}

function run(doings: Doing[]): World {
  const shell = new Shell()
  const world: World = { shell, manifest: manifestOf(shell, 1, {}), slots: 0, withdrawnAt: new Map() }
  adopt(shell, world.manifest)
  shell.check = (state, input) => {
    if (input.type !== 'feed') emergenciesWin(state)
  }
  for (const next of doings) carryOut(world, next)
  return world
}

const runs = { numRuns: 150 }
const plans = fc.array(doing, { minLength: 5, maxLength: 40 })

describe('whatever happens', () => {
  test('no part is heard to its end twice, and nothing after its withdrawal', () => {
    fc.assert(
      fc.property(plans, doings => {
        const { shell, manifest, withdrawnAt } = run(doings)
        const complete = heardPieces(shell.given, manifest.slots)
          .filter(s => s.toMs === s.endMs)
          .map(s => s.key.split('@')[1])
        expect(complete.filter((key, i) => complete.indexOf(key) !== i)).toEqual([])
        for (const stretch of heardPieces(shell.given, manifest.slots)) {
          const at = withdrawnAt.get(stretch.dispatchId ?? '')
          if (at !== undefined) expect(stretch.at + stretch.toMs - stretch.fromMs).toBeLessThanOrEqual(at)
        }
      }),
      runs,
    )
  })

  test('the reports are what was heard', () => {
    fc.assert(
      fc.property(plans, doings => {
        const { shell, manifest } = run(doings)
        const heard = heardPieces(shell.given, manifest.slots)
        const numbers = shell.events.map(e => e.n)
        expect(numbers).toEqual(numbers.map((_, i) => i + 1))
        const told = toldPieces(shell.events)
        for (const { key, from, length, close } of told) {
          const mine = heard.filter(h => h.key.endsWith(`@${key}`) && h.at === from)
          const heardMs = mine.reduce((sum, h) => sum + h.toMs - h.fromMs, 0)
          const fullMs = mine[0]?.endMs ?? 0
          // Killed between the record and the sound: at most a piece was not given.
          if (close === 'ended') expect(heardMs).toBeGreaterThan(Math.min(fullMs, 1_500) - 500)
          else if (close === 'power-cut') expect(heardMs).toBeLessThanOrEqual(length + 2_200)
          else if (close !== undefined) expect(heardMs).toBe(length)
        }
        for (const stretch of heard) {
          const key = stretch.key.split('@')[1]
          expect(told.some(t => t.key === key && t.from === stretch.at)).toBe(true)
        }
      }),
      runs,
    )
  })

  test('in the end every part was heard, left out or missed with a reason, and every play of an emergency accounted for', () => {
    fc.assert(
      fc.property(plans, doings => {
        const world = run(doings)
        const { shell } = world
        shell.tell({ type: 'sink', ok: true })
        shell.pass(600_000)
        const { partsDone, playsDone } = shell.state
        const { slots, emergencies, withdrawn } = world.manifest
        for (const slot of slots) {
          for (const part of slot.parts) expect(partsDone).toHaveProperty([partKey(slot.slotId, part)])
          expect(shell.state.slotsOver).toHaveProperty([slot.slotId])
        }
        for (const e of emergencies.filter(other => !withdrawn.includes(other.dispatchId))) {
          expect(playsDone[e.dispatchId]?.through).toBe(latestPlay(e, shell.now))
        }
        for (const e of shell.events) if (e.kind === 'missed') expect(e.reason).toMatch(/^[a-z-]+$/)
      }),
      runs,
    )
  })

  test('the journal adds up to the very state that wrote it', () => {
    fc.assert(
      fc.property(plans, doings => {
        const { shell } = run(doings)
        expect(snapshotOf(shell.recorded(), shell.now)).toEqual(snapshotOf(shell.state, shell.now))
      }),
      runs,
    )
  })
})

interface Told {
  key: string
  from: number
  length: number
  close: string | undefined
}

function toldPieces(events: DeviceEvent[]): Told[] {
  const told: Told[] = []
  for (const event of events) {
    const key = partKey(event.slotId ?? '', event)
    if (event.kind === 'started') told.push({ key, from: Date.parse(event.at), length: 0, close: undefined })
    if (event.kind !== 'ended' && event.kind !== 'interrupted') continue
    const open = told.findLast(t => t.key === key && t.close === undefined)
    if (!open) throw new Error(`${event.kind} of ${key} that was not begun`)
    open.close = event.kind === 'ended' ? 'ended' : (event.reason ?? '')
    open.length = event.positionMs ?? 0
  }
  return told
}
