import { sleep } from '../../runtime/signals.ts'
import type { StationContext } from '../station-context.ts'
import { stationManifest } from '../station-manifest.ts'
import { AxisRefused, axisClient } from './axis-client.ts'
import { type DuePlay, duePlay, withdrawnParts } from './due.ts'
import type { Streamer } from './icecast.ts'
import { withoutParts } from './mp3.ts'
import { beginPlay, begunPlays, endPlay, type PlayTarget, soundOf, takeBackPlay } from './plays.ts'
import { noteTry, type PlayedTo } from './settings.ts'

const lookMs = 1_000
const longestBackoffMs = 30_000

/** A clip that should be sounding now. */
interface Sounding {
  play: DuePlay
  clip: string
  endsAt: number
}

/**
 * Plays to a network loudspeaker what is due by the station's manifest: the clip is uploaded, then played, then removed. A
 * slot is cut without what was taken back. "Accepted" is all that such a device tells: it took the clip and said that it
 * plays. An emergency stops a slot, which is given up: the device does not say where it was.
 */
export function startAxis(ctx: StationContext, settings: PlayedTo & { kind: 'axis' }): Streamer {
  const target: PlayTarget = { stationId: settings.stationId, kind: 'axis' }
  const client = axisClient({ ...settings.settings, password: settings.password })
  const stopping = new AbortController()
  const { signal } = stopping
  let sleeper = new AbortController()
  let sounding: Sounding | undefined
  let backoffMs = lookMs

  const start = async (play: DuePlay, withdrawn: string[]) => {
    const sound = withoutParts(await soundOf(ctx, play.file.sha256), withdrawnParts(play.slot, withdrawn))
    // Uploading is no playing: what fails up to here is tried again, as long as it is due.
    const clip = await client.upload(`loa-${play.ref.replaceAll(':', '-')}`, sound, signal)
    if (sounding) await silence('emergency')
    if (!(await beginPlay(ctx, target, play, withdrawn))) return await client.remove(clip, signal)
    try {
      await client.play(clip, signal)
    } catch (error) {
      const reason = error instanceof AxisRefused ? error.code : 'failed'
      // A device that says no is silent. One that does not answer may play: a slot is not begun twice, but an emergency is
      // better heard twice than never.
      if (play.emergency || reason !== 'unreachable') await takeBackPlay(ctx, target, play, reason)
      else await endPlay(ctx, target, play, 'failed', { reason })
      await client.remove(clip, signal).catch(() => undefined)
      throw error
    }
    await endPlay(ctx, target, play, 'accepted')
    await noteTry(ctx, target.stationId, 'axis', null)
    sounding = { play, clip, endsAt: ctx.now().getTime() + play.file.durationMs }
  }
  const silence = async (reason: string) => {
    const was = sounding
    sounding = undefined
    if (!was) return
    await client.stop(signal)
    await endPlay(ctx, target, was.play, 'interrupted', { reason })
    await client.remove(was.clip, signal)
  }
  const look = async () => {
    const manifest = (await stationManifest(ctx, target.stationId))?.manifest
    if (!manifest) return
    const now = ctx.now()
    if (sounding && sounding.endsAt <= now.getTime()) {
      const { clip } = sounding
      sounding = undefined
      await client.remove(clip, signal)
    }
    const playing = sounding?.play
    const heard = playing?.emergency
      ? [playing.emergency.dispatchId]
      : (playing?.slot?.parts ?? []).map(p => p.dispatchId)
    if (heard.some(id => manifest.withdrawn.includes(id))) await silence('withdrawn')
    const due = duePlay(manifest, await begunPlays(ctx, target), now)
    if (due && (!sounding || (due.emergency && sounding.play.slot))) await start(due, manifest.withdrawn)
  }

  const running = (async () => {
    while (!signal.aborted) {
      sleeper = new AbortController()
      try {
        await look()
        backoffMs = lookMs
      } catch (error) {
        if (signal.aborted) break
        const code = error instanceof AxisRefused ? error.code : 'failed'
        ctx.log.warn({ stationId: target.stationId, code, err: error }, 'axis: a loudspeaker could not be used')
        await noteTry(ctx, target.stationId, 'axis', code).catch(() => undefined)
        backoffMs = Math.min(backoffMs * 2, longestBackoffMs)
      }
      await sleep(backoffMs, signal, sleeper.signal)
    }
  })()
  return {
    wake: () => sleeper.abort(),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
