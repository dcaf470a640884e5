import { open } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { joinSignals } from '../../services/runtime/signals.ts'
import { isDiskFull } from '../run-tool.ts'
import { trackRate } from './chime.ts'
import { type FfmpegJob, type RunLimits, runFfmpeg } from './ffmpeg.ts'
import { readHeadSilence, readSummary } from './ffmpeg-log.ts'
import { audioFailed } from './tool.ts'

/** What the loudspeaker channel asks of ffmpeg, one function per pass over the sound. */

/** Samples as they come: 16-bit little-endian mono. */
export interface Sound {
  rate: number
  samples: AsyncIterable<Buffer>
}

/** Integrated loudness (LUFS) and sample peak (dB below full scale); -Infinity for silence. */
export interface Level {
  lufs: number
  peakDb: number
}

// Into a pipe ffmpeg would write every packet by itself: a hundred thousand of them in a quarter of an hour.
const inBlocks = ['-flush_packets', '0']

const rawForm = (rate: number) => ['-f', 's16le', '-ar', String(rate), '-ac', '1']
// Fixed by these options: nothing of the clock, the machine or the encoder's version string reaches the file.
const reproducible = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']
const metadata = (tags: Record<string, string>) =>
  Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`])

// A second of silence lets the meter's last windows end, so that a single word is measured like a whole bulletin.
const meter = 'apad=pad_dur=1,ebur128=framelog=verbose'

/**
 * Passes samples on, and stops whoever takes them when he does not take one for `patienceMs`, or does not end so long after
 * the last. The time in which they are made is not counted: a model may need long, and a voice has limits of its own.
 */
export function watchTaker(
  samples: AsyncIterable<Buffer>,
  limits: { signal: AbortSignal; patienceMs: number },
): { samples: AsyncIterable<Buffer>; signal: AbortSignal; done(): void } {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    timer = setTimeout(() => stop.abort(audioFailed('ffmpeg took too long')), limits.patienceMs)
  }
  const calm = () => clearTimeout(timer)
  const { signal, release } = joinSignals(limits.signal, stop.signal)
  const done = () => {
    calm()
    release()
  }
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const chunk of samples) {
      wait()
      yield chunk
      calm()
    }
    wait()
  }
  return { samples: watched(), signal, done }
}

export interface FilterLimits {
  signal: AbortSignal
  /** How long ffmpeg may take no sample, and to end after the last one, ms. */
  patienceMs: number
}

/** Sends samples through a filter chain into a file of samples at {@link trackRate} and measures the result on the way. */
export async function filterPass(input: Sound, chain: string, toPath: string, limits: FilterLimits): Promise<Level> {
  const resample = input.rate === trackRate ? '' : `aresample=${trackRate},`
  // The meter sits on a branch of its own, because older builds resample what passes through it to 48 kHz.
  const graph = `[0:a]${resample}${chain},asplit=2[sound][copy];[copy]${meter}:peak=sample[meter]`
  const { samples, signal, done } = watchTaker(input.samples, limits)
  const job: FfmpegJob = {
    inputs: [{ from: samples, options: rawForm(input.rate) }],
    outputs: [
      { to: toPath, options: ['-filter_complex', graph, '-map', '[sound]', ...rawForm(trackRate)] },
      { to: '-', options: ['-map', '[meter]', '-f', 'null'] },
    ],
  }
  try {
    return readSummary(await runFfmpeg(job, { signal, timeoutMs: longestFilterMs }))
  } finally {
    done()
  }
}

/** How loud samples are as they are. */
export async function meterPass(input: Sound, limits: RunLimits): Promise<Level> {
  const toMeter = ['-af', `${meter}:peak=sample`, '-f', 'null']
  const inputs = [{ from: input.samples, options: rawForm(input.rate) }]
  return readSummary(await runFfmpeg({ inputs, outputs: [{ to: '-', options: toMeter }] }, limits))
}
/** Whatever the voice: no reading is waited for longer. */
const longestFilterMs = 3_600_000

const volume = (gainDb: number) => `volume=${gainDb.toFixed(2)}dB:precision=double`

const sameForm = `aformat=sample_fmts=s16:sample_rates=${trackRate}:channel_layouts=mono`

/** Brings samples to a level: gain, then a ceiling met at four times the sampling rate (true peaks), both in dB. */
export function levelChain(gainDb: number, ceilingDb: number): string {
  const limit = (10 ** (ceilingDb / 20)).toFixed(5)
  return (
    `${volume(gainDb)},aresample=${trackRate * 4},` +
    `alimiter=limit=${limit}:level=disabled:attack=1:release=10,aresample=${trackRate}`
  )
}

export interface LevelJob<T> {
  /** Samples at {@link trackRate}. */
  fromPath: string
  gainDb: number
  ceilingDb: number
  toPath: string
  /** What is done with the levelled samples meanwhile; it must read them to the end. */
  follow: (samples: AsyncIterable<Buffer>, limits: RunLimits) => Promise<T>
}

/** Writes levelled samples without loss (FLAC), measures them, and lets a follower have them at the same time. */
export async function levelPass<T>(job: LevelJob<T>, limits: RunLimits): Promise<{ lufs: number; followed: T }> {
  const samples = new PassThrough({ highWaterMark: 1 << 20 })
  const graph =
    `[0:a]${levelChain(job.gainDb, job.ceilingDb)},${sameForm},asplit=3[file][live][copy];` + `[copy]${meter}[meter]`
  const toFile = ['-filter_complex', graph, '-map', '[file]', ...reproducible, '-c:a', 'flac', '-f', 'flac']
  const level: FfmpegJob = {
    inputs: [{ from: job.fromPath, options: rawForm(trackRate) }],
    outputs: [
      { to: job.toPath, options: toFile },
      { to: samples, options: ['-map', '[live]', ...rawForm(trackRate), ...inBlocks] },
      { to: '-', options: ['-map', '[meter]', '-f', 'null'] },
    ],
  }
  const [log, followed] = await together(limits, shared => [runFfmpeg(level, shared), job.follow(samples, shared)])
  return { lufs: readSummary(log).lufs, followed }
}

/** Runs passes that feed each other. When one fails the others are stopped; resolves or rejects when all have ended. */
async function together<T extends unknown[]>(
  limits: RunLimits,
  start: (shared: RunLimits) => { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const stop = new AbortController()
  const { signal, release } = joinSignals(limits.signal, stop.signal)
  const shared = { ...limits, signal }
  const failures: unknown[] = []
  const watched = start(shared).map(pass =>
    pass.catch((error: unknown) => {
      failures.push(error)
      stop.abort()
    }),
  )
  const results = await Promise.all(watched)
  release()
  if (failures.length === 0) return results as T
  // A full disk in one pass breaks the pipe of the other, which may be noticed first.
  throw limits.signal.aborted ? limits.signal.reason : (failures.find(isDiskFull) ?? failures[0])
}

/**
 * Forms in which a programme is given to stations: the usual, for old devices, and for editing or FM. `makeUpDb` is what the
 * encoder takes away (LAME scales its input by 0.95 at this bit rate); `delaySamples` is what a decoder puts before the sound
 * of an MP3 without a Xing header: 529 samples of its own and 576 of the encoder.
 */
export const soundForms = {
  mp3: { mime: 'audio/mpeg', codec: 'mp3', sampleRate: 44_100, makeUpDb: 0.45, delaySamples: 1_105 },
  'mp3-22050': { mime: 'audio/mpeg', codec: 'mp3', sampleRate: 22_050, makeUpDb: 0.45, delaySamples: 1_105 },
  wav: { mime: 'audio/wav', codec: 'pcm_s16le', sampleRate: 44_100, makeUpDb: 0, delaySamples: 0 },
} as const
export type SoundForm = keyof typeof soundForms

export interface EncodeJob {
  /** Raw samples at {@link trackRate}, left as they are: what is heard before and after the tracks. */
  beforePath: string
  afterPath: string
  /** Voice tracks in order, files or (one) samples at {@link trackRate} as they come, each followed by silence. */
  tracks: { from: string | AsyncIterable<Buffer>; silenceAfterSamples: number }[]
  /** Applied to all tracks alike, dB. */
  gainDb: number
  /** Where set, the tracks are limited so after the gain, dB below full scale. */
  ceilingDb: number | undefined
  form: SoundForm
  toPath: string
  /** ID3 text fields, e.g. title and artist. */
  tags: Record<string, string>
}

export interface Measured {
  /** Integrated loudness (EBU R 128), LUFS; -Infinity for silence. */
  lufs: number
  /** True peak, dBTP; -Infinity for silence. */
  dbtp: number
  /** Seconds under -50 dB at the very start. */
  headSilenceSeconds: number
}

/**
 * Joins the segments, encodes once (MP3 CBR 64 kbit/s mono, ID3v2.3, no Xing header; or WAV) and measures what a device
 * would play, that is after decoding. An MP3 is decoded and measured while it is still being encoded.
 */
export async function encodePass(job: EncodeJob, limits: RunLimits): Promise<Measured> {
  if (job.form === 'wav') {
    // The sizes in a WAV's head are known at its end only, so it cannot be read while it is written.
    await runFfmpeg(encoder(job, undefined), limits)
    return await measure(job.toPath, limits)
  }
  const encoded = new PassThrough({ highWaterMark: 1 << 20 })
  const [, measured] = await together(limits, shared => [
    runFfmpeg(encoder(job, encoded), shared),
    measure(alsoInto(job.toPath, encoded), shared),
  ])
  return measured
}

/** Passes bytes on and keeps them in a file. */
async function* alsoInto(path: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const file = await open(path, 'w')
  try {
    for await (const chunk of bytes) {
      await file.appendFile(chunk)
      yield chunk
    }
  } finally {
    await file.close()
  }
}

/** Input 0 is what comes before, 1 what comes after, then the tracks. */
function encoder(job: EncodeJob, copyTo: PassThrough | undefined): FfmpegJob {
  const { codec, sampleRate, makeUpDb } = soundForms[job.form]
  const padded = job.tracks
    .map(({ silenceAfterSamples: n }, i) => `[${i + 2}:a]${sameForm}${n > 0 ? `,apad=pad_len=${n}` : ''}[t${i}];`)
    .join('')
  const tracks = job.tracks.map((_, i) => `[t${i}]`).join('')
  const level = job.ceilingDb === undefined ? volume(job.gainDb) : levelChain(job.gainDb, job.ceilingDb)
  const graph =
    `${padded}${tracks}concat=n=${job.tracks.length}:v=0:a=1,${level},${sameForm}[speech];` +
    `[0:a]${sameForm}[before];[1:a]${sameForm}[after];` +
    `[before][speech][after]concat=n=3:v=0:a=1,${volume(makeUpDb)},aresample=${sampleRate}[all]`
  const form =
    codec === 'mp3'
      ? ['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0', '-id3v2_version', '3', '-f', 'mp3', ...inBlocks]
      : ['-c:a', codec, '-f', 'wav']
  const options = ['-ac', '1', '-ar', String(sampleRate), ...reproducible, ...form, ...metadata(job.tags)]
  return {
    inputs: [
      { from: job.beforePath, options: rawForm(trackRate) },
      { from: job.afterPath, options: rawForm(trackRate) },
      ...job.tracks.map(({ from }) => ({ from, options: typeof from === 'string' ? [] : rawForm(trackRate) })),
    ],
    outputs: [{ to: copyTo ?? job.toPath, options: ['-filter_complex', graph, '-map', '[all]', ...options] }],
    logLevel: 'error',
  }
}

/** Measures a finished file as a device would play it, that is after decoding. */
export async function measure(from: string | AsyncIterable<Buffer>, limits: RunLimits): Promise<Measured> {
  const chain = 'silencedetect=noise=-50dB:d=0.9,ebur128=peak=true:framelog=verbose'
  const options = typeof from === 'string' ? [] : ['-f', 'mp3']
  const log = await runFfmpeg(
    { inputs: [{ from, options }], outputs: [{ to: '-', options: ['-af', chain, '-f', 'null'] }] },
    limits,
  )
  const { lufs, peakDb } = readSummary(log)
  return { lufs, dbtp: peakDb, headSilenceSeconds: readHeadSilence(log) }
}

/** Decodes any file of sound to FLAC at {@link trackRate}, its level left as it is, and measures that. */
export async function decodePass(fromPath: string, toPath: string, limits: RunLimits): Promise<Level> {
  const graph = `[0:a]${sameForm},asplit=2[sound][copy];[copy]${meter}:peak=sample[meter]`
  const toFile = ['-filter_complex', graph, '-map', '[sound]', ...reproducible, '-c:a', 'flac', '-f', 'flac']
  const outputs = [
    { to: toPath, options: toFile },
    { to: '-', options: ['-map', '[meter]', '-f', 'null'] },
  ]
  return readSummary(await runFfmpeg({ inputs: [{ from: fromPath, options: [] }], outputs }, limits))
}

/** Draws the waveform of a file as a PNG, 1600 by 320 pixels, so that silences and levels can be seen. */
export async function waveform(fromPath: string, toPath: string, limits: RunLimits): Promise<void> {
  const graph =
    '[0:a]aformat=channel_layouts=mono,showwavespic=s=1600x320:filter=peak:colors=0x1c4e80[wave];' +
    'color=c=white:s=1600x320[paper];[paper][wave]overlay=format=auto'
  const options = ['-filter_complex', graph, '-frames:v', '1', '-c:v', 'png', '-f', 'image2', '-update', '1']
  await runFfmpeg(
    { inputs: [{ from: fromPath, options: [] }], outputs: [{ to: toPath, options }], logLevel: 'error' },
    limits,
  )
}
