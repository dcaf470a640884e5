import type { ChildProcess } from 'node:child_process'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg'
import { z } from 'zod'
import type { AppError } from '../../services/domain/errors.ts'
import { withTimeout } from '../../services/runtime/signals.ts'
import { diskFull, isDiskFull, killWhole, shortened } from '../run-tool.ts'
import { audioFailed, runTool, stopReason, toolMissing } from './tool.ts'

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
  ffmpegProc?: ChildProcess
  _spawnFfmpeg(args: string[], options: object, started: unknown, ended: EndCallback): void
}
const emptyRing: Ring = { get: () => '' }

function tamed(command: FfmpegCommand): FfmpegCommand & Inner {
  const inner = command as FfmpegCommand & Inner
  const spawnFfmpeg = inner._spawnFfmpeg
  return Object.assign(inner, {
    // Would run `ffmpeg -formats` and `-encoders` before each command and misread the answer of ffmpeg 7 (#1262).
    _checkCapabilities: (done: (error: null) => void) => done(null),
    availableEncoders: (done: (error: null, encoders: object) => void) => done(null, {}),
    // Would remember a failed look-up for ever; the system finds the program at each start, also a new one.
    _getFfmpegPath: (done: (error: null, path: string) => void) => done(null, 'ffmpeg'),
    // Would throw outside of any handler when ffmpeg cannot be started, because there is no output to quote yet.
    _spawnFfmpeg: (args: string[], options: object, started: unknown, ended: EndCallback) =>
      // A group of its own, so that `killWhole` reaches what a wrapper script has started.
      spawnFfmpeg.call(command, args, { ...options, detached: true }, started, (error, stdout, stderr) =>
        ended(error, stdout ?? emptyRing, stderr ?? emptyRing),
      ),
  })
}

export interface RunLimits {
  signal: AbortSignal
  timeoutMs: number
}

/** One run of ffmpeg. At most one input and one output may be streams: they are its standard input and output. */
export interface FfmpegJob {
  inputs: { from: string | AsyncIterable<Buffer>; options: string[] }[]
  outputs: { to: string | Writable; options: string[] }[]
  /** Lowers what ffmpeg says; the loudness summary needs `info`, the default. */
  logLevel?: 'error'
}

/**
 * Runs ffmpeg and resolves to what it wrote on standard error, after it has ended and its streams are read to the end.
 * An input that throws ends the run with that error. A stream output is ended when all is written, and destroyed when
 * the run fails.
 * @throws AppError audio.tool-missing | audio.failed | setup.disk-full, the signal's reason, or the input's own error
 */
export async function runFfmpeg(job: FfmpegJob, limits: RunLimits): Promise<string> {
  limits.signal.throwIfAborted()
  const command = tamed(ffmpeg({ stdoutLines: 0 }))
  const feeder = new AbortController()
  const tap = job.outputs.map(output => output.to).find(to => typeof to !== 'string')
  let feeding = Promise.resolve()
  job.inputs.forEach(({ from, options }, index) => {
    if (typeof from === 'string') command.input(from)
    else {
      const stdin = new PassThrough()
      command.input(stdin)
      feeding = pipeline(from as unknown as Readable, stdin, { signal: feeder.signal })
    }
    const general = ['-hide_banner', '-nostats', ...(job.logLevel ? ['-v', job.logLevel] : []), '-nostdin']
    const all = index === 0 ? [...general, ...options] : options
    if (all.length > 0) command.inputOptions(...all)
  })
  for (const { to, options } of job.outputs) {
    // Not ended by fluent-ffmpeg: it would call the run failed when the process is slow to follow.
    if (typeof to === 'string') command.output(to)
    else command.output(to, { end: false })
    command.outputOptions(...options)
  }
  try {
    const log = await settled(command, feeding, limits)
    tap?.end()
    return log
  } catch (error) {
    tap?.destroy()
    throw error
  } finally {
    feeder.abort()
    await feeding.catch(() => undefined)
  }
}

/** Starts the command and waits for its end, whichever way it comes. */
function settled(command: FfmpegCommand & Inner, feeding: Promise<void>, limits: RunLimits): Promise<string> {
  const { signal: stop, release } = withTimeout(limits.signal, limits.timeoutMs)
  return new Promise((resolve, reject) => {
    let log = ''
    let inputFailure: { error: unknown } | undefined
    let closed: Promise<unknown> = Promise.resolve()
    const kill = () => {
      killWhole(command.ffmpegProc)
      // Nobody may be reading it any more; unread, it would keep the process from being closed for ever.
      command.ffmpegProc?.stdout?.destroy()
    }
    stop.addEventListener('abort', kill, { once: true })
    const settle = async (then: () => void) => {
      stop.removeEventListener('abort', kill)
      release()
      // The process may be gone before the last of its output is read.
      await closed
      then()
    }
    feeding.catch((error: unknown) => {
      inputFailure = { error }
      kill()
    })
    command
      .on('start', () => {
        const child = command.ffmpegProc
        if (child) closed = new Promise(done => child.once('close', done))
        child?.stderr?.on('data', (chunk: Buffer) => {
          log = (log + chunk.toString('utf8')).slice(-logKept)
        })
        // Between run() and here nothing could be killed yet.
        if (stop.aborted || inputFailure) kill()
      })
      .on('end', () => void settle(() => (unwritten(log) ? reject(unwritten(log)) : resolve(log))))
      .on('error', (error: NodeJS.ErrnoException) => {
        // Nothing was started, so nothing will be closed.
        if (error.code === 'ENOENT') closed = Promise.resolve()
        void settle(() => {
          if (error.code === 'ENOENT') reject(toolMissing('ffmpeg'))
          // A full disk is the cause of it also where another pass was quicker to stop this one.
          else if (isDiskFull(inputFailure?.error)) reject(diskFull(inputFailure?.error))
          else if (stop.aborted) reject(stopReason(limits.signal, 'ffmpeg'))
          else if (inputFailure) reject(inputFailure.error)
          else if (log.includes(noSpace)) reject(diskFull(error))
          else reject(audioFailed(`ffmpeg: ${shortened(`${error.message} ${log}`)}`, error))
        })
      })
      .run()
  })
}

const noSpace = 'No space left on device'

/** ffmpeg 5 calls a run a success when only the last block of a file could not be written: the last word would be missing. */
function unwritten(log: string): AppError | undefined {
  const line = /^.*Error (?:writing trailer|closing file).*$/m.exec(log)?.[0]
  if (line === undefined) return undefined
  return line.includes(noSpace) ? diskFull(new Error(line)) : audioFailed(`ffmpeg: ${shortened(line)}`)
}

// The summary of the loudness meter is the last thing that is written; silences are a line each.
const logKept = 1_000_000

export interface Probed {
  codec: string
  channels: number
  sampleRate: number
  bitRate: number
  durationSeconds: number
  /** Text fields of the file, names in lower case. */
  tags: Record<string, string>
}

const probedSchema = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().default(''),
      channels: z.number().default(0),
      sample_rate: z.coerce.number().optional(),
      bit_rate: z.coerce.number().optional(),
    }),
  ),
  format: z.object({
    duration: z.coerce.number().optional(),
    tags: z.record(z.string(), z.coerce.string()).default({}),
  }),
})

/**
 * What ffprobe says of a file.
 * @throws AppError audio.tool-missing | audio.failed, also when ffprobe does not answer in time; the signal's reason
 */
export async function probe(
  path: string,
  { signal = new AbortController().signal, timeoutMs = 30_000 }: Partial<RunLimits> = {},
): Promise<Probed> {
  const args = ['-v', 'error', '-hide_banner', '-show_streams', '-show_format', '-of', 'json', path]
  const out = await runTool('ffprobe', args, { signal, timeoutMs, maxOutputBytes: 1_000_000 })
  const data = probedSchema.safeParse(parsed(out.toString('utf8'))).data
  const stream = data?.streams.find(s => s.codec_type === 'audio')
  if (!data || !stream) throw audioFailed('ffprobe cannot read the file')
  const tags = Object.entries(data.format.tags).map(([name, value]) => [name.toLowerCase(), value])
  return {
    codec: stream.codec_name,
    channels: stream.channels,
    sampleRate: stream.sample_rate ?? Number.NaN,
    bitRate: stream.bit_rate ?? Number.NaN,
    durationSeconds: data.format.duration ?? Number.NaN,
    tags: Object.fromEntries(tags),
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** The installed version, as ffmpeg says it. @throws AppError audio.tool-missing */
export async function ffmpegVersion(signal: AbortSignal): Promise<string> {
  const out = await runTool('ffmpeg', ['-version'], { signal, timeoutMs: 10_000, maxOutputBytes: 100_000 })
  return /version (\S+)/.exec(out.toString('utf8'))?.[1] ?? 'unknown'
}
