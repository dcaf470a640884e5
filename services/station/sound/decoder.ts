import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../../runtime/clock.ts'
import { bytesPerSample, sampleRate, toSamples } from './pcm.ts'

/** A file being decoded, ahead of its use by as much as the pipes hold (some two seconds). */
export interface Decoder {
  /** @returns exactly so many samples, fewer at the end of the file, none after it */
  read(samples: number): Promise<Buffer>
  /** Resolves when the first sound is there, or the file has none. */
  ready: Promise<void>
  close(): void
}

/**
 * Decodes a file from a position on. ffmpeg reads it from its beginning and leaves away what comes before: the only way
 * to hit the sample in an MP3 without an index, and fast enough (a quarter of an hour in a second or two).
 * @param fromMs where the sound begins
 */
export function openDecoder(path: string, fromMs: number, clock: Clock): Decoder {
  const chain =
    `aresample=${sampleRate},aformat=sample_fmts=s16:channel_layouts=mono,` +
    `atrim=start_sample=${toSamples(fromMs)},asetpts=PTS-STARTPTS`
  const child = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-hide_banner', '-nostats', '-v', 'error', '-protocol_whitelist', 'file,pipe'],
      ...['-i', `file:${path}`, '-map', '0:a:0', '-af', chain],
      ...['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true },
  )
  return reader(child, clock)
}

function reader(child: ChildProcess, clock: Clock): Decoder {
  const { stdout } = child
  let waiting: Buffer[] = []
  let size = 0
  let ended = false
  let wake: (() => void) | undefined
  const changed = () => {
    wake?.()
    wake = undefined
  }
  // More than this ahead only fills the memory.
  const enough = 4 * sampleRate * bytesPerSample
  stdout?.on('data', (chunk: Buffer) => {
    waiting.push(chunk)
    size += chunk.length
    if (size > enough) stdout.pause()
    changed()
  })
  const end = () => {
    ended = true
    changed()
  }
  stdout?.on('end', end)
  stdout?.on('error', end)
  // ffmpeg missing or broken: the file gives nothing, and the rule book says what that means.
  child.on('error', end)

  const until = async (condition: () => boolean) => {
    while (!condition() && !ended) {
      await clock.busy(
        new Promise<void>(resolve => {
          wake = resolve
        }),
      )
    }
  }
  // One caller at a time; reads wait for the first sound to have come.
  const ready = until(() => size > 0)
  return {
    ready,
    async read(samples) {
      await ready
      const wanted = samples * bytesPerSample
      await until(() => size >= wanted)
      const all = Buffer.concat(waiting, size)
      const given = all.subarray(0, Math.min(wanted, size - (size % bytesPerSample)))
      waiting = [all.subarray(given.length)]
      size = all.length - given.length
      if (size < enough / 2) stdout?.resume()
      return given
    },
    close() {
      ended = true
      changed()
      stdout?.destroy()
      child.kill('SIGKILL')
    },
  }
}
