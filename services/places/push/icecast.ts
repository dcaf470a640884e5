import { setTimeout as wait } from 'node:timers/promises'
import type { StationManifest } from '../../domain/station.ts'
import type { StationContext } from '../station-context.ts'
import { stationManifest } from '../station-manifest.ts'
import { type Begun, type DuePlay, duePlay, withdrawnParts } from './due.ts'
import { IcecastRefused, type IcecastSource, openIcecast } from './icecast-client.ts'
import { heardFrames, type Mp3Frame, mp3Frames, silentFrame } from './mp3.ts'
import { beginPlay, begunPlays, endPlay, type PlayTarget, resumePlay, soundOf } from './plays.ts'
import { noteTry, type PlayedTo } from './settings.ts'

/** How often it is looked whether something is due, and how far sound is sent ahead of its time. */
const tickMs = 100
const leadMs = 400
/** Without a poke the manifest is looked at this often: time alone may have brought a slot near. */
const refreshMs = 10_000
const longestBackoffMs = 30_000

/** Something that is being streamed. */
interface OnAir {
  play: DuePlay
  sound: Buffer
  frames: (Mp3Frame & { atMs: number })[]
  /** Next frame. */
  next: number
}

/** A stream to one mount. */
export interface Streamer {
  /** The manifest may have changed. */
  wake(): void
  /** Resolves when the connection is closed and what was on air is noted. */
  stop(): Promise<void>
}

/**
 * Streams to a station's Icecast mount what is due by its manifest, at the pace at which it is heard: slots at their time,
 * an emergency at once in the middle of a slot, which then goes on with the part that was cut. Between them silence, or no
 * connection. What the log says of it is that Loa sent it: whether anybody listened is not known.
 */
export function startIcecast(ctx: StationContext, settings: PlayedTo & { kind: 'icecast' }): Streamer {
  const target: PlayTarget = { stationId: settings.stationId, kind: 'icecast' }
  const stopping = new AbortController()
  let stale = true
  let backoffMs = 1_000

  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await stream(ctx, settings, target, stopping.signal, {
          isStale() {
            const was = stale
            stale = false
            return was
          },
          opened() {
            backoffMs = 1_000
          },
        })
      } catch (error) {
        if (stopping.signal.aborted) break
        const code = error instanceof IcecastRefused ? error.code : 'failed'
        ctx.log.warn(
          { stationId: target.stationId, code, err: error },
          'icecast: a stream was lost; it is opened again',
        )
        await noteTry(ctx, target.stationId, 'icecast', code).catch(() => undefined)
        await wait(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined)
        backoffMs = Math.min(backoffMs * 2, longestBackoffMs)
        stale = true
      }
    }
  })()
  return {
    wake: () => {
      stale = true
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

interface StreamHooks {
  /** Tells once that the manifest may be old. */
  isStale(): boolean
  opened(): void
}

/** One life of the stream, until it is stopped or fails. */
async function stream(
  ctx: StationContext,
  settings: PlayedTo & { kind: 'icecast' },
  target: PlayTarget,
  signal: AbortSignal,
  hooks: StreamHooks,
): Promise<void> {
  let begun: Begun = await begunPlays(ctx, target)
  let manifest: StationManifest | undefined
  let readAt = 0
  let source: IcecastSource | undefined
  let onAir: OnAir | undefined
  let suspended: OnAir | undefined
  /** Sound is owed since then, and this much has been sent. */
  let since = 0
  let sentMs = 0

  const open = async (name: string) => {
    if (source) return source
    source = await openIcecast({ ...settings.settings, password: settings.password, name }, signal)
    since = performance.now()
    sentMs = 0
    hooks.opened()
    await noteTry(ctx, target.stationId, 'icecast', null)
    return source
  }
  const stopOnAir = async (reason: string) => {
    if (onAir) await endPlay(ctx, target, onAir.play, 'interrupted', { reason, positionMs: positionOf(onAir) })
    onAir = undefined
  }

  try {
    while (!signal.aborted) {
      if (hooks.isStale() || Date.now() - readAt > refreshMs) {
        manifest = (await stationManifest(ctx, target.stationId))?.manifest
        begun = await begunPlays(ctx, target)
        readAt = Date.now()
      }
      if (!manifest) throw new Error('the station is no longer in use')
      const now = ctx.now()
      if (onAir && isWithdrawn(onAir.play, manifest)) await stopOnAir('withdrawn')
      if (onAir) leaveOut(onAir, manifest)
      const due = duePlay(manifest, begun, now)
      const interrupts = due?.emergency !== undefined && onAir?.play.slot !== undefined
      if (due && (!onAir || interrupts) && !(suspended && !due.emergency)) {
        const sound = await soundOf(ctx, due.file.sha256)
        await open(manifest.stationName)
        if (onAir) {
          const { afterwards } = due.emergency ?? {}
          suspended = afterwards === 'resume' ? atPartStart(onAir) : undefined
          await stopOnAir('emergency')
        }
        if (await beginPlay(ctx, target, due)) {
          onAir = { play: due, sound, frames: heardFrames(mp3Frames(sound), []), next: 0 }
          leaveOut(onAir, manifest)
        }
        begun.set(due.ref, { beganAt: now, ended: false })
      } else if (!due && !onAir && suspended && !emergencyAhead(manifest, begun, now)) {
        onAir = suspended
        suspended = undefined
        leaveOut(onAir, manifest)
        await resumePlay(ctx, target, onAir.play, positionOf(onAir))
      }
      if (onAir || suspended || settings.settings.silence) await open(manifest.stationName)
      else {
        source?.close()
        source = undefined
      }
      if (source) {
        // A machine that slept owes the listeners nothing of what it missed.
        if (performance.now() - since - sentMs > 2_000) since = performance.now() - sentMs
        while (sentMs < performance.now() - since + leadMs) {
          const frame = onAir?.frames[onAir.next]
          if (onAir && !frame) {
            await endPlay(ctx, target, onAir.play, 'ended')
            onAir = undefined
            break
          }
          if (onAir && frame) {
            await source.write(onAir.sound.subarray(frame.offset, frame.offset + frame.bytes))
            onAir.next += 1
          } else await source.write(silentFrame.bytes)
          sentMs += frame?.ms ?? silentFrame.ms
        }
      }
      await wait(tickMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    source?.close()
    await stopOnAir(signal.aborted ? 'stopped' : 'connection-lost').catch(() => undefined)
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
