import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sentence } from '../../../services/domain/errors.ts'
import type { MediaTools, TakenMedia } from '../../contract.ts'
import type { MediaKind } from './kind.ts'
import type { MediaSettings } from './picture.ts'
import { makePoster } from './poster.ts'
import { mediaFailed, runMediaTool } from './programs.ts'
import { limits, startsTooLate, tooShort, unreadable, videoCutOff } from './refusals.ts'
import { probeVideo, refuseByPictures, type VideoFacts } from './video-facts.ts'

/** Under 40 MB for 60 s whatever is shown: noise would take all it is given. */
const bitsPerSecond = 4_500_000
/** ffmpeg with a decoder and x264 for Full HD takes 1 GB of address space; a bomb finds the end of this. */
const memoryBytes = 6 * 1024 ** 3

/**
 * Makes of an uploaded video what boards play: H.264 in the profile that TV sets of ten years ago decode, silent, at most a
 * minute, ready to be played before all of it has come, with a picture for boards that play none.
 * @throws AppError media.* | setup.disk-full
 */
export async function takeVideo(
  path: string,
  kind: Extract<MediaKind, { is: 'video' }>,
  fromSeconds: number,
  tools: MediaTools,
  settings: MediaSettings,
): Promise<TakenMedia> {
  const options = runOptions(tools, settings.videoTimeoutMs)
  const facts = await probeVideo(path, kind.demuxer, options)
  refuseByPictures(facts)
  const { durationSeconds: whole } = facts
  if (whole !== undefined && fromSeconds >= whole) throw startsTooLate(fromSeconds, whole)
  const into = join(tools.workDir, 'shown.mp4')
  const expected = Math.min(limits.videoSeconds, (whole ?? Number.POSITIVE_INFINITY) - fromSeconds)
  const { damaged } = await encode({ path, into, demuxer: kind.demuxer, fromSeconds, facts, expected }, tools, settings)

  const { size: sizeBytes } = await stat(into)
  if (sizeBytes === 0) throw unreadable('video')
  // ffmpeg writes a file with a head and no frame for a video of which it could decode nothing.
  const shown = await probeVideo(into, 'mov', options)
  const seconds = shown.durationSeconds ?? 0
  if (seconds === 0) throw unreadable('video')
  if (Number.isFinite(expected) && expected - seconds > Math.max(1, expected * 0.05)) {
    throw videoCutOff(fromSeconds + seconds, whole ?? 0)
  }
  if (seconds < 1) throw tooShort()
  if (sizeBytes > limits.videoResultBytes) throw mediaFailed(`the video has ${sizeBytes} bytes`)
  const poster = await makePoster(into, seconds, shown, tools, options)
  return {
    shape: {
      kind: 'video',
      mime: 'video/mp4',
      width: shown.width,
      height: shown.height,
      durationMs: Math.round(seconds * 1000),
    },
    file: { path: into, sizeBytes },
    poster: poster.file,
    original: {
      format: kind.format,
      width: facts.width,
      height: facts.height,
      ...(whole !== undefined && { durationSeconds: Math.round(whole * 100) / 100 }),
    },
    done: whatWasDone(facts, shown, fromSeconds),
    warnings: [
      ...cutWarning(whole, fromSeconds, seconds),
      ...(damaged ? [hasDamage] : []),
      ...(poster.dark ? [allDark] : []),
    ],
  }
}

interface EncodeJob {
  path: string
  into: string
  demuxer: string
  fromSeconds: number
  facts: VideoFacts
  expected: number
}

/** What ffmpeg says of pictures that it had to make up; streams that begin in the middle of one are no damage. */
const damage = /error while decoding|concealing \d+|corrupt(ed)? (frame|input|macroblock)|Invalid NAL unit size/i

async function encode(job: EncodeJob, tools: MediaTools, settings: MediaSettings): Promise<{ damaged: boolean }> {
  let damaged = false
  const { facts, expected } = job
  const { width, height } = shownSize(facts)
  const filters = [
    `fps=${Math.min(limits.framesPerSecond, facts.framesPerSecond)}`,
    // In numbers, since some files change their size on the way, and the result must not.
    `scale=${width}:${height}`,
    'setsar=1',
    'format=yuv420p',
  ]
  const args = [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-threads', '2', '-protocol_whitelist', 'file'],
    ...['-max_pixels', String(limits.videoPixels), '-f', job.demuxer],
    ...(job.fromSeconds > 0 ? ['-ss', String(job.fromSeconds)] : []),
    ...['-i', `file:${job.path}`, '-map', `0:${facts.stream}`, '-an', '-sn', '-dn'],
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-t', String(limits.videoSeconds)],
    ...['-vf', filters.join(',')],
    ...['-c:v', 'libx264', '-profile:v', 'main', '-level:v', '4.0', '-preset', 'veryfast', '-crf', '23'],
    ...['-maxrate', String(bitsPerSecond), '-bufsize', String(bitsPerSecond), '-g', '60', '-threads', '2'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-progress', 'pipe:1', '-y', `file:${job.into}`],
  ]
  const seconds = Number.isFinite(expected) ? expected : limits.videoSeconds
  await runMediaTool(
    'ffmpeg',
    args,
    {
      ...runOptions(tools, settings.videoTimeoutMs),
      onComplaint: text => {
        damaged ||= damage.test(text)
      },
      onOutput: text => {
        const doneUs = Number([...text.matchAll(/^out_time_us=(\d+)/gm)].at(-1)?.[1])
        // The rest is for the poster.
        if (doneUs >= 0) tools.progress(Math.min(0.95, (doneUs / 1e6 / seconds) * 0.95))
      },
    },
    words => unreadable('video', new Error(words)),
  )
  return { damaged }
}

/** Full HD, upright or level, at the most; even, as the encoder needs it. Pure. */
export function shownSize({ width, height }: { width: number; height: number }): { width: number; height: number } {
  const [across, down] = width >= height ? [limits.side, limits.shortSide] : [limits.shortSide, limits.side]
  const scale = Math.min(1, across / width, down / height)
  const even = (n: number) => Math.max(2, Math.floor((n * scale) / 2) * 2)
  return { width: even(width), height: even(height) }
}

function runOptions(tools: MediaTools, timeoutMs: number) {
  return { signal: tools.signal, timeoutMs, maxOutputBytes: 16 * 1024 ** 2, maxMemoryBytes: memoryBytes }
}

const hasDamage: Sentence = {
  vi: 'Tệp video có đoạn bị hỏng nên hình có thể vỡ hoặc đứng. Ông/Bà vui lòng xem lại từ đầu đến cuối, nếu cần thì xuất lại rồi tải lên.',
  en: 'Parts of the video are damaged, so its pictures may be broken or stand still. Watch it to the end, and export and upload it again if needed.',
}

const allDark: Sentence = {
  vi: 'Video toàn màu tối hoặc một màu. Ông/Bà vui lòng xem lại có đúng tệp không.',
  en: 'The whole video is dark or of one colour. Check whether it is the right file.',
}

/** Words for a start or an end: `1 phút 05 giây`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function cutWarning(whole: number | undefined, from: number, seconds: number): Sentence[] {
  const until = from + seconds
  if (whole === undefined || (from === 0 && whole - until < 0.5)) return []
  return [
    {
      vi: `Video dài ${clock(whole)}; bảng tin chỉ chiếu từ ${clock(from)} đến ${clock(until)}. Ông/Bà vui lòng xem lại đoạn này đã trọn ý chưa; có thể chọn giây bắt đầu khác.`,
      en: `The video lasts ${clock(whole)}; boards show it from ${clock(from)} to ${clock(until)} only. See that this part makes sense by itself, or choose another start.`,
    },
  ]
}

function whatWasDone(from: VideoFacts, to: VideoFacts, start: number): Sentence[] {
  const size = (f: VideoFacts) => `${f.width} × ${f.height}`
  const done: Sentence[] = []
  if (size(from) !== size(to)) {
    done.push({
      vi: `Đổi cỡ hình từ ${size(from)} thành ${size(to)}`,
      en: `Resized from ${size(from)} to ${size(to)} pixels`,
    })
  }
  if (start > 0) done.push({ vi: `Bắt đầu từ ${clock(start)}`, en: `Begins at ${clock(start)}` })
  if (from.sound) done.push({ vi: 'Bỏ tiếng', en: 'The sound was removed' })
  done.push({
    vi: `Chuyển sang H.264 (MP4), ${Math.round(to.framesPerSecond)} hình/giây, bỏ thông tin máy quay`,
    en: `Turned into H.264 (MP4), ${Math.round(to.framesPerSecond)} frames a second, without what the camera wrote of itself`,
  })
  return done
}
