import { setTimeout as wait } from 'node:timers/promises'
import type { StationManifest } from '../../domain/station.ts'
import type { StationContext } from '../station-context.ts'
import { stationManifest } from '../station-manifest.ts'
import { type Begun, type DuePlay, duePlay, withdrawnParts } from './due.ts'
import { type IcecastSource, openIcecast } from './icecast-client.ts'
import { heardFrames, type Mp3Frame, mp3Frames, silentFrame } from './mp3.ts'
import { beginPlay, begunPlays, endPlay, type PlayTarget, resumePlay, soundOf } from './plays.ts'
import { noteTry, type PlayedTo } from './settings.ts'

/** How often it is looked whether something is due, and how far sound is sent ahead of its time. */
const tickMs = 100
const leadMs = 400
/** Without a poke the manifest is looked at this often: time alone may have brought a slot near. */
const refreshMs = 10_000
/** A machine that slept longer than this owes the listeners nothing of what it missed. */
const forgivenMs = 2_000

/** Something that is being streamed. */
interface OnAir {
  play: DuePlay
  sound: Buffer
  frames: (Mp3Frame & { atMs: number })[]
  /** Next frame. */
  next: number
}

/** What the streamer tells and wants to know. */
export interface StreamHooks {
  /** Tells once that the manifest may be old. */
  isStale(): boolean
  opened(): void
}

/** One life of the stream. */
interface Life {
  ctx: StationContext
  settings: PlayedTo & { kind: 'icecast' }
  target: PlayTarget
  signal: AbortSignal
  hooks: StreamHooks
  manifest: StationManifest
  begun: Begun
  readAt: number
  source: IcecastSource | undefined
  onAir: OnAir | undefined
  /** A slot that an emergency has cut. */
  suspended: OnAir | undefined
  /** Sound is owed since then, and this much has been sent. */
  since: number
  sentMs: number
}

/** Streams until it is stopped or fails; what is on air then is noted as interrupted. */
export async function stream(
  ctx: StationContext,
  settings: PlayedTo & { kind: 'icecast' },
  target: PlayTarget,
  signal: AbortSignal,
  hooks: StreamHooks,
): Promise<void> {
  const life: Life = {
    ...{ ctx, settings, target, signal, hooks, ...(await readPlan(ctx, target)) },
    ...{ source: undefined, onAir: undefined, suspended: undefined, since: 0, sentMs: 0 },
  }
  try {
    while (!signal.aborted) {
      if (hooks.isStale() || Date.now() - life.readAt > refreshMs) Object.assign(life, await readPlan(ctx, target))
      await change(life)
      if (life.onAir || life.suspended || settings.settings.silence) await send(life, await opened(life))
      else {
        life.source?.close()
        life.source = undefined
      }
      await wait(tickMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    life.source?.close()
    await interrupt(life, signal.aborted ? 'stopped' : 'connection-lost').catch(() => undefined)
  }
}

async function readPlan(
  ctx: StationContext,
  target: PlayTarget,
): Promise<{ manifest: StationManifest; begun: Begun; readAt: number }> {
  const current = await stationManifest(ctx, target.stationId)
  if (!current) throw new Error('the station is no longer in use')
  return { manifest: current.manifest, begun: await begunPlays(ctx, target), readAt: Date.now() }
}

/** The open source; opens it when it is not. */
async function opened(life: Life): Promise<IcecastSource> {
  const { ctx, settings, target, manifest, signal } = life
  if (life.source) return life.source
  const mount = { ...settings.settings, password: settings.password, name: manifest.stationName }
  life.source = await openIcecast(mount, signal)
  life.since = performance.now()
  life.sentMs = 0
  life.hooks.opened()
  await noteTry(ctx, target.stationId, 'icecast', null)
  return life.source
}

/** Puts on air what is due, takes off what was taken back, and lets a cut slot go on. */
async function change(life: Life): Promise<void> {
  const { ctx, manifest, begun, target } = life
  const now = ctx.now()
  if (life.onAir && isWithdrawn(life.onAir.play, manifest)) await interrupt(life, 'withdrawn')
  if (life.onAir) leaveOut(life.onAir, manifest)
  const due = duePlay(manifest, begun, now)
  const free = life.onAir === undefined && life.suspended === undefined
  if (due && (free || (due.emergency && !life.onAir?.play.emergency))) await begin(life, due, now)
  else if (!due && !life.onAir && life.suspended && !emergencyAhead(manifest, begun, now)) {
    life.onAir = life.suspended
    life.suspended = undefined
    leaveOut(life.onAir, manifest)
    await resumePlay(ctx, target, life.onAir.play, positionOf(life.onAir))
  }
}

async function begin(life: Life, due: DuePlay, now: Date): Promise<void> {
  const { ctx, target, manifest, begun } = life
  const sound = await soundOf(ctx, due.file.sha256)
  // A server that is away must not use up the play.
  await opened(life)
  if (life.onAir) {
    life.suspended = due.emergency?.afterwards === 'resume' ? atPartStart(life.onAir) : undefined
    await interrupt(life, 'emergency')
  }
  if (await beginPlay(ctx, target, due, manifest.withdrawn)) {
    life.onAir = { play: due, sound, frames: heardFrames(mp3Frames(sound), []), next: 0 }
    leaveOut(life.onAir, manifest)
  }
  begun.set(due.ref, { beganAt: now, ended: false })
}

async function interrupt(life: Life, reason: string): Promise<void> {
  const { ctx, target, onAir } = life
  life.onAir = undefined
  if (onAir) await endPlay(ctx, target, onAir.play, 'interrupted', { reason, positionMs: positionOf(onAir) })
}

/** Sends what is owed up to now and a little ahead: the sound that is on air, else silence. */
async function send(life: Life, source: IcecastSource): Promise<void> {
  const { ctx, target } = life
  if (performance.now() - life.since - life.sentMs > forgivenMs) life.since = performance.now() - life.sentMs
  while (life.sentMs < performance.now() - life.since + leadMs) {
    const { onAir } = life
    const frame = onAir?.frames[onAir.next]
    if (onAir && !frame) {
      life.onAir = undefined
      await endPlay(ctx, target, onAir.play, 'ended')
      return
    }
    if (onAir && frame) {
      await source.write(onAir.sound.subarray(frame.offset, frame.offset + frame.bytes))
      onAir.next += 1
    } else await source.write(silentFrame.bytes)
    life.sentMs += frame?.ms ?? silentFrame.ms
  }
}

function positionOf({ frames, next }: OnAir): number {
  const frame = frames[next] ?? frames.at(-1)
  return Math.round(frame?.atMs ?? 0)
}

/** Set back to the beginning of the part that was cut. */
function atPartStart(onAir: OnAir): OnAir {
  const at = positionOf(onAir)
  const part = onAir.play.slot?.parts.find(p => p.startMs <= at && at < p.endMs)
  const next = part ? onAir.frames.findIndex(f => f.atMs >= part.startMs) : onAir.next
  return { ...onAir, next: Math.max(0, next) }
}

/** Drops what was taken back meanwhile from what is still to be heard. */
function leaveOut(onAir: OnAir, manifest: StationManifest): void {
  const gone = withdrawnParts(onAir.play.slot, manifest.withdrawn)
  if (gone.length === 0) return
  const heard = onAir.frames.slice(0, onAir.next)
  const ahead = onAir.frames
    .slice(onAir.next)
    .filter(f => !gone.some(g => f.atMs + f.ms / 2 >= g.startMs && f.atMs + f.ms / 2 < g.endMs))
  onAir.frames = [...heard, ...ahead]
}

function isWithdrawn({ emergency, slot }: DuePlay, manifest: StationManifest): boolean {
  if (emergency) return manifest.withdrawn.includes(emergency.dispatchId)
  return slot !== undefined && slot.parts.length > 0 && slot.parts.every(p => manifest.withdrawn.includes(p.dispatchId))
}

/** True while an emergency still owes its first plays: a slot does not go on in the gap between them. */
function emergencyAhead(manifest: StationManifest, begun: Begun, now: Date): boolean {
  return manifest.emergencies.some(
    e =>
      !manifest.withdrawn.includes(e.dispatchId) &&
      Date.parse(e.expiresAt) > now.getTime() &&
      Array.from({ length: e.times }, (_, i) => `emergency:${e.dispatchId}:${i + 1}`).some(ref => !begun.has(ref)),
  )
}
