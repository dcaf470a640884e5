import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import sharp, { type Color } from 'sharp'
import type { MediaSettings } from '../../../channels/board/media/picture.ts'
import { boardMedia } from '../../../channels/board/media/take.ts'
import type { TakenMedia } from '../../../channels/contract.ts'
import { fromSources, madeVideo, probed } from '../../support/board-media.ts'
import { pdf } from '../../support/pdf.ts'
import { children } from '../loudspeaker/support.ts'

const run = promisify(execFile)

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-media-'))
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

let works = 0
async function take(
  input: string | Buffer,
  asked: { page?: number; fromSeconds?: number } = {},
  settings: Partial<MediaSettings> = {},
  signal = new AbortController().signal,
): Promise<TakenMedia & { progress: number[] }> {
  const workDir = join(dir, `work-${++works}`)
  await mkdir(workDir)
  const path = join(workDir, 'upload')
  await writeFile(path, typeof input === 'string' ? await readFile(input) : input)
  const progress: number[] = []
  const log = { info() {}, warn() {}, error() {} }
  const tools = { workDir, signal, log, progress: (share: number) => progress.push(share) }
  const taker = boardMedia({ ...fromSources, ...settings })
  return { ...(await taker.take(path, { page: 1, fromSeconds: 0, ...asked }, tools)), progress }
}

const dots = (width: number, height: number, channels: 3 | 4 = 3, background: Color = '#c8102e') =>
  sharp({ create: { width, height, channels, background } })
const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })

describe('pictures', () => {
  test('a photograph of a phone: upright, small, without place and camera', async () => {
    const photo = await noise(2400, 1600)
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Make: 'Phone' }, IFD3: { GPSLatitude: '16/1 49/1 0/1' } })
      .jpeg()
      .toBuffer()
    expect((await sharp(photo).metadata()).exif).toBeDefined()
    const taken = await take(photo)
    const meta = await sharp(taken.file.path).metadata()
    expect(taken.shape).toEqual({ kind: 'picture', mime: 'image/jpeg', width: 1280, height: 1920 })
    expect([meta.format, meta.width, meta.height, meta.space]).toEqual(['jpeg', 1280, 1920, 'srgb'])
    expect([meta.exif, meta.icc, meta.xmp, meta.iptc, meta.orientation]).toEqual(Array(5).fill(undefined))
    expect(taken.original).toEqual({ format: 'JPEG', width: 1600, height: 2400 })
    expect(taken.done.map(d => d.vi).join('; ')).toMatch(/Thu nhỏ.*Xoay.*vị trí chụp.*JPEG/)
    expect(taken.file.sizeBytes).toBe((await stat(taken.file.path)).size)
  })

  test('what is transparent is white, and a drawing stays PNG', async () => {
    const drawing = await dots(800, 600, 4, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer()
    const taken = await take(drawing)
    expect(taken.shape).toMatchObject({ mime: 'image/png', width: 800, height: 600 })
    const { channels, isOpaque } = await sharp(taken.file.path).stats()
    expect([isOpaque, ...channels.map(c => c.min)]).toEqual([true, 255, 255, 255])
  })

  test('WebP, AVIF and the first frame of a GIF', async () => {
    const frames = Buffer.concat([Buffer.alloc(64 * 64 * 3, 0xff), Buffer.alloc(64 * 64 * 3, 0)])
    const moving = sharp(frames, { raw: { width: 64, height: 128, channels: 3, pageHeight: 64 } }).gif({
      delay: [90, 90],
    })
    const files = [
      await dots(900, 500).webp().toBuffer(),
      await dots(900, 500).avif().toBuffer(),
      await moving.toBuffer(),
    ]
    const taken = await Promise.all(files.map(file => take(file)))
    expect(taken.map(t => t.original.format)).toEqual(['WebP', 'AVIF', 'GIF'])
    expect(taken[2]?.shape).toMatchObject({ width: 64, height: 64 })
    expect((await sharp(taken[2]?.file.path).stats()).channels[0]?.min).toBe(255)
    expect(taken[2]?.done[0]?.vi).toMatch(/hình đầu tiên/)
    expect(taken[2]?.warnings[0]?.vi).toMatch(/vỡ hạt/)
  })

  test('CMYK from a printing house becomes sRGB', async () => {
    const print = await dots(700, 700).toColourspace('cmyk').jpeg().toBuffer()
    expect((await sharp(print).metadata()).space).toBe('cmyk')
    const taken = await take(print)
    expect((await sharp(taken.file.path).metadata()).space).toBe('srgb')
  })

  test('50 MB of noise are made small', async () => {
    const big = await noise(4400, 3980).png({ compressionLevel: 0 }).toBuffer()
    expect(big.length).toBeGreaterThan(50 * 1024 ** 2)
    const taken = await take(big)
    expect(taken.shape).toMatchObject({ width: 1920, mime: 'image/jpeg' })
    expect(taken.file.sizeBytes).toBeLessThan(5 * 1024 ** 2)
  })

  test('a bomb is refused by its head: a few kilobytes that unpack to gigabytes', async () => {
    const bomb = await dots(12_000, 9_000, 3, '#fff').png().toBuffer()
    expect(bomb.length).toBeLessThan(1024 ** 2)
    await expect(take(bomb)).rejects.toMatchObject({
      code: 'media.too-much',
      userMessage: { vi: expect.stringMatching(/108 triệu/) },
    })
  })

  test.each([
    [
      'a JPEG that was not copied to its end',
      async () => (await noise(900, 900).jpeg().toBuffer()).subarray(0, 200_000),
    ],
    ['a head of a PNG and nothing', async () => Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1')],
    [
      'a WebP of rubbish',
      async () => Buffer.concat([Buffer.from('RIFF\u00ff\u00ff\0\0WEBPVP8 ', 'latin1'), randomBytes(5_000)]),
    ],
  ])('%s', async (_name, file) => {
    await expect(take(await file())).rejects.toMatchObject({
      code: 'media.unreadable',
      userMessage: { vi: expect.stringMatching(/^Ảnh bị hỏng/) },
    })
  })

  test('a decoder that hangs is ended, and one that crashes harms nobody', async () => {
    const hook = join(dir, 'hang.cjs')
    await writeFile(hook, 'setInterval(() => {}, 1000); process.once = () => process')
    const slow = { execArgv: ['--require', hook, ...fromSources.execArgv], pictureTimeoutMs: 1_500 }
    const picture = await dots(100, 100).png().toBuffer()
    await expect(take(picture, {}, slow)).rejects.toMatchObject({ code: 'media.failed' })
    const crash = join(dir, 'crash.cjs')
    await writeFile(crash, "process.on('message', () => process.kill(process.pid, 'SIGSEGV'))")
    const crashing = { execArgv: ['--require', crash, ...fromSources.execArgv] }
    await expect(take(picture, {}, crashing)).rejects.toMatchObject({ code: 'media.unreadable' })
    expect(await children()).toEqual([])
  })
})

describe('files that are something else', () => {
  const heic = Buffer.concat([Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0mif1heic'), Buffer.alloc(100)])
  test.each([
    [
      'an SVG with a script',
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
      /SVG.*PNG/,
    ],
    ['a HEIC of an iPhone', heic, /HEIC.*JPEG/],
    ['a TIFF', 'II*\0rest', /PNG hoặc JPEG/],
    ['an MP3', 'ID3\u0003', /âm thanh/],
    ['a zip', 'PK\u0003\u0004', /tệp nén/],
    ['a Word document', 'PK\u0003\u0004......[Content_Types].xml', /PDF/],
    ['a web page', '<!doctype html><p>x', /trang web/],
    ['a program', 'MZ\u0090', /chương trình/],
    ['nothing', Buffer.alloc(0), /rỗng/],
    ['rubbish', Buffer.alloc(500, 7), /Không nhận ra/],
  ])('%s', async (_name, bytes, sentence) => {
    const file = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
    await expect(take(file)).rejects.toMatchObject({
      code: 'media.not-taken',
      userMessage: { vi: expect.stringMatching(sentence) },
    })
  })

  test('an SVG behind the head of a PNG is no PNG to anybody', async () => {
    const mixed = Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), Buffer.from('<svg onload="x"/>')])
    await expect(take(mixed)).rejects.toMatchObject({ code: 'media.unreadable' })
  })
})

describe('pages of PDFs', () => {
  const large = [{ text: 'LICH CAT DIEN', size: 60, y: 700 }]
  const small = Array.from({ length: 40 }, (_, i) => ({
    text: 'Can cu Luat va Nghi dinh so 49',
    size: 12,
    y: 780 - i * 18,
  }))

  test('the page that was chosen, as a picture; small letters are warned of', async () => {
    const file = pdf([large, small])
    const [first, second] = [await take(file, { page: 1 }), await take(file, { page: 2 })]
    expect(first.shape).toMatchObject({ kind: 'picture', height: 1920, width: 1357, mime: 'image/png' })
    expect(first.original).toEqual({ format: 'PDF', width: 595, height: 842, page: 1, pages: 2 })
    expect(first.warnings).toEqual([])
    expect(second.warnings[0]?.vi).toMatch(/chữ nhỏ chỉ cao 1,[2-4] % màn hình.*100 %/)
    expect(await readFile(first.file.path)).not.toEqual(await readFile(second.file.path))
  })

  test('a page on its side is measured as it is looked at; a scan cannot be measured', async () => {
    const turned = await take(pdf([large], { rotate: 90 }))
    expect(turned.shape).toMatchObject({ width: 1920, height: 1357 })
    expect(turned.original).toMatchObject({ width: 842, height: 595 })
    expect((await take(pdf([[]]))).warnings[0]?.vi).toMatch(/bản quét/)
  })

  test('small pictures of twelve pages, for choosing one', async () => {
    const path = join(dir, 'fifteen.pdf')
    await writeFile(path, pdf(Array.from({ length: 15 }, () => large)))
    const tools = async () => ({
      workDir: await mkdtemp(join(dir, 'thumbs-')),
      signal: new AbortController().signal,
      log: { info() {}, warn() {}, error() {} },
      progress() {},
    })
    const taker = boardMedia(fromSources)
    const pages = await taker.pages(path, 1, await tools())
    expect([pages.pages, pages.first, pages.pictures.length]).toEqual([15, 1, 12])
    expect((await sharp(pages.pictures[0]).metadata()).height).toBe(260)
    expect((await taker.pages(path, 13, await tools())).pictures).toHaveLength(3)
  })

  test.each([
    ['one with a password', () => pdf([large], { locked: true }), {}, 'media.locked', /mật khẩu/],
    ['5,000 pages', () => pdf(Array.from({ length: 5_000 }, () => [])), {}, 'media.too-much', /5\.000 trang/],
    ['a page the size of a field', () => pdf([large], { width: 90_000, height: 90_000 }), {}, 'media.too-much', /A4/],
    ['a page like a strip', () => pdf([large], { width: 10_000, height: 100 }), {}, 'media.too-much', /A4/],
    ['a page that is not there', () => pdf([large]), { page: 3 }, 'media.no-such-part', /chỉ có 1 trang/],
    [
      'a broken one',
      () => Buffer.from('%PDF-1.7\nnothing of a PDF follows'),
      {},
      'media.unreadable',
      /^Tệp PDF bị hỏng/,
    ],
  ])('%s', async (_name, file, asked, code, sentence) => {
    await expect(take(file(), asked)).rejects.toMatchObject({
      code,
      userMessage: { vi: expect.stringMatching(sentence) },
    })
  })
})

describe('videos', () => {
  test('a phone video becomes what old TV sets play: H.264, silent, at most 30 frames a second, with a poster', async () => {
    const clip = await madeVideo(
      dir,
      'clip.mov',
      'testsrc2=s=1280x720:r=60:d=2',
      ...['-f', 'lavfi', '-i', 'sine=d=2', '-metadata', 'location=+16.8+107.1/', '-shortest'],
    )
    const taken = await take(clip)
    expect(taken.shape).toEqual({ kind: 'video', mime: 'video/mp4', width: 1280, height: 720, durationMs: 2_000 })
    const facts = await probed(taken.file.path)
    expect(facts).toMatch(/codec_name="h264"[\s\S]*profile="Main"[\s\S]*pix_fmt="yuv420p"[\s\S]*r_frame_rate="30\/1"/)
    expect(facts).not.toMatch(/audio|location/)
    const bytes = await readFile(taken.file.path)
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
    expect(taken.done.map(d => d.vi)).toEqual(expect.arrayContaining(['Bỏ tiếng']))
    const poster = await sharp(taken.poster?.path).metadata()
    expect([poster.format, poster.width, poster.height]).toEqual(['jpeg', 1280, 720])
  })

  test('the poster is not the black that the video begins with', async () => {
    const black = 'color=black:s=320x240:d=1[a];testsrc2=s=320x240:d=2[b];[a][b]concat=n=2'
    const taken = await take(await madeVideo(dir, 'fade.mp4', black))
    const { channels } = await sharp(taken.poster?.path).stats()
    expect(channels[0]?.stdev).toBeGreaterThan(25)
    const dark = await take(await madeVideo(dir, 'dark.mp4', 'color=black:s=320x240:d=2'))
    expect(dark.warnings[0]?.vi).toMatch(/toàn màu tối/)
  })

  test('a minute of a longer one, from where it is asked for, and progress meanwhile', async () => {
    const long = await madeVideo(dir, 'long.webm', 'testsrc2=s=160x90:r=2:d=75', '-c:v', 'libvpx', '-speed', '8')
    const whole = await take(long)
    expect(whole.shape).toMatchObject({ kind: 'video', durationMs: 60_000 })
    expect(whole.warnings[0]?.vi).toMatch(/dài 1:15; bảng tin chỉ chiếu từ 0:00 đến 1:00/)
    expect(whole.progress.length).toBeGreaterThan(0)
    expect([...whole.progress].sort((a, b) => a - b)).toEqual(whole.progress)
    const end = await take(long, { fromSeconds: 70 })
    expect((end.shape as { durationMs: number }).durationMs).toBeCloseTo(5_000, -3)
    await expect(take(long, { fromSeconds: 90 })).rejects.toMatchObject({ code: 'media.no-such-part' })
  })

  test('an upright one stays upright, and a larger one is made smaller', async () => {
    const taken = await take(await madeVideo(dir, 'upright.mp4', 'testsrc2=s=1440x2560:r=10:d=1.2'))
    expect(taken.shape).toMatchObject({ width: 1080, height: 1920 })
  })

  test('dots that are not square, and a size that changes on the way', async () => {
    const stretched = await madeVideo(dir, 'dv.mp4', 'testsrc2=s=360x288:r=10:d=1.5', '-vf', 'setsar=16/11')
    expect((await take(stretched)).shape).toMatchObject({ width: 524, height: 288 })
    // Two transport streams one after the other are one, as recorders of meetings write them.
    const [first, second] = [
      await madeVideo(dir, 'a.ts', 'testsrc2=s=320x180:r=10:d=1.5', '-f', 'mpegts'),
      await madeVideo(dir, 'b.ts', 'testsrc2=s=640x480:r=10:d=1.5', '-f', 'mpegts', '-output_ts_offset', '1.5'),
    ]
    const both = Buffer.concat([await readFile(first), await readFile(second)])
    const taken = await take(both)
    expect(taken.shape).toMatchObject({ width: 320, height: 180 })
    expect((taken.shape as { durationMs: number }).durationMs).toBeGreaterThan(2_500)
    expect(taken.original.format).toBe('MPEG-TS')
  })

  test('one whose end is missing', async () => {
    const path = await madeVideo(dir, 'cut.mp4', 'testsrc2=s=320x240:d=10', '-movflags', '+faststart')
    await truncate(path, Math.round((await stat(path)).size * 0.5))
    await expect(take(path)).rejects.toMatchObject({
      code: 'media.unreadable',
      userMessage: { vi: expect.stringMatching(/thiếu phần cuối.*10 giây/) },
    })
  })

  test('one with damage in its middle is taken, and told of', async () => {
    const path = await madeVideo(dir, 'scratched.mp4', 'testsrc2=s=320x240:d=6', '-movflags', '+faststart')
    const bytes = await readFile(path)
    expect((await take(bytes)).warnings).toEqual([])
    const middle = Math.round(bytes.length * 0.6)
    for (let at = middle; at < middle + 4_000; at += 40) bytes[at] = 0x55
    expect((await take(bytes)).warnings[0]?.vi).toMatch(/có đoạn bị hỏng/)
  })

  test('one that does not decode at all, with a head that is right', async () => {
    const path = await madeVideo(dir, 'noise.mp4', 'testsrc2=s=320x240:d=3', '-movflags', '+faststart')
    const bytes = await readFile(path)
    const from = bytes.indexOf('mdat') + 4
    randomBytes(bytes.length - from).copy(bytes, from)
    await expect(take(bytes)).rejects.toMatchObject({ code: 'media.unreadable' })
  })

  test('sound alone, a song with a cover, one frame, a bomb of 16,384 dots, eleven minutes', async () => {
    const song = await madeVideo(dir, 'song.mp4', 'sine=d=2')
    await expect(take(song)).rejects.toMatchObject({
      code: 'media.not-taken',
      userMessage: { vi: expect.stringMatching(/chỉ có tiếng/) },
    })
    const frame = await madeVideo(dir, 'frame.mp4', 'testsrc2=s=64x64:r=10:d=0.1')
    await expect(take(frame)).rejects.toMatchObject({ code: 'media.no-such-part' })
    const bomb = await madeVideo(dir, 'bomb.mkv', 'color=s=16384x64:r=1:d=1', '-c:v', 'mjpeg')
    await expect(take(bomb)).rejects.toMatchObject({
      code: 'media.too-much',
      userMessage: { vi: expect.stringMatching(/16\.384/) },
    })
    const film = await madeVideo(dir, 'film.mp4', 'color=s=32x32:r=1:d=660')
    await expect(take(film)).rejects.toMatchObject({
      code: 'media.too-much',
      userMessage: { vi: expect.stringMatching(/11 phút.*10 phút/) },
    })
  })

  test('a playlist in disguise opens no other file', async () => {
    await expect(take(Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n'))).rejects.toMatchObject({
      code: 'media.not-taken',
    })
    await expect(take(Buffer.from('ffconcat version 1.0\nfile /etc/hostname\n'))).rejects.toMatchObject({
      code: 'media.not-taken',
    })
  })
})

describe('programs that hang, fail or are not there', () => {
  /** Takes a file while these shell scripts stand first on the PATH. */
  async function takeWith(
    fakes: Record<string, string>,
    file: string,
    { timeoutMs = 60_000, abortAfterMs = 600_000, alone = false } = {},
  ) {
    const place = await mkdtemp(join(dir, 'fakes-'))
    const [bin, work] = [join(place, 'bin'), join(place, 'work')]
    await mkdir(bin)
    await mkdir(work)
    for (const [name, script] of Object.entries(fakes)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
      await chmod(join(bin, name), 0o755)
    }
    const env = { ...process.env, PATH: alone ? bin : `${bin}${delimiter}${process.env.PATH}` }
    const args = [...fromSources.execArgv, resolve('test/support/media-maker.ts')]
    const words = [...args, work, file, String(timeoutMs), String(abortAfterMs)]
    const { stdout } = await run(process.execPath, words, { env })
    const result = JSON.parse(stdout) as { code: string; message: string; vi: string }
    return { ...result, running: await anyRunsIn(bin, work) }
  }

  /** Does a process still run that was started by one of the scripts, or that works in the folder? */
  async function anyRunsIn(...places: string[]): Promise<boolean> {
    const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
    const lines = await Promise.all(ids.map(id => readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')))
    return lines.some(line => places.some(at => line.includes(at)))
  }

  let clip: string
  let page: string
  beforeAll(async () => {
    clip = await madeVideo(dir, 'short.mp4', 'testsrc2=s=320x240:d=2')
    page = join(dir, 'page.pdf')
    await writeFile(page, pdf([[{ text: 'A', size: 90, y: 400 }]]))
  })

  test('an ffmpeg that hangs is ended in time, with what it has started itself', async () => {
    const hung = await takeWith({ ffmpeg: 'sleep 600 & sleep 600' }, clip, { timeoutMs: 1_000 })
    expect(hung).toMatchObject({
      code: 'media.failed',
      running: false,
      vi: expect.stringMatching(/thời gian cho phép/),
    })
  })

  test('an uploader who goes away ends it at once', async () => {
    const left = await takeWith({ ffmpeg: 'sleep 600' }, clip, { abortAfterMs: 1_500 })
    expect(left).toMatchObject({ code: 'other', message: 'the uploader went away', running: false })
  })

  test('a pdftoppm that hangs, and one that is killed for its memory', async () => {
    const hung = await takeWith({ pdftoppm: 'sleep 600' }, page, { timeoutMs: 1_000 })
    expect(hung).toMatchObject({ code: 'media.failed', running: false })
    expect(await takeWith({ pdftoppm: 'kill -9 $$' }, page)).toMatchObject({ code: 'media.unreadable' })
  })

  test('a full disk is not the fault of the file', async () => {
    const full = 'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1'
    expect(await takeWith({ ffmpeg: full }, clip)).toMatchObject({
      code: 'setup.disk-full',
      vi: expect.stringMatching(/bảng tin/),
    })
  })

  test('programs that are not installed are named with the command that brings them', async () => {
    const [noPoppler, noFfmpeg] = [await takeWith({}, page, { alone: true }), await takeWith({}, clip, { alone: true })]
    expect(noPoppler).toMatchObject({
      code: 'media.tool-missing',
      vi: expect.stringMatching(/install -y poppler-utils$/),
    })
    expect(noFfmpeg).toMatchObject({ code: 'media.tool-missing', vi: expect.stringMatching(/install -y ffmpeg$/) })
  })
})

test('nothing of what was made on the way is left beside the result', async () => {
  const left = new Set<string>()
  for (const name of (await readdir(dir)).filter(n => n.startsWith('work-'))) {
    for (const file of await readdir(join(dir, name))) left.add(file)
  }
  expect([...left].filter(name => !/^(upload|shown\.(jpg|png|mp4)|poster\.jpg)$/.test(name))).toEqual([])
})
