import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { AnnouncementContent } from '../../services/domain/announcement.ts'
import { isAppError, type Sentence } from '../../services/domain/errors.ts'
import { type RenderTools, speechFiles, type TakenRecording } from '../contract.ts'
import { diskFull, isDiskFull } from '../run-tool.ts'
import { trackRate } from './chime.ts'
import { decodeToFile, type Inspected, inspect } from './decode.ts'
import { measure, meterPass, type Sound } from './passes.ts'
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
import { audioFailed } from './tool.ts'
import { makeTrack, openTrack, passLimits, standard, type VoiceTrack, type WorkTools } from './track.ts'

/** More gain than this brings up noise with the voice. */
const muchGainDb = 20

/**
 * Makes a track for horns of whatever an officer has uploaded: looked at by its bytes and by ffprobe, decoded to its end,
 * and made a voice track like a spoken text (`track.ts`), so that a slot may join it with others.
 * @param inputPath as it came; neither its name nor its declared type is trusted
 * @param tools.workDir for the track, and for samples (3 MB a minute), which are removed
 * @throws AppError recording.not-audio | recording.unreadable | recording.too-long | recording.too-short |
 *   recording.silent | recording.channels | audio.tool-missing | audio.failed | setup.disk-full
 */
export async function levelRecording(inputPath: string, tools: WorkTools): Promise<TakenRecording> {
  const decoded = join(tools.workDir, 'decoded.pcm')
  try {
    const { demuxer, name, claimedSeconds } = await examine(inputPath, tools.signal)
    const seconds = await decodeAll(inputPath, demuxer, decoded, claimedSeconds, tools)
    const limits = passLimits(seconds, tools)
    const before = await meterPass(soundOf(decoded), limits)
    const { path, lufs } = await trackOf(decoded, tools)
    const { dbtp } = await measure(path, limits)
    return {
      file: { name: speechFiles.track, mime: 'audio/flac', path, sizeBytes: (await stat(path)).size },
      format: name,
      durationSeconds: Math.round(seconds * 100) / 100,
      before,
      after: { lufs, dbtp },
      warnings: standard.lufs - before.lufs > muchGainDb ? [tooQuiet(before.lufs)] : [],
    }
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error
  } finally {
    await rm(decoded, { force: true })
  }
}

const soundOf = (path: string): Sound => ({ rate: trackRate, samples: createReadStream(path) })

/** @throws AppError recording.silent instead of audio.silent, whose sentence is about a text */
async function trackOf(path: string, tools: WorkTools): Promise<VoiceTrack> {
  try {
    return await makeTrack(soundOf(path), basename(speechFiles.track, '.flac'), tools)
  } catch (error) {
    throw isAppError(error) && error.code === 'audio.silent' ? silent() : error
  }
}

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
  into: string,
  claimedSeconds: number | undefined,
  tools: WorkTools,
): Promise<number> {
  // A little more than is allowed, so that too much can be told from just enough.
  const maxSeconds = longestRecordingSeconds + 2
  await decodeToFile(
    { path, format: demuxer },
    { path: into, rate: trackRate },
    {
      ...passLimits(maxSeconds, tools),
      maxSeconds,
      unreadable: unreadable(),
    },
  )
  const seconds = (await stat(into)).size / 2 / trackRate
  if (seconds === 0) throw unreadable()
  if (seconds > longestRecordingSeconds + 1) throw tooLong(undefined)
  // Formats round their lengths by frames, and some count the encoder's delay.
  const missing = (claimedSeconds ?? 0) - seconds
  if (missing > Math.max(0.5, seconds * 0.02)) throw cutOff(seconds, claimedSeconds)
  if (await isCutOff(path, demuxer)) throw cutOff(seconds)
  if (seconds < shortestRecordingSeconds) throw tooShort(seconds)
  return seconds
}

function tooQuiet(lufs: number): Sentence {
  const level = Math.round(lufs)
  return {
    vi: `Bản ghi rất nhỏ (${level} LUFS) nên đã được tăng âm nhiều; tạp âm cũng lớn theo. Ông/Bà nên nghe lại, nếu cần thì ghi gần micrô hơn.`,
    en: `The recording is very quiet (${level} LUFS) and was turned up a lot, its noise with it. Listen to it, and record closer to the microphone if needed.`,
  }
}

export type RecordingVariant = NonNullable<AnnouncementContent['variants']['recording']>

/** The track of a recording, and what names the one who is heard, like the id of a voice: `recording:bru`. */
export interface RecordedTrack extends VoiceTrack {
  voiceId: string
}

/**
 * The track of an uploaded recording, as the store has it: another way to a track than speaking a text.
 * @throws AppError recording.unknown when the file is not there; audio.failed when it is no track of ours
 */
export async function recordingTrack(recording: RecordingVariant, tools: RenderTools): Promise<RecordedTrack> {
  if (!tools.file) throw audioFailed('this process cannot read stored files')
  const track = await openTrack(await tools.file(recording.sha256), 'recording', tools)
  return { ...track, voiceId: `recording:${recording.language}` }
}
