import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MadeFile, makeSound } from '../../services/bench/station/sounds.ts'
import { type ManifestBody, type StandIn, startStandIn } from '../../services/bench/station/stand-in.ts'
import type { DeviceEvent, ManifestEmergency, ManifestFile, ManifestSlot } from '../../services/domain/station.ts'
import { type Clock, realClock } from '../../services/runtime/clock.ts'
import { type Player, type PlayerOptions, startPlayer } from '../../services/station/player.ts'
import { sinkKind } from '../../services/station/sound/sinks.ts'

/** A server, a folder, and a player in this process by the real clock. */
export interface Station {
  server: StandIn
  dir: string
  /** Starts a player on the folder; the one before must have ended. */
  start(options?: Partial<PlayerOptions>): Promise<Player>
  /** Publishes with an hour of validity unless said otherwise. */
  publish(body: Partial<ManifestBody>): number
  /** What was reported, as `kind dispatch play reason`. */
  told(): string[]
  events(): DeviceEvent[]
  close(): Promise<void>
}

/** Makes one; `close` ends whatever was started. */
export async function makeStation(): Promise<Station> {
  const server = await startStandIn(Date.now)
  const dir = mkdtempSync(join(tmpdir(), 'loa-station-'))
  const players: Player[] = []
  const events = () => [...server.events.values()].sort((a, b) => a.n - b.n)
  return {
    server,
    dir,
    events,
    async start(options = {}) {
      const player = await startPlayer({
        ...{ link: server.link, dir: join(dir, 'box'), sink: sinkKind('none'), clock: realClock },
        limits: { mostBytes: 1_000_000_000, leastFreeBytes: 0 },
        ...options,
      })
      players.push(player)
      return player
    },
    publish: body =>
      server.publish({
        expiresAt: soon(3_600_000),
        slots: [],
        emergencies: [],
        withdrawn: [],
        pollSeconds: 60,
        ...body,
      }),
    told: () => events().map(e => [e.kind, e.dispatchId, e.play, e.reason].filter(x => x !== undefined).join(' ')),
    async close() {
      for (const player of players) await player.stop()
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A time from now on, as manifests write it. */
export const soon = (ms: number) => new Date(Date.now() + ms).toISOString()

/** A clock that is wrong. */
export const wrongClock = (skewMs: number): Clock => ({ ...realClock, wallMs: () => Date.now() + skewMs })

/** A slot whose parts are the dispatches 1, 2, ... */
export function slotWith(file: ManifestFile, made: MadeFile, startsInMs: number, lateMs = 5_000): ManifestSlot {
  const parts = made.pieces.map((piece, i) => ({ dispatchId: String(i + 1), title: `Tin ${i + 1}`, play: 1, ...piece }))
  return { slotId: '5', startsAt: soon(startsInMs), startUntil: soon(startsInMs + lateMs), file, parts }
}

/** An emergency, once. */
export function emergencyWith(file: ManifestFile, dispatchId: string): ManifestEmergency {
  return {
    ...{ dispatchId, title: 'Khẩn cấp', issuedAt: soon(0), expiresAt: soon(600_000), times: 1, gapSeconds: 0 },
    ...{ everySeconds: null, afterwards: 'resume', file },
  }
}

/** Two parts of one second each. */
export const shortSlot = () =>
  makeSound([
    { seed: 11, ms: 1_000 },
    { seed: 12, ms: 1_000 },
  ])

/** A second of sound. */
export const shortEmergency = (seed = 21) => makeSound([{ seed, ms: 1_000 }])
