import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../services/domain/errors.ts'
import { diskFull, isDiskFull } from '../run-tool.ts'
import { trackRate } from './chime.ts'
import { probe, type RunLimits } from './ffmpeg.ts'
import { decodePass, filterPass, type Level, levelPass, type Sound } from './passes.ts'
import { audioFailed } from './tool.ts'

/** What every file must measure after decoding (EBU R 128 and TD1008 practice, chosen for horn loudspeakers). */
export const standard = { lufs: -16, toleranceLu: 0.5, maxDbtp: -1.5, minHeadSilenceSeconds: 1 } as const

// 180-7500 Hz: horns make only reverberation of what is below and nothing of what is above. The 3 dB at 2.2 kHz help
// the consonants. The compressor must be quick: the Southern and Central voices have sharp pulses (peak 20 dB over
// loudness), which an attack of 5 ms lets through; 1 ms measured 3 dB less.
export const hornChain =
  'highpass=f=180,lowpass=f=7500,equalizer=f=2200:t=q:w=1:g=3,' +
  'acompressor=threshold=-24dB:ratio=4:attack=1:release=60'

/** Quieter than this (LUFS after the filter) nobody would hear anything. */
export const silentLufs = -50

/** Ceiling of a track: leaves the MP3 encoder, which makes peaks higher, room below -1.5 dBTP. */
const trackCeilingDb = -3.4
const trackToleranceLu = 0.2
const trackAttempts = 6

export interface WorkTools {
  /** A private folder for intermediate files; the caller removes it. */
  workDir: string
  signal: AbortSignal
  /** How long a program may do nothing, or take at the least, ms; half a minute unless told. */
  patienceMs?: number
}

/** One reading on disk: FLAC, mono, at {@link trackRate}, filtered for horns, -16 LUFS, without chime or lead. */
export interface VoiceTrack {
  path: string
  lufs: number
  durationSeconds: number
}

/** Room for a machine that does ten things at once; measured: 0.02 s of work per second of sound. */
export function passLimits(seconds: number, { signal, patienceMs = usualPatienceMs }: WorkTools): RunLimits {
  return { signal, timeoutMs: patienceMs + seconds * 500 }
}

const usualPatienceMs = 30_000

/** A track while it is being levelled: what it will be, and its samples at {@link trackRate} as they come. */
export interface LiveTrack extends VoiceTrack {
  samples: AsyncIterable<Buffer>
}

/** Works with a track before it is finished; it must read all samples. Called again when the level was missed. */
export type Follow<T> = (live: LiveTrack, limits: RunLimits) => Promise<T>

/**
 * Makes the voice track of one reading while it is being spoken. Every track has the same loudness, so that a slot may join
 * any of them. The same samples give the same bytes.
 * @param name of its files in the working folder, without extension
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | setup.disk-full, and what the sound throws
 */
export async function makeTrack(sound: Sound, name: string, tools: WorkTools): Promise<VoiceTrack> {
  const { track } = await makeTrackWith(sound, name, tools, async ({ samples }) => {
    for await (const _ of samples);
  })
  return track
}

/** As {@link makeTrack}, and lets a follower work with the samples meanwhile. */
export async function makeTrackWith<T>(
  sound: Sound,
  name: string,
  tools: WorkTools,
  follow: Follow<T>,
): Promise<{ track: VoiceTrack; followed: T }> {
  try {
    return await make(sound, name, tools, follow)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error
  }
}

async function make<T>(
  sound: Sound,
  name: string,
  tools: WorkTools,
  follow: Follow<T>,
): Promise<{ track: VoiceTrack; followed: T }> {
  const filtered = join(tools.workDir, `${name}.pcm`)
  const { signal, patienceMs = usualPatienceMs } = tools
  try {
    const given = counted(sound.samples)
    const before = await filterPass({ ...sound, samples: given.samples }, hornChain, filtered, { signal, patienceMs })
    if (before.lufs < silentLufs) throw silentError()
    const durationSeconds = (await stat(filtered)).size / 2 / trackRate
    const givenSeconds = given.bytes() / 2 / sound.rate
    if (Math.abs(durationSeconds - givenSeconds) > lengthTolerance) {
      throw audioFailed(`${givenSeconds} s of speech became ${durationSeconds} s`)
    }
    const path = join(tools.workDir, `${name}.flac`)
    return await level({ fromPath: filtered, before, path, durationSeconds, follow, tools })
  } finally {
    await rm(filtered, { force: true })
  }
}

/** Seconds that resampling may add or take; a word is longer. */
const lengthTolerance = 0.05

/** Counts samples on their way. ffmpeg gives no summary of nothing at all. @throws AppError audio.silent */
function counted(samples: AsyncIterable<Buffer>): { samples: AsyncIterable<Buffer>; bytes(): number } {
  let bytes = 0
  async function* passed(): AsyncGenerator<Buffer> {
    for await (const chunk of samples) {
      bytes += chunk.length
      yield chunk
    }
    if (bytes === 0) throw silentError()
  }
  return { samples: passed(), bytes: () => bytes }
}

interface Levelling<T> {
  fromPath: string
  before: Level
  path: string
  durationSeconds: number
  follow: Follow<T>
  tools: WorkTools
}

/** Brings the filtered samples to -16 LUFS under the ceiling. */
async function level<T>(job: Levelling<T>): Promise<{ track: VoiceTrack; followed: T }> {
  const { fromPath, before, path, durationSeconds } = job
  const toPath = `${path}.part`
  let gainDb = standard.lufs - before.lufs + limiterLossDb(before)
  let last: { gainDb: number; lufs: number } | undefined
  const follow = (samples: AsyncIterable<Buffer>, limits: RunLimits) =>
    job.follow({ path, lufs: standard.lufs, durationSeconds, samples }, limits)
  try {
    for (let attempt = 1; ; attempt++) {
      const pass = { fromPath, gainDb, ceilingDb: trackCeilingDb, toPath, follow }
      const { lufs, followed } = await levelPass(pass, passLimits(durationSeconds, job.tools))
      const missing = standard.lufs - lufs
      const good = Math.abs(missing) <= trackToleranceLu
      if (good || (attempt === trackAttempts && Math.abs(missing) <= standard.toleranceLu)) {
        await syncAndRename(toPath, path)
        return { track: { path, lufs, durationSeconds }, followed }
      }
      if (attempt === trackAttempts) throw audioFailed(`a voice track reached ${lufs} LUFS only`)
      const step = missing / response(last, gainDb, lufs)
      last = { gainDb, lufs }
      gainDb += step
    }
  } finally {
    await rm(toPath, { force: true })
  }
}

/** What the limiter takes away: the more, the farther the peaks stand out. Fitted to the three voices of espeak-ng. */
function limiterLossDb({ lufs, peakDb }: Level): number {
  return Math.min(3, 0.45 * Math.max(0, peakDb - lufs - 14.4))
}

/**
 * How much louder a file became per decibel of gain at the last correction: 1 at first, less where a limiter (or a chime
 * that is not turned up) holds against it. Bounded, because loudness is only printed to a tenth.
 */
export function response(before: { gainDb: number; lufs: number } | undefined, gainDb: number, lufs: number): number {
  if (!before || gainDb === before.gainDb) return 1
  return Math.min(1, Math.max(0.25, (lufs - before.lufs) / (gainDb - before.gainDb)))
}

/**
 * A track as it was stored; {@link makeTrack} brought it to the standard loudness, so only its length is asked. Renditions
 * from before tracks were kept have their broadcast file alone: it is played whole, with its own silence and chime, and its
 * level is measured, since it was levelled together with them. A slot must not fall out because of its oldest item.
 * @param name of a decoded copy in the working folder, without extension
 */
export async function openTrack(path: string, name: string, tools: WorkTools): Promise<VoiceTrack> {
  const { codec, channels, durationSeconds } = await probe(path, passLimits(0, tools))
  if (!(durationSeconds > 0)) throw audioFailed(`a voice track is ${codec}, ${durationSeconds} s`)
  if (codec === 'flac' && channels === 1) return { path, durationSeconds, lufs: standard.lufs }
  if (codec !== 'mp3') throw audioFailed(`a voice track is ${codec}, ${channels} channel(s)`)
  const decoded = join(tools.workDir, `${name}.flac`)
  const { lufs } = await decodePass(path, decoded, passLimits(durationSeconds, tools))
  if (lufs < silentLufs) throw silentError()
  // Asked of the decoded file: the length of an MP3 without a head is a guess by its size.
  const { durationSeconds: exact } = await probe(decoded, passLimits(0, tools))
  return { path: decoded, durationSeconds: exact, lufs }
}

/** Puts a finished file in place, safely on disk: nobody ever sees half a file. */
export async function syncAndRename(partPath: string, path: string): Promise<void> {
  const file = await open(partPath, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partPath, path)
}

/** The error for a reading in which nothing can be heard. */
export function silentError(): AppError {
  return new AppError('audio.silent', {
    vi: 'Bài đọc không có nội dung nào phát ra tiếng. Ông/Bà vui lòng kiểm tra lại nội dung bài đọc.',
    en: 'Nothing in the reading can be heard. Please check the text to be read aloud.',
  })
}
