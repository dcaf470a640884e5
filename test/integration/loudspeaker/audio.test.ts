import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { BroadcastAudio } from '../../../channels/loudspeaker/assemble.ts'
import { speakBulletin } from '../../../channels/loudspeaker/voices/bulletin.ts'
import { espeakRate, espeakVariants, espeakVoice } from '../../../channels/loudspeaker/voices/espeak.ts'
import { piperVoice } from '../../../channels/loudspeaker/voices/piper.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { captureLog } from '../../contract/suite.ts'
import { tinyModel } from '../../support/tiny-vits.ts'
import {
  type AudioOptions,
  brief,
  bulletin,
  type Heard,
  inFolder,
  listen,
  loudness,
  makeBroadcastAudio,
  never,
  piecesOf,
  plain,
} from './support.ts'

interface Made {
  said: BroadcastAudio
  heard: Heard
  bytes: Buffer
  left: string[]
  path: string
}

/** Makes a file from a text and lends it, with what the tools say about it. */
function withAudio<T>(text: string, options: Partial<AudioOptions>, work: (made: Made) => Promise<T>): Promise<T> {
  return inFolder(dir =>
    inFolder(async workDir => {
      const path = join(dir, 'o.mp3')
      const said = await makeBroadcastAudio(
        piecesOf(text),
        path,
        { ...plain, ...options },
        { workDir, signal: never() },
      )
      const made = { said, heard: await listen(path), bytes: await readFile(path), left: await readdir(dir), path }
      return await work(made)
    }),
  )
}

function expectStandard({ said, heard, left }: Made): void {
  expect(heard.lufs).toBeGreaterThanOrEqual(-16.5)
  expect(heard.lufs).toBeLessThanOrEqual(-15.5)
  expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
  expect(heard.headSilence).toBeGreaterThanOrEqual(1.5)
  expect(heard.format).toMatchObject({
    codec_name: 'mp3',
    channels: 1,
    sample_rate: '44100',
    bit_rate: '64000',
    format_name: 'mp3',
  })
  expect(said).toMatchObject({ lufs: heard.lufs, dbtp: heard.dbtp, sizeBytes: Number(heard.format.size) })
  expect(said.headSilenceSeconds).toBeCloseTo(heard.headSilence, 1)
  expect(said.durationSeconds).toBeCloseTo(Number(heard.format.duration), 1)
  expect(left).toEqual(['o.mp3'])
}

describe('the broadcast standard on the decoded file', () => {
  test.each(espeakVariants)('one word, voice %s', voice =>
    withAudio('Có', { voice }, async made => expectStandard(made)),
  )

  test.each(espeakVariants)('700 characters, voice %s', voice =>
    withAudio(bulletin, { voice }, async made => {
      expectStandard(made)
      expect(made.said.durationSeconds).toBeGreaterThan(40)
    }),
  )

  test('without chime', () => withAudio(bulletin, { chime: false }, async made => expectStandard(made)))

  // From one second to half a minute, where chime, sign-off and meter windows weigh most.
  const lengths = [12, 30, 60, 120, 330].map(characters => bulletin.slice(0, characters))
  test.each(espeakVariants)('from a second to half a minute, voice %s', async voice => {
    for (const text of lengths) await withAudio(text, { voice }, async made => expectStandard(made))
  })

  test('a voice with another rate and another sound', () =>
    inFolder(async dir => {
      const model = await tinyModel(dir)
      const execArgv = ['--import', resolve('test/support/typescript-loader.mjs')]
      const piper = piperVoice({ model, speaker: 0 }, { execArgv })
      try {
        for (const text of lengths) await withAudio(text, { piper }, async made => expectStandard(made))
      } finally {
        await piper.close()
      }
    }))

  test(
    'a quarter of an hour',
    () =>
      withAudio(Array(18).fill(bulletin).join('\n\n'), {}, async made => {
        expectStandard(made)
        expect(made.said.durationSeconds).toBeGreaterThan(880)
      }),
    300_000,
  )
})

test('the chime is there, quieter than the speech, and can be left out', () =>
  withAudio(brief, {}, async ({ path, said }) => {
    const [chime] = await loudness(path, 'anull', ['-ss', '2', '-t', '1.35'])
    expect(chime).toBeGreaterThanOrEqual(-20)
    expect(chime).toBeLessThanOrEqual(-18)
    await withAudio(brief, { chime: false }, async bare => {
      // Chime, half a second around each motif, sign-off.
      expect(said.durationSeconds - bare.said.durationSeconds).toBeCloseTo(1.3 + 0.5 + 0.5 + 0.95, 1)
    })
  }))

test('what horns cannot play is gone', () =>
  withAudio(brief, { chime: false }, async ({ path }) => {
    const [speech] = await loudness(path, 'highpass=f=300,lowpass=f=4000')
    const [rumble] = await loudness(path, 'lowpass=f=90,lowpass=f=90,lowpass=f=90')
    const [hiss] = await loudness(path, 'highpass=f=11000,highpass=f=11000,highpass=f=11000')
    expect(speech - rumble).toBeGreaterThan(20)
    expect(speech - hiss).toBeGreaterThan(20)
  }))

test('the file starts with an ID3v2.3 tag of text fields and goes on with sound, without a Xing header', () =>
  withAudio(
    'Thông báo ngắn gọn của xã.',
    { title: 'Lũ về\u0000 “gấp” -y\n[x]', artist: 'UBND' },
    async ({ bytes, heard }) => {
      expect(bytes.subarray(0, 5).toString('latin1')).toBe('ID3\x03\x00')
      const tag = bytes.subarray(0, 10 + bytes.readUInt32BE(6)).toString('latin1')
      expect(tag).toContain('TIT2')
      expect(tag).toContain('TPE1')
      expect(tag).not.toMatch(/APIC|TSSE|TDRC|TDAT|TXXX/)
      expect(bytes.subarray(10 + bytes.readUInt32BE(6)).readUInt16BE(0) & 0xffe0).toBe(0xffe0)
      expect(bytes.includes('Xing')).toBe(false)
      expect(bytes.includes('Info')).toBe(false)
      expect(heard.format.tags).toEqual({ title: 'Lũ về “gấp” -y [x]', artist: 'UBND' })
    },
  ))

test('the same input gives the same bytes, another input others', async () => {
  const hash = (text: string, options: Partial<AudioOptions> = {}) =>
    withAudio(text, options, async ({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
  const first = await hash(brief)
  expect(await hash(brief)).toBe(first)
  expect(await hash(brief, { voice: 'vi-vn-x-south' })).not.toBe(first)
  expect(await hash(`${brief} Hết.`)).not.toBe(first)
})

describe('hostile text', () => {
  test.each([
    ['shell characters', '$(touch x) `id` ; rm -rf * | cat > y && "hai" \'ba\' thông báo'],
    ['leading dashes', '--version -f /etc/passwd thông báo'],
    ['markup and phonemes', '<speak><break time="9s"/></speak> &amp; [[_:_:_:]] thông báo'],
    ['NUL and embedded commands', 'một\u0000\u000150Ahai\u0001 thông báo'],
    ['half an emoji and direction marks', '\ud83d \u202ethông báo\u202c 🙂'],
  ])('%s are read or left out, never obeyed', async (_name, text) => {
    await inFolder(async workDir => {
      const pieces = [{ text, pauseSeconds: 0.3 }]
      const said = await makeBroadcastAudio(pieces, join(workDir, 'o.mp3'), plain, { workDir, signal: never() })
      expect(said.durationSeconds).toBeGreaterThan(4)
      expect(said.durationSeconds).toBeLessThan(40)
      expect((await readdir(workDir)).sort()).toEqual(['after.pcm', 'before.pcm', 'o.mp3', 'voice.flac'])
    })
  })

  test('20,000 characters without any punctuation are spoken to the end', async () => {
    const text = 'thông báo khẩn '.repeat(1400).slice(0, 20_000)
    const lengthOf = async (words: string) => {
      let bytes = 0
      const tools = { signal: never(), log: captureLog().log }
      await speakBulletin([{ text: words, pauseSeconds: 0 }], [espeakVoice('vi')], 150, tools, async sound => {
        for await (const samples of sound.samples) bytes += samples.length
      })
      return bytes / 2 / espeakRate
    }
    const [whole, half] = [await lengthOf(text), await lengthOf(text.slice(0, 10_000))]
    expect(half).toBeGreaterThan(500)
    expect(whole / half).toBeCloseTo(2, 1)
  })

  test.each(['', ' \n ', '...', '- - -', '???', '\u0000'])('%j gives audio.silent and no file', async text => {
    await inFolder(async workDir => {
      const pieces = [{ text, pauseSeconds: 1 }]
      const making = makeBroadcastAudio(pieces, join(workDir, 'o.mp3'), plain, { workDir, signal: never() })
      const error = await making.catch((thrown: unknown) => thrown)
      expect(isAppError(error) && error.code).toBe('audio.silent')
      expect((await readdir(workDir)).filter(name => name.startsWith('o.mp3'))).toEqual([])
    })
  })

  test('more than an hour of speech is refused before it fills the disk', async () => {
    await inFolder(async workDir => {
      const piece = { text: 'một '.repeat(4000), pauseSeconds: 0 }
      const making = makeBroadcastAudio(Array(6).fill(piece), join(workDir, 'o.mp3'), plain, {
        workDir,
        signal: never(),
      })
      const error = await making.catch((thrown: unknown) => thrown)
      expect(isAppError(error) && error.code).toBe('text.too-long')
    })
  })
})
