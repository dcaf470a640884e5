import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ManifestFile, StationManifest } from '../../domain/station.ts'
import { parseLink } from '../../station/identity.ts'
import { startPart } from '../part.ts'
import { type BenchReport, machine, round, until } from '../report.ts'
import { startEar } from './ear.ts'
import { makeSound } from './sounds.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

export interface RealTimeOptions {
  /** Of a device of a running Loa: whatever its station is to play meanwhile is measured. Without one a stand-in gives slots. */
  link?: string
  /** Slots and emergencies of the stand-in. */
  slots: number
  /** How long to listen with `link`. */
  minutes: number
  onStep: (step: string) => void
}

/** What was to be heard when: a slot at its time, an emergency from the moment it was issued. */
interface Expected {
  what: 'slot' | 'emergency'
  id: string
  at: number
}

const everyMs = 9_000
const slotMs = 2_500

/**
 * Start lateness in real time, by the real command `loa station` in its own process, from the manifest's times to the first
 * sample at the other end of its sink.
 */
export async function benchStation(options: RealTimeOptions): Promise<BenchReport> {
  const { slots, minutes, onStep } = options
  const dir = mkdtempSync(join(tmpdir(), 'loa-station-'))
  const ear = await startEar()
  const server = options.link === undefined ? await startStandIn(Date.now) : undefined
  const link = options.link ?? server?.link ?? ''
  const words = ['station', '--link', link, '--data', join(dir, 'box'), '--sink', `tcp:127.0.0.1:${ear.port}`]
  const expected = new Map<string, Expected>()
  const part = startPart(words, {}, join(dir, 'station.log'))
  try {
    if (server) {
      await until('the player listens', async () => server.listeners() > 0)
      await standInSlots(server, slots, expected, onStep)
    } else await watch(link, minutes * 60_000, expected, onStep)
  } finally {
    await part.stop()
    await ear.close()
    await server?.close()
    rmSync(dir, { recursive: true, force: true })
  }
  const late = (what: Expected['what']) =>
    [...expected.values()].filter(e => e.what === what).map(({ at }) => firstAfter(ear.begins, at) - at)
  const ofSlots = late('slot')
  const ofEmergencies = late('emergency')
  return {
    name: 'station',
    machine: machine(),
    params: { slots: ofSlots.length, emergencies: ofEmergencies.length, targetSlotMs: 1_000, targetEmergencyMs: 5_000 },
    ours: { ...figures('slotLateness', ofSlots), ...figures('emergencyToAir', ofEmergencies) },
  }
}

/** A little before counts too: the ear and the manifest may round differently. @returns infinity when nothing came */
function firstAfter(begins: number[], at: number): number {
  return begins.find(b => b >= at - 100) ?? Number.POSITIVE_INFINITY
}

function figures(name: string, values: number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b)
  const last = sorted.at(-1)
  if (last === undefined) return {}
  return { [`${name}MedianMs`]: round(sorted[Math.floor(sorted.length / 2)] ?? 0), [`${name}MaxMs`]: round(last) }
}

async function standInSlots(
  server: StandIn,
  count: number,
  expected: Map<string, Expected>,
  onStep: (step: string) => void,
): Promise<void> {
  const begin = Date.now() + 8_000
  const files: ManifestFile[] = []
  for (let i = 0; i < count * 2; i++) files.push(server.put(await makeSound([{ seed: 50 + i, ms: slotMs }])))
  const iso = (ms: number) => new Date(ms).toISOString()
  const slots = files.slice(0, count).map((file, i) => ({
    ...{ slotId: String(i + 1), file },
    ...{ startsAt: iso(begin + i * everyMs), startUntil: iso(begin + i * everyMs + 5_000) },
    parts: [{ dispatchId: String(100 + i), title: `Tin ${i}`, play: 1, startMs: 0, endMs: slotMs }],
  }))
  for (const { slotId, startsAt } of slots) {
    expected.set(`slot ${slotId}`, { what: 'slot', id: slotId, at: Date.parse(startsAt) })
  }
  const body = { expiresAt: iso(begin + 3_600_000), slots, withdrawn: [], pollSeconds: 60 }
  server.publish({ ...body, emergencies: [] })
  for (let i = 0; i < count; i++) {
    await delay(begin + i * everyMs + slotMs + 3_000 - Date.now())
    onStep(`slot and emergency ${i + 1} of ${count}`)
    const file = files[count + i]
    if (!file) continue
    const dispatchId = String(900 + i)
    const issuedAt = Date.now()
    expected.set(`emergency ${dispatchId}`, { what: 'emergency', id: dispatchId, at: issuedAt })
    const emergency = { dispatchId, title: `Khẩn cấp ${i}`, issuedAt: iso(issuedAt), expiresAt: iso(begin + 3_600_000) }
    const plays = { times: 1, gapSeconds: 0, everySeconds: null, afterwards: 'resume' as const }
    server.publish({ ...body, emergencies: [{ ...emergency, ...plays, file }] })
  }
  await delay(slotMs + 2_000)
}

/** Reads the running server's manifest as the device does, to know what is to be heard; slots ahead of us only. */
async function watch(
  link: string,
  forMs: number,
  expected: Map<string, Expected>,
  onStep: (step: string) => void,
): Promise<void> {
  const { api } = parseLink(link)
  const from = Date.now() + 10_000
  const to = Date.now() + forMs
  while (Date.now() < to) {
    const token = await fetch(`${api}/manifest`).then(response => (response.ok ? response.text() : ''))
    const manifest = read(token)
    for (const slot of manifest?.slots ?? []) {
      const at = Date.parse(slot.startsAt)
      if (at > from && at < to - 10_000) expected.set(`slot ${slot.slotId}`, { what: 'slot', id: slot.slotId, at })
    }
    for (const { dispatchId, issuedAt } of manifest?.emergencies ?? []) {
      const at = Date.parse(issuedAt)
      if (at > from && at < to - 10_000 && !expected.has(`emergency ${dispatchId}`)) {
        expected.set(`emergency ${dispatchId}`, { what: 'emergency', id: dispatchId, at })
        onStep(`emergency ${dispatchId}`)
      }
    }
    await delay(1_000)
  }
}

function read(token: string): StationManifest | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as StationManifest
  } catch {
    return undefined
  }
}
