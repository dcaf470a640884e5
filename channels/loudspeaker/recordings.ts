import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnnouncementContent } from '../../services/domain/announcement.ts'
import type { Sentence } from '../../services/domain/errors.ts'
import type { RenderTools, TakenRecording } from '../contract.ts'
import { hornChain, standard } from './audio.ts'
import { broadcastRate } from './chime.ts'
import {
  decodeToFile,
  encodeFlac,
  filterAndMeasure,
  type Inspected,
  inspect,
  type Measured,
  measure,
  type RawAudio,
  type RunLimits,
} from './ffmpeg.ts'
import { fileKindOf, isCutOff } from './recording-kind.ts'
import {
  cutOff,
  longestRecordingSeconds,
  notAudio,
  shortestRecordingSeconds,
  silent,
  tooLong,
  tooManyChannels,
  tooShort,
  unreadable,
} from './recording-refusals.ts'
import { audioFailed, diskFull, isDiskFull } from './tool.ts'

export const trackFileName = 'voice.flac'
export const trackMime = 'audio/flac'

/** Under this there is nothing to be heard, as for spoken texts. */
const silentLufs = -50
/** More gain than this brings up noise with the voice. */
const muchGainDb = 20

/**
 * Makes a track for horns of whatever an officer has uploaded: looked at by its bytes and by ffprobe, decoded to its end,
 * filtered like a spoken text, and brought to -16 LUFS. The track is lossless and mono, so that it is encoded once.
 * @param inputPath as it came; neither its name nor its declared type is trusted
 * @param outPath the FLAC
 * @param tools.workDir for samples (5 MB a minute), which are removed
 * @throws AppError recording.not-audio | recording.unreadable | recording.too-long | recording.too-short |
 *   recording.silent | recording.channels | audio.tool-missing | audio.failed | setup.disk-full
 */
export async function levelRecording(
  inputPath: string,
  outPath: string,
  tools: { workDir: string; signal: AbortSignal },
): Promise<TakenRecording> {
  const decoded: RawAudio = { path: join(tools.workDir, 'decoded.pcm'), rate: broadcastRate }
  const filtered: RawAudio = { path: join(tools.workDir, 'recorded-filtered.pcm'), rate: broadcastRate }
  try {
    const { demuxer, name, claimedSeconds } = await examine(inputPath, tools.signal)
    const seconds = await decodeAll(inputPath, demuxer, decoded, claimedSeconds, tools.signal)
    const limits = limitsFor(seconds, tools.signal)
    const before = await filterAndMeasure(decoded, 'anull', filtered, limits)
    const heard = await filterAndMeasure(decoded, hornChain, filtered, limits)
    if (heard.lufs < silentLufs) throw silent()
    const after = await level(filtered, heard.lufs, outPath, limits)
    const gainDb = standard.lufs - before.lufs
    return {
      file: { name: trackFileName, mime: trackMime, path: outPath, sizeBytes: (await stat(outPath)).size },
      format: name,
      durationSeconds: Math.round(seconds * 100) / 100,
      before: { lufs: before.lufs, peakDb: before.peakDb },
      after: { lufs: after.lufs, dbtp: after.dbtp },
      warnings: gainDb > muchGainDb ? [tooQuiet(before.lufs)] : [],
    }
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error
  } finally {
    await Promise.all([decoded, filtered].map(({ path }) => rm(path, { force: true })))
  }
}

/** Measured: 0.03 s of work per second of sound; the rest is room for a busy machine. */
const limitsFor = (seconds: number, signal: AbortSignal): RunLimits => ({ signal, timeoutMs: 30_000 + seconds * 500 })

async function examine(
  path: string,
  signal: AbortSignal,
): Promise<{ demuxer: string; name: string; claimedSeconds: number | undefined }> {
  const kind = await fileKindOf(path)
  if (kind.is !== 'sound') throw notAudio(kind.is)
  const found = await inspect(path, kind.demuxer, { signal, timeoutMs: 30_000, unreadable: unreadable() })
  refuseByStreams(found)
  const { durationSeconds: claimedSeconds } = found
  if (claimedSeconds !== undefined && claimedSeconds > longestRecordingSeconds) throw tooLong(claimedSeconds)
  return { demuxer: kind.demuxer, name: kind.name, claimedSeconds }
}

function refuseByStreams({ sounds, film }: Inspected): void {
  if (film) throw notAudio('film')
  const [first] = sounds
  if (!first) throw notAudio('mute-film')
  if (first.channels > 2) throw tooManyChannels(first.channels)
}

/** @returns seconds of sound that are really there */
async function decodeAll(
  path: string,
  demuxer: string,
  into: RawAudio,
  claimedSeconds: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  // A little more than is allowed, so that too much can be told from just enough.
  const maxSeconds = longestRecordingSeconds + 2
  await decodeToFile({ path, format: demuxer }, into, {
    ...limitsFor(maxSeconds, signal),
    maxSeconds,
    unreadable: unreadable(),
  })
  const seconds = (await stat(into.path)).size / 2 / into.rate
  if (seconds === 0) throw unreadable()
  if (seconds > longestRecordingSeconds + 1) throw tooLong(undefined)
  // Formats round their lengths by frames, and some count the encoder's delay.
  const missing = (claimedSeconds ?? 0) - seconds
  if (missing > Math.max(0.5, seconds * 0.02)) throw cutOff(seconds, claimedSeconds)
  if (await isCutOff(path, demuxer)) throw cutOff(seconds)
  if (seconds < shortestRecordingSeconds) throw tooShort(seconds)
  return seconds
}

const firstCeilingDb = -1.9
const attempts = 10
/** Aimed at: narrower than the standard, because another meter may differ by a tenth. */
const inner = { toleranceLu: 0.3, maxDbtp: standard.maxDbtp - 0.1 }

/** Gain and ceiling are corrected until the finished file measures right. The limiter takes some loudness away. */
async function level(speech: RawAudio, lufs: number, output: string, limits: RunLimits): Promise<Measured> {
  let gainDb = standard.lufs - lufs
  let ceilingDb = firstCeilingDb
  for (let attempt = 1; ; attempt++) {
    await encodeFlac({ speech, gainDb, ceilingDb, output }, limits)
    const measured = await measure(output, limits)
    const bounds = attempt <= attempts / 2 ? inner : standard
    const missing = standard.lufs - measured.lufs
    const excess = measured.dbtp - bounds.maxDbtp
    if (Math.abs(missing) <= bounds.toleranceLu && excess <= 0) return measured
    if (attempt === attempts) throw audioFailed(`recording: measured ${measured.lufs} LUFS, ${measured.dbtp} dBTP`)
    // More than what is missing, because the limiter swallows a part of each step.
    gainDb += missing * (attempt > 1 ? 1.5 : 1)
    if (excess > 0) ceilingDb -= excess + 0.1
  }
}

function tooQuiet(lufs: number): Sentence {
  const level = Math.round(lufs)
  return {
    vi: `Bản ghi rất nhỏ (${level} LUFS) nên đã được tăng âm nhiều; tạp âm cũng lớn theo. Ông/Bà nên nghe lại, nếu cần thì ghi gần micrô hơn.`,
    en: `The recording is very quiet (${level} LUFS) and was turned up a lot, its noise with it. Listen to it, and record closer to the microphone if needed.`,
  }
}

export type RecordingVariant = NonNullable<AnnouncementContent['variants']['recording']>

/** A lossless track of one voice, filtered and levelled: what a broadcast file is put together from. */
export interface RecordedVoiceTrack {
  /** FLAC, mono, 44.1 kHz. */
  path: string
  /** Names what is heard, like the id of a voice: `recording:bru`. */
  voiceId: string
  durationSeconds: number
  lufs: number
  dbtp: number
}

/**
 * The track of an uploaded recording, as the store has it: another way to a track than speaking a text.
 * @throws AppError recording.unknown when the file is not there; audio.failed when it is no track of ours
 */
export async function recordingTrack(recording: RecordingVariant, tools: RenderTools): Promise<RecordedVoiceTrack> {
  if (!tools.file) throw audioFailed('this process cannot read stored files')
  const path = await tools.file(recording.sha256)
  const broken = audioFailed(`recording ${recording.sha256.slice(0, 12)} is no track`)
  const found = await inspect(path, 'flac', { signal: tools.signal, timeoutMs: 30_000, unreadable: broken })
  const durationSeconds = found.durationSeconds ?? 0
  if (durationSeconds <= 0 || found.sounds[0]?.channels !== 1) throw broken
  const { lufs, dbtp } = await measure(path, limitsFor(durationSeconds, tools.signal))
  return { path, voiceId: `recording:${recording.language}`, durationSeconds, lufs, dbtp }
}
