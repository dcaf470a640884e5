import { open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../services/domain/errors.ts'
import { broadcastRate, chime, silence } from './chime.ts'
import { readingTooLong, type SpeechOptions, speak, speechRate, type Voice } from './espeak.ts'
import { encodeMp3, filterAndMeasure, type Measured, measure, type Probed, probe, type RawAudio } from './ffmpeg.ts'
import { audioFailed, diskFull, isDiskFull } from './tool.ts'

/** What every file must measure after decoding (EBU R 128 and TD1008 practice, chosen for horn loudspeakers). */
export const standard = { lufs: -16, toleranceLu: 0.5, maxDbtp: -1.5, minHeadSilenceSeconds: 1 } as const

/** Longer readings are refused: the longest text allowed, 20,000 characters, takes about 22 minutes. */
export const longestSeconds = 60 * 60

/** A piece of the reading and the silence after it. */
export interface SpokenPiece {
  text: string
  pauseSeconds: number
}

export interface AudioOptions {
  voice: Voice
  /** Words per minute. */
  speed: number
  chime: boolean
  title: string
  artist: string
}

export interface AudioTools {
  /** A private folder for intermediate files; the caller removes it. */
  workDir: string
  signal: AbortSignal
}

export interface BroadcastAudio {
  path: string
  durationSeconds: number
  /** Integrated loudness of the decoded file. */
  lufs: number
  /** True peak of the decoded file. */
  dbtp: number
  sizeBytes: number
  headSilenceSeconds: number
}

// Devices swallow the beginning of a file while the amplifier wakes up.
const leadSeconds = 2
const afterChimeSeconds = 0.5
const tailSeconds = 1
const longestPauseSeconds = 3

// Under this the chime would outweigh the speech, and the whole could only reach -16 LUFS with the speech distorted.
const shortestWithChimeSeconds = 2.5

// 180-7500 Hz: horns make only reverberation of what is below and nothing of what is above. The 3 dB at 2.2 kHz help
// the consonants. The compressor must be quick: the Southern and Central voices have sharp pulses (peak 20 dB over
// loudness), which an attack of 5 ms lets through; 1 ms measured 3 dB less.
export const hornChain =
  'highpass=f=180,lowpass=f=7500,equalizer=f=2200:t=q:w=1:g=3,' +
  'acompressor=threshold=-24dB:ratio=4:attack=1:release=60'

const firstCeilingDb = -2.9
const attempts = 10
// Aimed at first: narrower than the standard, because another meter or decoder may differ by a tenth.
const inner = { toleranceLu: 0.3, maxDbtp: standard.maxDbtp - 0.1 }
const innerAttempts = 5

/**
 * Makes the file that a commune station broadcasts: the pieces are spoken, joined as samples with their pauses,
 * filtered for horns, brought to -16 LUFS and encoded once; then the decoded file is measured, and gain and ceiling
 * are corrected until it meets the {@link standard}. The same input gives the same bytes.
 * @param outPath written through a neighbouring `.part` file, so nobody ever sees half a file
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | text.too-long | setup.disk-full
 */
export async function makeBroadcastAudio(
  pieces: SpokenPiece[],
  outPath: string,
  options: AudioOptions,
  tools: AudioTools,
): Promise<BroadcastAudio> {
  try {
    return await make(pieces, outPath, options, tools)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error
  }
}

async function make(
  pieces: SpokenPiece[],
  outPath: string,
  options: AudioOptions,
  tools: AudioTools,
): Promise<BroadcastAudio> {
  const spoken: RawAudio = { path: join(tools.workDir, 'spoken.pcm'), rate: speechRate }
  const seconds = await speakAll(pieces, spoken.path, { ...options, signal: tools.signal, maxSeconds: longestSeconds })
  if (seconds === 0) throw silentError()
  // Room for a machine that does ten things at once; measured: 0.02 s of work per second of sound.
  const limits = { signal: tools.signal, timeoutMs: 30_000 + seconds * 500 }

  const speech: RawAudio = { path: join(tools.workDir, 'filtered.pcm'), rate: broadcastRate }
  const filtered = await filterAndMeasure(spoken, hornChain, speech, limits)
  if (filtered.lufs < -50) throw silentError()
  return await encodeStandard(speech, { ...filtered, seconds }, outPath, options, tools)
}

/**
 * The file from filtered samples: the {@link standard} met on what a device decodes.
 * @param filtered what was measured on the samples (LUFS, dB), and their length
 */
export async function encodeStandard(
  speech: RawAudio,
  filtered: { lufs: number; peakDb: number; seconds: number },
  outPath: string,
  options: Pick<AudioOptions, 'chime' | 'title' | 'artist'>,
  tools: AudioTools,
): Promise<BroadcastAudio> {
  const { seconds } = filtered
  const limits = { signal: tools.signal, timeoutMs: 30_000 + seconds * 500 }
  const lead: RawAudio = { path: join(tools.workDir, 'lead.pcm'), rate: broadcastRate }
  await writeFile(lead.path, leadSamples(options.chime && seconds >= shortestWithChimeSeconds))

  const partPath = `${outPath}.part`
  const tags = { title: tagText(options.title), artist: tagText(options.artist) }
  let gainDb = standard.lufs - filtered.lufs + expectedLossDb(filtered.peakDb - filtered.lufs)
  let ceilingDb = firstCeilingDb
  let before: { gainDb: number; lufs: number } | undefined
  try {
    for (let attempt = 1; ; attempt++) {
      await encodeMp3({ lead, speech, gainDb, ceilingDb, tailSeconds, output: partPath, tags }, limits)
      const measured = await measure(partPath, limits)
      const bounds = attempt <= innerAttempts ? inner : standard
      const missing = standard.lufs - measured.lufs
      const excess = measured.dbtp - bounds.maxDbtp
      if (Math.abs(missing) <= bounds.toleranceLu && excess <= 0) return await finish(partPath, outPath, measured)
      if (attempt === attempts) throw missed(measured)
      const step = missing / response(before, gainDb, measured.lufs)
      // A lower ceiling changes the loudness too, so the next step says nothing of the response.
      before = excess > 0 ? undefined : { gainDb, lufs: measured.lufs }
      gainDb += step
      if (excess > 0) ceilingDb -= excess + 0.2
    }
  } finally {
    await rm(partPath, { force: true })
  }
}

/**
 * What encoder and limiter take away, so that the first attempt usually fits. LAME alone scales its input by 0.95
 * (0.45 dB); the limiter takes the more, the farther the peaks stand out. Fitted to the three voices.
 * @param crestDb peak over loudness of the filtered speech, dB
 */
function expectedLossDb(crestDb: number): number {
  return Math.min(3, 0.5 + 0.45 * Math.max(0, crestDb - 14.4))
}

/**
 * How much louder the file became per decibel of gain at the last correction: 1 at first, less where the limiter (or
 * the chime, which is not turned up) holds against it. Bounded, because loudness is only printed to a tenth.
 */
function response(before: { gainDb: number; lufs: number } | undefined, gainDb: number, lufs: number): number {
  if (!before || gainDb === before.gainDb) return 1
  return Math.min(1, Math.max(0.25, (lufs - before.lufs) / (gainDb - before.gainDb)))
}

/** Speaks every piece into one file of samples. @returns its length in seconds */
async function speakAll(pieces: SpokenPiece[], path: string, options: SpeechOptions): Promise<number> {
  const file = await open(path, 'w')
  try {
    let bytes = 0
    for (const piece of pieces) {
      const left = options.maxSeconds - bytes / 2 / speechRate
      const samples = await speak(piece.text, { ...options, maxSeconds: left })
      const pause = silence(Math.min(Math.max(piece.pauseSeconds, 0), longestPauseSeconds), speechRate)
      bytes += samples.length + pause.length
      if (bytes / 2 / speechRate > options.maxSeconds) throw readingTooLong()
      await file.appendFile(samples)
      await file.appendFile(pause)
    }
    return bytes / 2 / speechRate
  } finally {
    await file.close()
  }
}

function leadSamples(withChime: boolean): Buffer {
  const head = silence(leadSeconds, broadcastRate)
  return withChime ? Buffer.concat([head, chime(), silence(afterChimeSeconds, broadcastRate)]) : head
}

async function finish(partPath: string, outPath: string, measured: Measured): Promise<BroadcastAudio> {
  const probed = await probe(partPath)
  if (!isStandardMp3(probed) || measured.headSilenceSeconds < standard.minHeadSilenceSeconds) throw missed(measured)
  const { size } = await stat(partPath)
  const file = await open(partPath, 'r+')
  await file.sync()
  await file.close()
  await rename(partPath, outPath)
  const hundredths = (value: number) => Math.round(value * 100) / 100
  return {
    path: outPath,
    durationSeconds: hundredths(probed.durationSeconds),
    lufs: measured.lufs,
    dbtp: measured.dbtp,
    sizeBytes: size,
    headSilenceSeconds: hundredths(measured.headSilenceSeconds),
  }
}

function isStandardMp3(found: Probed): boolean {
  return found.codec === 'mp3' && found.channels === 1 && found.sampleRate === broadcastRate && found.bitRate === 64_000
}

/** Text for an ID3 field: one line, no control characters, short enough for any display. */
export function tagText(text: string): string {
  const line = text
    .normalize('NFC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
  return [...line].slice(0, 200).join('')
}

function missed(measured: Measured): AppError {
  return audioFailed(
    `measured ${measured.lufs} LUFS, ${measured.dbtp} dBTP, ${measured.headSilenceSeconds} s of silence at the start`,
  )
}

function silentError(): AppError {
  return new AppError('audio.silent', {
    vi: 'Bài đọc không có nội dung nào phát ra tiếng. Ông/Bà vui lòng kiểm tra lại nội dung bài đọc.',
    en: 'Nothing in the reading can be heard. Please check the text to be read aloud.',
  })
}
