import { spawn } from 'node:child_process'
import { AppError } from '../../domain/errors.ts'
import { projectPath } from '../../runtime/paths.ts'

export const photoLimitBytes = 20 * 1024 ** 2
const photoLimitPixels = 60_000_000
/** Enough to read the headline of a notice on a board; some 300 kB. */
const longestSide = 1600
const jpegQuality = 78
/** 60 megapixels take a second and 125 MB. */
const decodeMs = 60_000
const saidKept = 500
const childPath = projectPath('services/places/postings/photo-child.mjs')

type PhotoKind = 'jpeg' | 'png' | 'webp' | 'heic'

/** What a photo is, by its first bytes; undefined when it is none that phones make. */
export function photoKind(bytes: Uint8Array): PhotoKind | undefined {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (bytes[0] === 0x89 && ascii(1, 4) === 'PNG') return 'png'
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp'
  if (ascii(4, 8) === 'ftyp' && /^(heic|heix|hevc|heim|heis|mif1|msf1|avif)$/.test(ascii(8, 12))) return 'heic'
  return undefined
}

/**
 * A phone's photo as it is kept: turned upright, at most 1,600 pixels a side, JPEG without any metadata. Place, time, model
 * and owner of the phone go: the picture proves the posting, and nobody's way through the commune is ours to keep. The same
 * bytes give the same photo, so that a repeat is recognised by its hash.
 * @throws AppError request.too-large | posting.bad-photo
 */
export async function cleanPhoto(bytes: Buffer): Promise<Buffer> {
  if (bytes.length > photoLimitBytes) throw photoTooLarge()
  const kind = photoKind(bytes)
  if (kind === undefined) {
    throw new AppError('posting.bad-photo', {
      vi: 'Tệp gửi lên không phải là ảnh. Ông/Bà vui lòng chụp lại bảng bằng máy ảnh của điện thoại.',
      en: 'This file is not a photo. Please take a picture of the board with your phone.',
    })
  }
  if (kind === 'heic') {
    throw new AppError('posting.bad-photo', {
      vi: 'Hệ thống chưa đọc được ảnh HEIC. Trên iPhone, Ông/Bà vào Cài đặt > Camera > Định dạng, chọn "Tương thích nhất" rồi chụp lại.',
      en: 'HEIC photos cannot be read. On an iPhone choose Settings > Camera > Formats > "Most Compatible" and take it again.',
    })
  }
  return await decoded(bytes)
}

/** Decodes in a process of its own, which ends with the photo. @throws AppError posting.bad-photo */
function decoded(bytes: Buffer): Promise<Buffer> {
  const limits = [photoLimitPixels, longestSide, jpegQuality].map(String)
  return new Promise((resolve, reject) => {
    // Nothing of ours is any of its business: no password, no key.
    const child = spawn(process.execPath, [childPath, ...limits], { env: {}, timeout: decodeMs, killSignal: 'SIGKILL' })
    const photo: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => photo.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-saidKept)
    })
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 && photo.length > 0) resolve(Buffer.concat(photo))
      else if (code === 3) reject(tooManyPixels())
      // A crash of the decoder is the photo's fault; a process that could not even start is ours.
      else if (code === 2 || signal !== null) reject(unreadable(new Error(`${signal ?? code}: ${said}`)))
      else reject(new Error(`the photo's process ended with ${code}: ${said}`))
    })
    child.stdin.end(bytes)
  })
}

function unreadable(cause: unknown): AppError {
  return new AppError(
    'posting.bad-photo',
    {
      vi: 'Ảnh bị hỏng hoặc chưa tải lên hết. Ông/Bà vui lòng gửi lại hoặc chụp ảnh khác.',
      en: 'The photo is damaged or did not arrive whole. Please send it again or take another one.',
    },
    { cause },
  )
}

function tooManyPixels(): AppError {
  return new AppError('posting.bad-photo', {
    vi: 'Ảnh quá lớn (trên 60 triệu điểm ảnh). Ông/Bà vui lòng chụp lại ở cỡ ảnh nhỏ hơn.',
    en: 'The photo is too large (over 60 megapixels). Please take a smaller one.',
  })
}

/** For bodies that announce or turn out to hold more than a photo. */
export function photoTooLarge(): AppError {
  return new AppError('request.too-large', {
    vi: 'Ảnh lớn hơn 20 MB nên chưa được nhận. Ông/Bà vui lòng chụp lại ở cỡ ảnh nhỏ hơn.',
    en: 'The photo is larger than 20 MB and was not taken. Please take a smaller one.',
  })
}
