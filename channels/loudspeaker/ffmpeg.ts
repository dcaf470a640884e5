import ffmpeg, { type FfmpegCommand, type FfprobeData } from 'fluent-ffmpeg'
import { isAppError } from '../../services/domain/errors.ts'
import { audioFailed, diskFull, runTool, shortened, stopReason, toolMissing, withTimeout } from './tool.ts'

/**
 * The only file that knows fluent-ffmpeg. The package is archived, so three of its habits are switched off here
 * (`tamed`), on the pinned version 2.1.3; nothing of its option parsing is used either: every option goes through
 * the variadic form of `inputOptions`/`outputOptions`, because the array form splits values that hold one space.
 */
interface Ring {
  get(): string
}
type EndCallback = (error: Error | null, stdout?: Ring, stderr?: Ring) => void
interface Inner {
  _spawnFfmpeg(args: string[], options: object, started: unknown, ended: EndCallback): void
}
const emptyRing: Ring = { get: () => '' }

function tamed(command: FfmpegCommand): FfmpegCommand {
  const inner = command as FfmpegCommand & Inner
  const spawnFfmpeg = inner._spawnFfmpeg
  Object.assign(command, {
    // Would run `ffmpeg -formats` and `-encoders` before each command and misread the answer of ffmpeg 7 (#1262).
    _checkCapabilities: (done: (error: null) => void) => done(null),
    availableEncoders: (done: (error: null, encoders: object) => void) => done(null, {}),
    // Would remember a failed look-up for ever; the system finds the program at each start, also a new one.
    _getFfmpegPath: (done: (error: null, path: string) => void) => done(null, 'ffmpeg'),
    // Would throw outside of any handler when ffmpeg cannot be started, because there is no output to quote yet.
    _spawnFfmpeg: (args: string[], options: object, started: unknown, ended: EndCallback) =>
      spawnFfmpeg.call(command, args, options, started, (error, stdout, stderr) =>
        ended(error, stdout ?? emptyRing, stderr ?? emptyRing),
      ),
  })
  return command
}

export interface RunLimits {
  signal: AbortSignal
  timeoutMs: number
}

/** Runs a prepared command. Resolves to what ffmpeg wrote on standard error, after it has ended. */
function run(command: FfmpegCommand, limits: RunLimits): Promise<string> {
  limits.signal.throwIfAborted()
  const { signal: stop, release } = withTimeout(limits.signal, limits.timeoutMs)
  return new Promise((resolve, reject) => {
    const kill = () => command.kill('SIGKILL')
    stop.addEventListener('abort', kill, { once: true })
    const settle = (then: () => void) => {
      stop.removeEventListener('abort', kill)
      release()
      then()
    }
    command
      // Between run() and here nothing could be killed yet.
      .on('start', () => stop.aborted && kill())
      .on('end', (_stdout, stderr) => settle(() => resolve(stderr ?? '')))
      .on('error', (error: NodeJS.ErrnoException, _stdout, stderr) =>
        settle(() => {
          if (error.code === 'ENOENT') reject(toolMissing('ffmpeg'))
          else if (stop.aborted) reject(stopReason(limits.signal, 'ffmpeg'))
          else if (stderr?.includes('No space left on device')) reject(diskFull(error))
          else reject(audioFailed(`ffmpeg: ${shortened(`${error.message} ${stderr ?? ''}`)}`, error))
        }),
      )
      .run()
  })
}

const quiet = ['-nostdin', '-hide_banner', '-nostats']
// Fixed by these options: nothing of the clock, the machine or the encoder's version string reaches the file.
const reproducible = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']

/** A file of bare samples: 16-bit little-endian mono. */
export interface RawAudio {
  path: string
  rate: number
}

const rawInput = (rate: number) => ['-f', 's16le', '-ar', String(rate), '-ac', '1']

/**
 * Applies a filter chain to bare samples and measures the loudness of the result in the same pass.
 * @returns integrated loudness (LUFS) and sample peak (dB below full scale); -Infinity for silence
 */
export async function filterAndMeasure(
  input: RawAudio,
  chain: string,
  output: RawAudio,
  limits: RunLimits,
): Promise<{ lufs: number; peakDb: number }> {
  // The meter sits on a branch of its own, because older builds resample what passes through it to 48 kHz.
  const graph =
    `[0:a]aresample=${output.rate},${chain},asplit=2[sound][copy];` +
    `[copy]apad=pad_dur=1,ebur128=peak=sample:framelog=verbose[meter]`
  const command = tamed(ffmpeg({ stdoutLines: 0 }))
    .input(input.path)
    .inputOptions(...quiet, ...rawInput(input.rate))
    .outputOptions('-filter_complex', graph)
    .output(output.path)
    .outputOptions('-map', '[sound]', '-f', 's16le', '-ar', String(output.rate), '-ac', '1')
    .output('-')
    .outputOptions('-map', '[meter]', '-f', 'null')
  const { lufs, peakDb } = readSummary(await run(command, limits))
  return { lufs, peakDb }
}

export interface EncodeJob {
  /** Played first and left as it is: silence and chime. */
  lead: RawAudio
  speech: RawAudio
  /** Applied to the speech only. */
  gainDb: number
  /** Ceiling of the speech before encoding, dB below full scale, met at four times the sampling rate. */
  ceilingDb: number
  tailSeconds: number
  output: string
  /** ID3 text fields, e.g. title and artist. */
  tags: Record<string, string>
}

/** Joins lead, levelled speech and tail, and encodes once: MP3 CBR 64 kbit/s, mono, 44.1 kHz, ID3v2.3, no Xing header. */
export async function encodeMp3(job: EncodeJob, limits: RunLimits): Promise<void> {
  const { rate } = job.speech
  const same = `aformat=sample_fmts=s16:sample_rates=${rate}:channel_layouts=mono`
  const limit = (10 ** (job.ceilingDb / 20)).toFixed(5)
  const graph =
    `[1:a]volume=${job.gainDb.toFixed(2)}dB:precision=double,aresample=${rate * 4},` +
    `alimiter=limit=${limit}:level=disabled:attack=1:release=10,aresample=${rate},${same}[speech];[0:a]${same}[lead];` +
    `[lead][speech]concat=n=2:v=0:a=1,apad=pad_dur=${job.tailSeconds}[all]`
  const command = tamed(ffmpeg())
    .input(job.lead.path)
    .inputOptions(...quiet, '-v', 'error', ...rawInput(job.lead.rate))
    .input(job.speech.path)
    .inputOptions(...rawInput(rate))
    .outputOptions('-filter_complex', graph)
    .output(job.output)
    .outputOptions('-map', '[all]', ...reproducible)
    .outputOptions('-c:a', 'libmp3lame', '-b:a', '64k', '-ac', '1', '-ar', String(rate))
    .outputOptions('-write_xing', '0', '-id3v2_version', '3', '-f', 'mp3')
  for (const [name, value] of Object.entries(job.tags)) command.outputOptions('-metadata', `${name}=${value}`)
  await run(command, limits)
}

export interface Measured {
  /** Integrated loudness (EBU R 128), LUFS; -Infinity for silence. */
  lufs: number
  /** True peak, dBTP; -Infinity for silence. */
  dbtp: number
  /** Seconds under -50 dB at the very start. */
  headSilenceSeconds: number
}

/** Measures a finished file as a device would play it, that is after decoding. */
export async function measure(path: string, limits: RunLimits): Promise<Measured> {
  const command = tamed(ffmpeg({ stdoutLines: 0 }))
    .input(path)
    .inputOptions(...quiet)
    .output('-')
    .outputOptions('-af', 'silencedetect=noise=-50dB:d=0.3,ebur128=peak=true:framelog=verbose', '-f', 'null')
  const log = await run(command, limits)
  const { lufs, peakDb } = readSummary(log)
  return { lufs, dbtp: peakDb, headSilenceSeconds: readHeadSilence(log) }
}

const decibels = (text: string | undefined) => {
  const value = Number(text)
  // ffmpeg prints -70.0 when no block passed the gate, and nan or -inf in other versions.
  return text === undefined || Number.isNaN(value) || value <= -70 ? Number.NEGATIVE_INFINITY : value
}

/** Reads the last summary of the ebur128 filter: a rebuilt filter graph prints an empty one before it. */
export function readSummary(log: string): { lufs: number; peakDb: number } {
  const at = log.lastIndexOf('Summary:')
  if (at < 0) throw audioFailed('ffmpeg gave no loudness summary')
  const summary = log.slice(at)
  return {
    lufs: decibels(/\bI:\s+(\S+) LUFS/.exec(summary)?.[1]),
    peakDb: decibels(/\bPeak:\s+(\S+) dBFS/.exec(summary)?.[1]),
  }
}

/** Reads how long the file is silent at its start from the lines of silencedetect. */
export function readHeadSilence(log: string): number {
  const first = /silence_start: (-?[\d.]+)/.exec(log)
  if (!first || Number(first[1]) > 0.05) return 0
  return Number(/silence_end: ([\d.]+)/.exec(log)?.[1] ?? 0)
}

export interface Probed {
  codec: string
  channels: number
  sampleRate: number
  bitRate: number
  durationSeconds: number
}

/** What ffprobe says of a file. @throws AppError audio.tool-missing | audio.failed */
export function probe(path: string): Promise<Probed> {
  return new Promise((resolve, reject) => {
    ffmpeg.setFfprobePath('ffprobe')
    ffmpeg.ffprobe(path, ['-hide_banner'], (error: NodeJS.ErrnoException | null, data: FfprobeData) => {
      if (error?.code === 'ENOENT') return reject(toolMissing('ffprobe'))
      const stream = data?.streams.find(s => s.codec_type === 'audio')
      if (error || !stream) return reject(audioFailed('ffprobe cannot read the file', error))
      resolve({
        codec: stream.codec_name ?? '',
        channels: stream.channels ?? 0,
        sampleRate: Number(stream.sample_rate),
        bitRate: Number(stream.bit_rate),
        durationSeconds: Number(data.format.duration),
      })
    })
  })
}

/** The installed version, as ffmpeg says it. @throws AppError audio.tool-missing */
export async function ffmpegVersion(signal: AbortSignal): Promise<string> {
  const out = await runTool('ffmpeg', ['-version'], { signal, timeoutMs: 10_000, maxOutputBytes: 100_000 })
  return /version (\S+)/.exec(out.toString('utf8'))?.[1] ?? 'unknown'
}

export interface DecodeLimits extends RunLimits {
  /** More sound than this stops the decoding. */
  maxSeconds: number
  /** Thrown when there is more sound. */
  tooLong: Error
  /** Thrown when ffmpeg can make nothing of the bytes. */
  unreadable: Error
}

/** Encoded sound in memory, or in a file; `format` is the demuxer that its bytes ask for, so that ffmpeg guesses nothing. */
export type Encoded = { bytes: Buffer; format: string } | { path: string; format: string }

/**
 * Decodes sound to 16-bit little-endian mono samples. Bytes go through a pipe: no file, and nothing inside them can make
 * ffmpeg open another one.
 * @throws the errors given in `limits`, AppError audio.tool-missing | audio.failed, or the signal's reason
 */
export async function decodeToPcm(input: Encoded, rate: number, limits: DecodeLimits): Promise<Buffer> {
  const [source, protocols] = 'path' in input ? [`file:${input.path}`, 'file'] : ['pipe:0', 'pipe']
  const into = ['-map', '0:a:0', '-vn', '-f', 's16le', '-ar', String(rate), '-ac', '1', 'pipe:1']
  const args = ['-v', 'error', '-protocol_whitelist', protocols, '-f', input.format, '-i', source, ...into]
  const decoding = runTool('ffmpeg', ['-nostdin', '-hide_banner', ...args], {
    ...('bytes' in input && { input: input.bytes }),
    signal: limits.signal,
    timeoutMs: limits.timeoutMs,
    maxOutputBytes: Math.ceil(limits.maxSeconds * rate) * 2,
    tooMuch: limits.tooLong,
  })
  const samples = await orUnreadable(decoding, limits)
  if (samples.length === 0) throw limits.unreadable
  return samples
}

/** What a file holds, seen as one format. */
export interface Inspected {
  sounds: { codec: string; channels: number; sampleRate: number }[]
  /** True when there are moving pictures; a cover picture is none. */
  film: boolean
  /** As the file says; undefined where the format keeps no length. */
  durationSeconds: number | undefined
}

/**
 * What ffprobe says of a file that nobody trusts: read as `format` and nothing else, and without opening other files.
 * @throws the error given in `limits`, AppError audio.tool-missing | audio.failed, or the signal's reason
 */
export async function inspect(
  path: string,
  format: string,
  limits: RunLimits & { unreadable: Error },
): Promise<Inspected> {
  const show = ['-show_streams', '-show_format', '-of', 'json']
  const args = ['-v', 'error', '-protocol_whitelist', 'file', '-f', format, ...show, `file:${path}`]
  const out = await orUnreadable(runTool('ffprobe', args, { ...limits, maxOutputBytes: 1_000_000 }), limits)
  const { streams = [], format: container } = JSON.parse(out.toString('utf8')) as {
    streams?: Record<string, unknown>[]
    format?: { duration?: string }
  }
  const durations = [container?.duration, ...streams.map(stream => stream['duration'])].map(Number)
  const isCover = (stream: Record<string, unknown>) =>
    (stream['disposition'] as { attached_pic?: number } | undefined)?.attached_pic === 1
  return {
    sounds: streams
      .filter(stream => stream['codec_type'] === 'audio')
      .map(stream => ({
        codec: String(stream['codec_name'] ?? ''),
        channels: Number(stream['channels'] ?? 0),
        sampleRate: Number(stream['sample_rate'] ?? 0),
      })),
    film: streams.some(stream => stream['codec_type'] === 'video' && !isCover(stream)),
    durationSeconds: durations.find(seconds => Number.isFinite(seconds) && seconds > 0),
  }
}

/** As {@link decodeToPcm}, into a file: half an hour of samples is too much for the memory. */
export async function decodeToFile(
  input: { path: string; format: string },
  output: RawAudio,
  limits: RunLimits & { maxSeconds: number; unreadable: Error },
): Promise<void> {
  const source = ['-protocol_whitelist', 'file', '-f', input.format, '-i', `file:${input.path}`]
  const into = ['-map', '0:a:0', '-vn', '-t', String(limits.maxSeconds), '-f', 's16le', '-ac', '1']
  const args = ['-nostdin', '-hide_banner', '-v', 'error', ...source, ...into, '-ar', String(output.rate), '-y']
  await orUnreadable(runTool('ffmpeg', [...args, `file:${output.path}`], { ...limits, maxOutputBytes: 1_000 }), limits)
}

/** A program that is missing, hangs or is stopped is no fault of the file; one that gives up on it is. */
async function orUnreadable<T>(work: Promise<T>, limits: { signal: AbortSignal; unreadable: Error }): Promise<T> {
  try {
    return await work
  } catch (error) {
    const gaveUp = isAppError(error) && /^audio failed: ff\w+ ended/.test(error.message)
    if (!gaveUp || limits.signal.aborted) throw error
    throw error.message.includes('No space left on device') ? diskFull(error) : limits.unreadable
  }
}

/** Levels bare samples and stores them without loss: FLAC, 16 bit, mono, the same input giving the same bytes. */
export async function encodeFlac(
  job: { speech: RawAudio; gainDb: number; ceilingDb: number; output: string },
  limits: RunLimits,
): Promise<void> {
  const { rate } = job.speech
  const limit = (10 ** (job.ceilingDb / 20)).toFixed(5)
  const chain =
    `volume=${job.gainDb.toFixed(2)}dB:precision=double,aresample=${rate * 4},` +
    `alimiter=limit=${limit}:level=disabled:attack=1:release=10,aresample=${rate},aformat=sample_fmts=s16`
  const command = tamed(ffmpeg())
    .input(job.speech.path)
    .inputOptions(...quiet, '-v', 'error', ...rawInput(rate))
    .outputOptions('-af', chain)
    .output(job.output)
    .outputOptions(...reproducible, '-c:a', 'flac', '-ac', '1', '-ar', String(rate), '-f', 'flac')
  await run(command, limits)
}
