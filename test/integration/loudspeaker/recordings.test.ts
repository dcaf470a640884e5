import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import yazl from 'yazl'
import type { TakenRecording } from '../../../channels/contract.ts'
import { levelRecording } from '../../../channels/loudspeaker/recordings.ts'
import { type AppError, isAppError } from '../../../services/domain/errors.ts'
import { cutShort, ffmpeg, made, speechFile, written } from './recorded.ts'
import { children, inFolder, listen, loudness, never } from './support.ts'

let dir: string
let speech: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-recordings-'))
  speech = await speechFile(dir, 12)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

interface Levelled {
  said: TakenRecording
  heard: Awaited<ReturnType<typeof listen>>
  hash: string
}

const level = (path: string): Promise<Levelled> =>
  inFolder(async workDir => {
    const out = join(workDir, 'voice.flac')
    const said = await levelRecording(path, { workDir, signal: never() })
    expect(await readdir(workDir)).toEqual(['voice.flac'])
    const hash = createHash('sha256')
      .update(await readFile(out))
      .digest('hex')
    // As the meter of the house hears a track: with the silence that always follows it on air.
    const [lufs] = await loudness(out, 'apad=pad_dur=1')
    return { said, heard: { ...(await listen(out)), lufs }, hash }
  })

const refusal = (path: string, signal = never()): Promise<AppError> =>
  inFolder(async workDir => {
    const error = await levelRecording(path, { workDir, signal }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(await readdir(workDir)).toEqual([])
    if (!isAppError(error)) throw error ?? new Error('nothing was refused')
    return error
  })

function expectStandard({ said, heard }: Levelled): void {
  expect(heard.lufs).toBeGreaterThanOrEqual(-16.5)
  expect(heard.lufs).toBeLessThanOrEqual(-15.5)
  expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
  expect(said.after).toEqual({ lufs: heard.lufs, dbtp: heard.dbtp })
  expect(heard.format).toMatchObject({ codec_name: 'flac', channels: 1, sample_rate: '22050' })
  expect(said.durationSeconds).toBeCloseTo(Number(heard.format.duration), 1)
}

describe('what is taken', () => {
  test.each([
    ['a.mp3', 'MP3', ['-b:a', '128k']],
    ['old.mp3', 'MP3', ['-b:a', '32k', '-ar', '22050', '-write_xing', '0', '-id3v2_version', '0']],
    ['a.wav', 'WAV', []],
    ['studio.wav', 'WAV', ['-ac', '2', '-ar', '192000', '-c:a', 'pcm_s24le']],
    ['phone.m4a', 'MP4/M4A', ['-c:a', 'aac', '-b:a', '64k']],
    ['a.ogg', 'OGG', ['-c:a', 'libvorbis']],
    ['chat.opus', 'OGG', ['-c:a', 'libopus', '-b:a', '24k']],
    ['browser.webm', 'WebM', ['-c:a', 'libopus', '-f', 'webm', '-live', '1']],
    ['a.flac', 'FLAC', []],
    ['a.wma', 'WMA', ['-c:a', 'wmav2']],
    ['a.aiff', 'AIFF', []],
    ['a.aac', 'AAC', ['-c:a', 'aac', '-f', 'adts']],
    // Names are not asked.
    ['hinh.png', 'MP3', ['-b:a', '64k', '-f', 'mp3']],
    ['quiet.wav', 'WAV', ['-af', 'volume=-24dB']],
    ['clipped.wav', 'WAV', ['-af', 'volume=20dB']],
    ['left.wav', 'WAV', ['-af', 'pan=stereo|c0=c0|c1=0*c0']],
  ])('%s is %s and comes out at the standard', async (name, format, args) => {
    const levelled = await level(await made(dir, name, speech, ...args))
    expectStandard(levelled)
    expect(levelled.said.format).toBe(format)
    expect(levelled.said.durationSeconds).toBeGreaterThan(11.8)
    expect(levelled.said.durationSeconds).toBeLessThan(12.3)
  })

  test('a song file with its cover is sound, not a film', async () => {
    const cover = join(dir, 'cover.jpg')
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x64', '-frames:v', '1', cover)
    const path = join(dir, 'cover.mp3')
    await ffmpeg('-i', speech, '-i', cover, '-map', '0:a', '-map', '1:v', '-disposition:v', 'attached_pic', path)
    expectStandard(await level(path))
  })

  test('one second, and what is so quiet that its noise comes up is said', async () => {
    expectStandard(await level(await made(dir, 'one.wav', speech, '-t', '1.1')))
    const quiet = await level(await made(dir, 'very-quiet.wav', speech, '-af', 'volume=-28dB'))
    expectStandard(quiet)
    expect(quiet.said.warnings[0]?.vi).toMatch(/^Bản ghi rất nhỏ \(-4\d LUFS\)/)
    expect(quiet.said.before.lufs).toBeLessThan(-36)
  })

  test('fifteen minutes', async () => {
    const long = await speechFile(dir, 900)
    const levelled = await level(await made(dir, 'long.mp3', long, '-b:a', '64k'))
    expectStandard(levelled)
    expect(levelled.said.durationSeconds).toBeCloseTo(900, 0)
  }, 240_000)

  test('the same file gives the same track', async () => {
    const path = await made(dir, 'same.mp3', speech, '-b:a', '64k')
    const [one, two] = [await level(path), await level(path)]
    expect(one.hash).toBe(two.hash)
  })
})

describe('what is refused, each with its own sentence', () => {
  const speaks = (error: AppError, code: string, sentence: RegExp) => {
    expect([error.code, error.userMessage.vi]).toEqual([code, expect.stringMatching(sentence)])
    expect(error.userMessage.en.length).toBeGreaterThan(20)
  }

  test('an "MP3" that is a zip', async () => {
    const zip = new yazl.ZipFile()
    zip.addReadStream((await import('node:fs')).createReadStream(speech), 'ban-ghi.wav')
    zip.end()
    const chunks: Buffer[] = []
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
    speaks(
      await refusal(await written(dir, 'zip.mp3', Buffer.concat(chunks))),
      'recording.not-audio',
      /tệp nén \(zip\)/,
    )
  })

  test('pictures, pages, documents, nothing, and what nobody knows', async () => {
    const png = join(dir, 'picture.mp3')
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x64', '-frames:v', '1', '-f', 'image2', '-c:v', 'png', png)
    speaks(await refusal(png), 'recording.not-audio', /hình ảnh/)
    speaks(await refusal(await written(dir, 'a', '<!doctype html>')), 'recording.not-audio', /trang web/)
    speaks(await refusal(await written(dir, 'b', '%PDF-1.7')), 'recording.not-audio', /tài liệu/)
    speaks(await refusal(await written(dir, 'c', '')), 'recording.not-audio', /rỗng/)
    speaks(await refusal(await written(dir, 'd', 'xin chào')), 'recording.not-audio', /Không nhận ra/)
  })

  test('a film, and a film without sound', async () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=5', '-t', '2']
    const [film, mute] = [join(dir, 'film.mp3'), join(dir, 'mute.m4a')]
    await ffmpeg('-i', speech, ...source, '-c:v', 'mpeg4', '-c:a', 'aac', '-f', 'mp4', film)
    await ffmpeg(...source, '-c:v', 'mpeg4', '-f', 'mp4', mute)
    for (const path of [film, mute]) speaks(await refusal(path), 'recording.not-audio', /tệp video/)
  })

  test('ten hours, told before anything is decoded', async () => {
    const path = join(dir, 'hours.flac')
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '36000', path)
    const started = performance.now()
    speaks(await refusal(path), 'recording.too-long', /dài 10 giờ; .*tối đa 30 phút/)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test('31 minutes in a file that does not say its length', async () => {
    const path = join(dir, 'stream.webm')
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=300:sample_rate=8000', '-t', '1860']
    await ffmpeg(...sound, '-c:a', 'libopus', '-compression_level', '0', '-f', 'webm', '-live', '1', path)
    speaks(await refusal(path), 'recording.too-long', /quá dài; .*30 phút/)
  }, 240_000)

  test('silence, and hum under the horn', async () => {
    const silence = join(dir, 'silence.wav')
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=stereo', '-t', '5', silence)
    speaks(await refusal(silence), 'recording.silent', /im lặng/)
    const hiss = join(dir, 'hiss.wav')
    await ffmpeg('-f', 'lavfi', '-i', 'anoisesrc=amplitude=0.0008', '-t', '5', hiss)
    speaks(await refusal(hiss), 'recording.silent', /micrô/)
  })

  test('0.2 s', async () => {
    speaks(await refusal(await made(dir, 'slip.wav', speech, '-t', '0.2')), 'recording.too-short', /chỉ dài 0,2 giây/)
  })

  test('eight channels at 192 kHz', async () => {
    const path = await made(dir, 'eight.wav', speech, '-ac', '8', '-ar', '192000')
    speaks(await refusal(path), 'recording.channels', /8 kênh âm thanh; .*mono hoặc stereo/)
  })

  test.each([
    ['cut.wav', []],
    ['cut.aiff', []],
    ['cut.flac', []],
    ['cut.mp3', ['-b:a', '64k']],
    ['cut.m4a', ['-c:a', 'aac']],
    ['cut-fast.m4a', ['-c:a', 'aac', '-movflags', '+faststart']],
    ['cut.ogg', ['-c:a', 'libvorbis']],
  ])('%s without its second half', async (name, args) => {
    const path = await made(dir, name, speech, ...args)
    const { size } = await stat(path)
    speaks(await refusal(await cutShort(path, 0.5, size)), 'recording.unreadable', /thiếu phần cuối|chưa chép xong/)
  })

  test('a known head with rubbish behind it', async () => {
    const rubbish = Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * 7_919) % 251))
    for (const head of ['ID3\u0003', 'fLaC', 'OggS', 'RIFF\0\0\0\0WAVE', '\0\0\0\u0020ftypM4A ']) {
      const path = await written(dir, 'rubbish', Buffer.concat([Buffer.from(head, 'latin1'), rubbish]))
      expect((await refusal(path)).code).toMatch(/^recording\.(unreadable|not-audio|too-short|silent)$/)
    }
  })

  test('a list of files cannot make ffmpeg read another one', async () => {
    const list = `ffconcat version 1.0\nfile '${speech}'\n`
    speaks(await refusal(await written(dir, 'list.mp3', list)), 'recording.not-audio', /Không nhận ra/)
    const hidden = await written(dir, 'hidden.mp3', `ID3\u0003\0\0\0\0\0\0#EXTM3U\n#EXTINF:5,\nfile://${speech}\n`)
    speaks(await refusal(hidden), 'recording.unreadable', /hỏng/)
  })
})

test('an abort ends it at once, without a program or a file left over', async () => {
  const long = await made(dir, 'to-abort.wav', await speechFile(dir, 600))
  const stop = new AbortController()
  await inFolder(async workDir => {
    const work = levelRecording(long, { workDir, signal: stop.signal })
    const ended = expect(work).rejects.toThrow('the officer went away')
    const begun = async () => (await readdir(workDir)).includes('voice.pcm')
    while (!(await begun())) await new Promise(resolve => setImmediate(resolve))
    stop.abort(new Error('the officer went away'))
    await ended
    expect(await children()).toEqual([])
    expect((await readdir(workDir)).filter(name => name !== 'voice.flac')).toEqual([])
  })
})
