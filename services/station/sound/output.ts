import type { Clock } from '../../runtime/clock.ts'
import type { Sound } from '../core/types.ts'
import { type Decoder, openDecoder } from './decoder.ts'
import { bytesPerSample, toMs, toSamples } from './pcm.ts'
import type { Sink, SinkKind } from './sinks.ts'

export interface OutputEvents {
  /** The next piece, up to `toMs` of the file, is about to be given away; its first sample is due in `dueInMs`. */
  onFeed(soundId: number, toMs: number, dueInMs: number): void
  onEnded(soundId: number): void
  onSink(ok: boolean, why: string): void
}

/** Gives sounds to the sink at the pace of time, never far ahead, so that stopping one stops it. */
export interface Output {
  /** Opens the sink, so that a fault shows before the first slot. */
  warmUp(): Promise<void>
  /** Decodes ahead and opens the sink. */
  prepare(sha256: string, path: string, fromMs: number): void
  play(sound: Sound, path: string): void
  stop(soundId: number): void
  /** The sound ends earlier. */
  limit(soundId: number, toMs: number): void
  close(): Promise<void>
  /** Drops everything, as a power cut would. */
  kill(): void
}

/** Sound is given this far ahead of its time; a stop is heard so much later at the most. */
const aheadMs = 400
/** Silence on an open device is given only this far ahead, for a sound that begins now waits behind it. */
const silenceAheadMs = 120
const pieceMs = 200
/** A sink that takes nothing for so long hangs. */
const hangsMs = 3_000
/** An idle device is closed, so that the amplifier may go to sleep. */
const idleMs = 10_000
const mostWaitMs = 30_000
const settlesMs = 300

interface OpenSink {
  sink: Sink
  /** When the sample with number 0 was due, by the steady clock. */
  zeroMs: number
  /** Samples given so far. */
  given: number
  idleSince: number
}

interface Playing {
  sound: Sound
  toMs: number
  decoder: Decoder
  stopped: boolean
}

/** Makes the output of a player. Sinks are opened when needed, and opened again when they die. */
export function createOutput(kind: SinkKind, clock: Clock, events: OutputEvents): Output {
  let open: OpenSink | undefined
  let opening: Promise<OpenSink | undefined> | undefined
  let playing: Playing | undefined
  let prepared: { sha256: string; fromMs: number; decoder: Decoder } | undefined
  let failures = 0
  let isDown = false
  let closed = false
  const timers = new Set<() => void>()

  const wait = (ms: number) =>
    new Promise<void>(resolve => {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel)
        resolve()
      })
      timers.add(cancel)
    })

  const fail = (why: string) => {
    if (closed) return
    open?.sink.kill()
    open = undefined
    const cut = playing
    playing = undefined
    if (cut) end(cut)
    failures++
    isDown = true
    events.onSink(false, why)
    void wait(Math.min(1_000 * 2 ** (failures - 1), mostWaitMs)).then(() => (closed ? undefined : ensure()))
  }

  const end = (ending: Playing) => {
    ending.stopped = true
    ending.decoder.close()
  }

  const ensure = (): Promise<OpenSink | undefined> => {
    if (open) return Promise.resolve(open)
    opening ??= clock
      .busy(kind.open())
      .then(async sink => {
        if (closed) {
          sink.kill()
          return undefined
        }
        const now = clock.steadyMs()
        const next: OpenSink = { sink, zeroMs: now, given: 0, idleSince: now }
        open = next
        sink.onFailed(why => open === next && fail(why))
        if (!kind.countsSilence)
          await give(next, () => sink.silence(toSamples(silenceAheadMs)), toSamples(silenceAheadMs))
        if (open !== next) return undefined
        // A program that ends at once when its device is missing must not count as mended in between.
        if (isDown && !kind.countsSilence) await wait(settlesMs)
        if (open !== next) return undefined
        if (isDown) events.onSink(true, '')
        isDown = false
        if (!kind.countsSilence) void keepWarm(next)
        return next
      })
      .catch((error: Error) => {
        fail(error.message)
        return undefined
      })
      .finally(() => {
        opening = undefined
      })
    return opening
  }

  /** One write that must come to its end in time. */
  const give = async (to: OpenSink, write: () => Promise<void>, samples: number): Promise<boolean> => {
    to.given += samples
    const cancel = clock.after(hangsMs, () => open === to && fail('the sink takes nothing'))
    try {
      await clock.busy(write())
      return open === to
    } catch (error) {
      if (open === to) fail((error as Error).message)
      return false
    } finally {
      cancel()
    }
  }

  const dueMs = (to: OpenSink) => to.zeroMs + toMs(to.given)

  /** A device wants sound without a break; between two sounds it is silence. */
  const keepWarm = async (to: OpenSink) => {
    while (open === to) {
      if (!playing) {
        if (clock.steadyMs() - to.idleSince > idleMs && !prepared) {
          open = undefined
          await clock.busy(to.sink.end()).catch(() => undefined)
          return
        }
        await fillTo(to, clock.steadyMs() + silenceAheadMs)
      }
      await wait(silenceAheadMs / 2)
    }
  }

  const fillTo = async (to: OpenSink, steadyMs: number): Promise<void> => {
    // A device that ran dry has been silent already; what counts silence must be told of it.
    const lateMs = clock.steadyMs() - dueMs(to)
    if (!kind.countsSilence && lateMs > 0) to.zeroMs += lateMs
    const missing = toSamples(steadyMs - to.zeroMs) - to.given
    if (missing > 0) await give(to, () => to.sink.silence(missing), missing)
  }

  const run = async (now: Playing) => {
    const to = await ensure()
    await now.decoder.ready
    if (!to || now.stopped || open !== to) return
    await fillTo(to, clock.steadyMs())
    let givenMs = now.sound.fromMs
    while (!now.stopped && givenMs < now.toMs) {
      const ahead = dueMs(to) - clock.steadyMs()
      if (ahead > aheadMs - pieceMs) {
        await wait(Math.max(1, ahead - (aheadMs - pieceMs)))
        continue
      }
      if (ahead < 0) await fillTo(to, clock.steadyMs())
      const untilMs = Math.min(givenMs + pieceMs, now.toMs)
      const wanted = toSamples(untilMs) - toSamples(givenMs)
      const pcm = await now.decoder.read(wanted)
      if (now.stopped) return
      const got = pcm.length / bytesPerSample
      if (got === 0) break
      const reachedMs = got < wanted ? givenMs + toMs(got) : untilMs
      events.onFeed(now.sound.id, reachedMs, dueMs(to) - clock.steadyMs())
      if (now.stopped) return
      if (!(await give(to, () => to.sink.write(pcm), got))) return
      givenMs = reachedMs
      if (got < wanted) break
    }
    const left = dueMs(to) - clock.steadyMs()
    if (left > 0 && !now.stopped) await wait(left)
    if (now.stopped) return
    end(now)
    playing = undefined
    failures = 0
    to.idleSince = clock.steadyMs()
    events.onEnded(now.sound.id)
  }

  return {
    warmUp: async () => {
      await ensure()
    },
    prepare(sha256, path, fromMs) {
      prepared?.decoder.close()
      prepared = { sha256, fromMs, decoder: openDecoder(path, fromMs, clock) }
      void ensure()
    },
    play(sound, path) {
      if (playing) end(playing)
      const isPrepared = prepared?.sha256 === sound.sha256 && prepared.fromMs === sound.fromMs
      const decoder = isPrepared && prepared ? prepared.decoder : openDecoder(path, sound.fromMs, clock)
      if (isPrepared) prepared = undefined
      playing = { sound, toMs: sound.toMs, decoder, stopped: false }
      void run(playing)
    },
    stop(soundId) {
      if (playing?.sound.id !== soundId) return
      end(playing)
      playing = undefined
      if (open) open.idleSince = clock.steadyMs()
    },
    limit(soundId, limitMs) {
      if (playing?.sound.id === soundId) playing.toMs = limitMs
    },
    async close() {
      closed = true
      if (playing) end(playing)
      prepared?.decoder.close()
      for (const cancel of timers) cancel()
      const last = open
      open = undefined
      await last?.sink.end().catch(() => undefined)
    },
    kill() {
      closed = true
      if (playing) end(playing)
      prepared?.decoder.close()
      for (const cancel of timers) cancel()
      open?.sink.kill()
      open = undefined
    },
  }
}
