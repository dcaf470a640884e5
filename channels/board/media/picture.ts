import { fork } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sentence } from '../../../services/domain/errors.ts'
import { withTimeout } from '../../../services/runtime/signals.ts'
import type { MediaTools, TakenMedia } from '../../contract.ts'
import { diskFull } from '../../run-tool.ts'
import type { PictureAnswer, PictureJob, PictureMade } from './picture-protocol.ts'
import { mediaFailed } from './programs.ts'
import { limits, tooManyPixels, unreadable } from './refusals.ts'

/** How media are worked on; tests run the sources as they are and shorten what is waited for. */
export interface MediaSettings {
  /** Options of Node for the process that decodes pictures. */
  execArgv: string[]
  pictureTimeoutMs: number
  pdfTimeoutMs: number
  videoTimeoutMs: number
}

/** Measured on two busy processors: 100 megapixels of noise 4.6 s and 460 MB, a minute of noisy Full HD two minutes. */
export const usualSettings: MediaSettings = {
  execArgv: [],
  pictureTimeoutMs: 60_000,
  pdfTimeoutMs: 60_000,
  videoTimeoutMs: 600_000,
}

const source = import.meta.url.endsWith('.ts') ? './picture-child.ts' : './picture-child.js'
const childPath = fileURLToPath(new URL(source, import.meta.url))
const stderrKept = 2_000
/** Smaller ones are blown up on the screen until every dot is seen. */
const smallSide = 640

/**
 * Makes of an uploaded picture what boards show: upright, sRGB, on white, at most 1920 pixels a side, without anything
 * that the camera wrote about itself and the place.
 * @param format as it was told from its bytes
 * @throws AppError media.unreadable | media.too-much | media.failed | setup.disk-full
 */
export async function takePicture(
  path: string,
  format: string,
  tools: MediaTools,
  settings: MediaSettings,
): Promise<TakenMedia> {
  const made = await decode(path, { mayBePng: format !== 'JPEG', pdf: false }, tools, settings)
  return {
    ...(await shownAs(made)),
    original: { format, width: made.original.width, height: made.original.height },
    done: whatWasDone(made),
    warnings: Math.max(made.width, made.height) < smallSide ? [tooSmall(made)] : [],
  }
}

/** The picture as its own part of a {@link TakenMedia}. */
export async function shownAs(made: PictureMade): Promise<Pick<TakenMedia, 'file' | 'shape'>> {
  return {
    file: { path: made.path, sizeBytes: (await stat(made.path)).size },
    shape: { kind: 'picture', mime: made.mime, width: made.width, height: made.height },
  }
}

/** Decodes in a process of its own. @param as.pdf says in the sentence that the fault is the PDF's */
export async function decode(
  path: string,
  as: { mayBePng: boolean; pdf: boolean },
  tools: MediaTools,
  settings: MediaSettings,
): Promise<PictureMade> {
  const job: PictureJob = {
    path,
    into: join(tools.workDir, 'shown'),
    maxPixels: limits.pictureMegapixels * 1e6,
    side: limits.side,
    quality: 82,
    mayBePng: as.mayBePng,
  }
  const answer = await inChild(job, settings, tools.signal)
  if (answer.kind === 'made') return answer
  tools.log.info({ answer }, 'boards: a picture was not taken')
  if (answer.kind === 'too-many-pixels') throw tooManyPixels(answer.width, answer.height)
  if (answer.kind === 'disk-full')
    throw diskFull(new Error(answer.reason), { vi: 'ảnh cho bảng tin', en: 'the picture' })
  throw unreadable(as.pdf ? 'pdf' : 'picture', new Error(answer.reason))
}

/** @throws AppError media.failed when it takes too long; the signal's reason. Ends only when the process has ended. */
function inChild(job: PictureJob, settings: MediaSettings, signal: AbortSignal): Promise<PictureAnswer> {
  signal.throwIfAborted()
  const { signal: stop, release } = withTimeout(signal, settings.pictureTimeoutMs)
  return new Promise((resolve, reject) => {
    // Nothing of ours is any of its business: no password, no key.
    const child = fork(childPath, [], {
      env: {},
      execArgv: settings.execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let answer: PictureAnswer | undefined
    let said = ''
    const kill = () => child.kill('SIGKILL')
    stop.addEventListener('abort', kill, { once: true })
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-stderrKept)
    })
    child.on('message', message => {
      answer = message as PictureAnswer
    })
    child.on('error', error => {
      said = `${said} ${error.message}`
    })
    child.on('close', (code, endSignal) => {
      stop.removeEventListener('abort', kill)
      release()
      if (signal.aborted) reject(signal.reason)
      else if (answer) resolve(answer)
      else if (stop.aborted) reject(mediaFailed('a picture took too long'))
      // A crash of the decoder is the file's fault; a process that could not even start is ours.
      else if (endSignal !== null) resolve({ kind: 'unreadable', reason: `ended by ${endSignal}` })
      else reject(mediaFailed(`the picture process ended with ${code}: ${said.slice(-500)}`))
    })
    child.send(job, error => {
      if (error) kill()
    })
  })
}

const size = (width: number, height: number) => `${width} × ${height}`

function whatWasDone({ original, width, height, mime }: PictureMade): Sentence[] {
  const done: Sentence[] = []
  const [before, after] = [size(original.width, original.height), size(width, height)]
  if (before !== after) {
    done.push({
      vi: `Thu nhỏ từ ${before} còn ${after} điểm ảnh`,
      en: `Made smaller, from ${before} to ${after} pixels`,
    })
  }
  if (original.turned) done.push({ vi: 'Xoay cho đúng chiều', en: 'Turned upright' })
  if (original.personal) {
    done.push({
      vi: 'Bỏ thông tin máy ảnh, thời gian, vị trí chụp ghi trong tệp',
      en: 'What the file said of camera, time and place was removed',
    })
  }
  if (original.transparent)
    done.push({ vi: 'Phần trong suốt thay bằng nền trắng', en: 'What was transparent is white' })
  if (original.moving) {
    done.push({ vi: 'Ảnh động: chỉ lấy hình đầu tiên', en: 'The picture moves: its first frame was taken' })
  }
  const form = mime === 'image/png' ? 'PNG' : 'JPEG'
  done.push({ vi: `Lưu dạng ${form}, màu chuẩn sRGB`, en: `Kept as ${form} in sRGB` })
  return done
}

function tooSmall({ width, height }: PictureMade): Sentence {
  return {
    vi: `Ảnh chỉ có ${size(width, height)} điểm ảnh nên sẽ bị vỡ hạt trên màn hình lớn. Ông/Bà nên dùng ảnh có cạnh dài từ 1.280 điểm ảnh trở lên.`,
    en: `The picture has only ${size(width, height)} pixels and will look coarse on a large screen. Use one of 1280 pixels or more on its longer side.`,
  }
}
