import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { repeatableRandom } from '../../../config/demo/random.ts'
import type { ManifestEmergency, ManifestSlot } from '../../domain/station.ts'
import { type BenchReport, machine, timed } from '../report.ts'
import { type Box, createBox } from './box.ts'
import type { Evidence, FilePiece } from './evidence.ts'
import { createLie } from './lies.ts'
import { type Happening, planStation, type StationPlan } from './plan.ts'
import { type CuttingProxy, startProxy } from './proxy.ts'
import { type Recorder, startRecorder } from './recorder.ts'
import { type MadeFile, makeSound } from './sounds.ts'
import { type StandIn, startStandIn } from './stand-in.ts'
import { judgeStation, type StationVerdict } from './verdict.ts'
import { createWorld, type World } from './virtual-clock.ts'

export interface StationRunOptions {
  seed: number
  hours: number
  onStep: (step: string) => void
  /** Of the recorder's process, for running the sources as they are. */
  execArgv?: string[]
}

export interface StationRunReport extends StationVerdict {
  name: 'station'
  machine: BenchReport['machine']
  seed: number
  hours: number
  realSeconds: number
  slots: number
  emergencies: number
  withdrawals: number
  networkCuts: number
  longestCutHours: number
  kills: number
  powerCuts: number
  serverRestarts: number
  lies: number
  clockSkewMs: number
  minutesHeard: number
  eventsReported: number
  /** Kinds and reasons of the events, counted. */
  told: Record<string, number>
  /** Where the recording and the device's folder are kept after a failure. */
  kept?: string
}

interface Scene {
  world: World
  plan: StationPlan
  server: StandIn
  proxy: CuttingProxy
  recorder: Recorder
  box: Box
  random: () => number
  slotFiles: Map<string, MadeFile>
  emergencyFiles: Map<string, MadeFile>
  pieces: Map<string, FilePiece[]>
  issued: ManifestEmergency[]
  withdrawn: Set<string>
  withdrawnBySeq: Map<number, readonly string[]>
  off: [number, number][]
  troubled: [number, number][]
  /** The spans that have begun and not ended. */
  open: Partial<Record<'cut' | 'off' | 'away', [number, number]>>
}

/**
 * Lets a player live through days of simulated time in minutes: real HTTP over loopback through a network that is cut, real
 * files, a real journal, real sound into an independent recorder; only the clock is not real. Then compares what was heard
 * with what the device reported and with what could have been.
 */
export async function runStation(options: StationRunOptions): Promise<StationRunReport> {
  const { seed, hours, onStep } = options
  const dir = mkdtempSync(join(tmpdir(), 'loa-station-'))
  const plan = planStation(seed, hours)
  const world = createWorld(plan.startMs)
  const connectedAt: number[] = []
  const recorder = await startRecorder(dir, connection => (connectedAt[connection] = world.nowMs()), options.execArgv)
  const server = await startStandIn(world.nowMs)
  const proxy = await startProxy(server.port)
  const link = server.link.replace(`:${server.port}/`, `:${proxy.port}/`)
  const box = createBox(world, { link, dir: join(dir, 'box'), sinkPort: recorder.port, seed, skewMs: plan.skewMs })
  let failed = true
  try {
    const scene: Scene = {
      ...{ world, plan, server, proxy, recorder, box, random: repeatableRandom(seed + 1) },
      ...{ slotFiles: new Map(), emergencyFiles: new Map(), pieces: new Map() },
      ...{ issued: [], withdrawn: new Set(), withdrawnBySeq: new Map(), off: [], troubled: [], open: {} },
    }
    onStep(`sound of ${plan.slots.length} slots`)
    await makeFiles(scene, dir)
    const { seconds } = await timed(() => live(scene, onStep))
    onStep('listening to the recording')
    const files = [...scene.slotFiles.values(), ...scene.emergencyFiles.values()]
    const {
      heard,
      strangeSamples,
      seconds: heardSeconds,
    } = await recorder.identify(files.map(({ sha256 }) => ({ name: sha256, path: join(dir, 'made', sha256) })))
    const events = [...server.events.values()].sort((a, b) => a.n - b.n)
    const evidence: Evidence = {
      ...{ plan, pieces: scene.pieces, heard, strangeSamples, connectedAt, events },
      contradictions: server.contradictions.length + server.refusedReports.length,
      untold: box.player()?.state().pending.length ?? 0,
      adopted: box.adopted,
      withdrawnBySeq: scene.withdrawnBySeq,
      off: scene.off,
      troubled: scene.troubled,
    }
    const verdict = judgeStation(evidence)
    failed = verdict.failures.length > 0
    if (failed) writeFileSync(join(dir, 'events.json'), JSON.stringify(events, null, 1))
    return {
      name: 'station',
      machine: machine(),
      ...{ seed, hours, realSeconds: Math.round(seconds) },
      ...troubles(plan),
      minutesHeard: Math.round(heardSeconds / 6) / 10,
      eventsReported: events.length,
      told: counted(events.map(({ kind, reason }) => (reason ? `${kind}: ${reason}` : kind))),
      ...verdict,
      ...(failed && { kept: dir }),
    }
  } finally {
    await box.player()?.stop()
    await proxy.close()
    await server.close()
    recorder.stop()
    if (!failed) rmSync(dir, { recursive: true, force: true })
  }
}

function counted(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words.sort()) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function troubles({ happenings, slots, skewMs }: StationPlan) {
  const count = (is: (h: Happening) => boolean) => happenings.filter(is).length
  const cuts = happenings.filter(h => h.do === 'cut')
  const lengths = cuts.map(({ at }) => (happenings.find(h => h.do === 'mend' && h.at > at)?.at ?? at) - at)
  return {
    slots: slots.length,
    emergencies: count(h => h.do === 'issue'),
    withdrawals: count(h => h.do === 'withdraw'),
    networkCuts: cuts.length,
    longestCutHours: Math.round(Math.max(0, ...lengths) / 360_000) / 10,
    kills: count(h => h.do === 'off' && h.how === 'kill'),
    powerCuts: count(h => h.do === 'off' && h.how === 'power-cut'),
    serverRestarts: count(h => h.do === 'restart-server'),
    lies: count(h => h.do === 'lie' || h.do === 'truncate'),
    clockSkewMs: skewMs,
  }
}

async function makeFiles(scene: Scene, dir: string): Promise<void> {
  const { plan, slotFiles, emergencyFiles, pieces } = scene
  const made = join(dir, 'made')
  mkdirSync(made)
  const keep = (file: MadeFile, keys: string[]) => {
    writeFileSync(join(made, file.sha256), file.bytes)
    pieces.set(
      file.sha256,
      file.pieces.map(({ startMs, endMs }, i) => ({ key: keys[i] ?? '', startMs, endMs })),
    )
    scene.server.put(file)
  }
  for (const slot of plan.slots) {
    const plays = playsOf(slot)
    const file = await makeSound(plays.map(({ part }) => part))
    slotFiles.set(slot.slotId, file)
    keep(
      file,
      plays.map(({ part, play }) => `${slot.slotId}/${part.dispatchId}/${play}`),
    )
  }
  for (const happening of plan.happenings) {
    if (happening.do !== 'issue') continue
    const file = await makeSound([happening.emergency])
    emergencyFiles.set(happening.emergency.dispatchId, file)
    keep(file, [`/${happening.emergency.dispatchId}`])
  }
}

const playsOf = (slot: StationPlan['slots'][number]) =>
  slot.parts.flatMap(part => Array.from({ length: part.plays }, (_, i) => ({ part, play: i + 1 })))

/** The days themselves. */
async function live(scene: Scene, onStep: (step: string) => void): Promise<void> {
  const { world, plan } = scene
  let hour = -1
  for (const happening of plan.happenings) {
    await world.runTo(Math.round(happening.at))
    const hours = Math.floor((world.nowMs() - plan.startMs) / 3_600_000)
    if (hours >= hour + 6) {
      hour = hours
      onStep(`hour ${hours}`)
    }
    await carryOut(scene, happening)
    await world.settle()
  }
  await world.runTo(plan.endMs)
}

/** The network's effects reach the player through sockets, beside the world's clock; nothing goes on before they have. */
async function soon(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !condition(); tries++) await delay(5)
}

async function carryOut(scene: Scene, happening: Happening): Promise<void> {
  const { world, server, proxy, box, troubled, off, open, withdrawn } = scene
  const now = world.nowMs()
  const begin = (what: 'cut' | 'off' | 'away') => {
    const span: [number, number] = [now, Number.POSITIVE_INFINITY]
    ;(what === 'off' ? off : troubled).push(span)
    open[what] = span
  }
  const end = (what: 'cut' | 'off' | 'away') => {
    const span = open[what]
    if (span) span[1] = now
  }
  const isDeaf = () => box.player()?.status().listening !== true
  switch (happening.do) {
    case 'publish-slots':
      await publish(scene)
      break
    case 'issue':
      scene.issued.push(emergencyOf(scene, happening.emergency))
      await publish(scene)
      break
    case 'withdraw':
      withdrawn.add(happening.dispatchId)
      await publish(scene)
      break
    case 'cut':
      proxy.cut()
      begin('cut')
      await soon(isDeaf)
      break
    case 'mend':
      proxy.mend()
      end('cut')
      break
    case 'restart-server':
      await server.restart()
      troubled.push([now, now])
      await soon(isDeaf)
      break
    case 'off':
      box.off(happening.how)
      begin('off')
      begin('away')
      break
    case 'on':
      // A box without a battery wakes up days away; the server's time sets that right, so it must be in reach.
      if (box.starts > 0 && !proxy.isCut() && server.lies.length === 0 && scene.random() < 0.25)
        box.skewMs -= 3 * 86_400_000
      await box.on()
      end('off')
      end('away')
      break
    case 'lie': {
      const span: [number, number] = [now, Number.POSITIVE_INFINITY]
      troubled.push(span)
      server.lies.push(
        createLie(happening.lie, server, () => {
          span[1] = world.nowMs()
        }),
      )
      break
    }
    case 'truncate':
      proxy.truncateNext(happening.afterBytes)
      break
  }
}

function emergencyOf(
  { emergencyFiles, server }: Scene,
  planned: StationPlan['emergencies'][number],
): ManifestEmergency {
  const { seed: _seed, ms: _ms, issuedAt, expiresAt, ...rest } = planned
  const file = emergencyFiles.get(planned.dispatchId)
  if (!file) throw new Error(`no sound for ${planned.dispatchId}`)
  return {
    ...rest,
    title: `Khẩn cấp ${planned.dispatchId}`,
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    file: server.put(file),
  }
}

const dayMs = 86_400_000

async function publish(scene: Scene): Promise<void> {
  const { world, plan, server, box, proxy, withdrawn, slotFiles } = scene
  const now = world.nowMs()
  const slots = plan.slots
    .filter(slot => slot.publishedAt <= now && slot.startsAt > now - dayMs)
    .map((slot): ManifestSlot => {
      const file = slotFiles.get(slot.slotId)
      if (!file) throw new Error(`no sound for ${slot.slotId}`)
      const parts = playsOf(slot).map(({ part, play }, i) => ({
        dispatchId: part.dispatchId,
        title: `Tin ${part.dispatchId}`,
        play,
        ...(file.pieces[i] ?? { startMs: 0, endMs: 0 }),
      }))
      const { slotId, startsAt, startUntil } = slot
      return {
        slotId,
        startsAt: new Date(startsAt).toISOString(),
        startUntil: new Date(startUntil).toISOString(),
        file: server.put(file),
        parts,
      }
    })
  const before = server.requests()
  const seq = server.publish({
    expiresAt: new Date(now + 2 * dayMs).toISOString(),
    slots,
    emergencies: scene.issued.filter(e => !withdrawn.has(e.dispatchId) && Date.parse(e.expiresAt) > now),
    withdrawn: [...withdrawn],
    pollSeconds: 60,
  })
  scene.withdrawnBySeq.set(seq, [...withdrawn])
  if (server.listeners() > 0 && !proxy.isCut() && box.player()?.status().listening) {
    await soon(() => server.requests() > before)
  }
}
