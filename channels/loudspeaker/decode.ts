import { isAppError } from '../../services/domain/errors.ts'
import { diskFull } from '../run-tool.ts'
import type { RunLimits } from './ffmpeg.ts'
import { runTool } from './tool.ts'

/** Sound that comes from elsewhere and that nobody trusts: answers of vendors, uploads. */

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
  output: { path: string; rate: number },
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
