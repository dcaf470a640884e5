import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { RenditionFile } from '../../../channels/contract.ts'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import { createDiskCache } from '../../../services/runtime/disk-cache.ts'
import { captureLog, sampleSource } from '../../contract/suite.ts'
import { inFolder, listen, loudness, never } from './support.ts'

const source = sampleSource()
source.content.variants = { ...source.content.variants, speech: { text: 'Thông báo: 17h30 hôm nay họp thôn.' } }

function render(values: Record<string, string>, cacheFolder?: string) {
  const { log, lines } = captureLog()
  const cache = cacheFolder
    ? createDiskCache({ folder: cacheFolder, maxBytes: 1e8, now: () => new Date(), log })
    : undefined
  return inFolder(async workDir => {
    const tools = { workDir, signal: never(), log, ...(cache && { cache }) }
    const made = await loudspeaker.render(source, tools, loudspeaker.configSchema.parse(values))
    return { ...made, lines }
  })
}

/** Lends a rendition's file as a file. */
function withFile<T>(file: RenditionFile | undefined, work: (path: string) => Promise<T>): Promise<T> {
  return inFolder(async dir => {
    const path = join(dir, file?.name ?? 'missing')
    await writeFile(path, file?.bytes ?? '')
    return await work(path)
  })
}

describe('the files of a rendition', () => {
  test('what is broadcast comes first, the track for slots last, levelled and without chime', async () => {
    const { files, content, warnings } = await render({})
    expect(files.map(file => [file.name, file.mime])).toEqual([
      ['speech.mp3', 'audio/mpeg'],
      ['voice.flac', 'audio/flac'],
    ])
    expect(content).toMatchObject({ voice: 'espeak:vi', sizeBytes: files[0]?.bytes.length })
    expect(content.spoken).toContain('mười bảy giờ ba mươi')
    expect(warnings).toEqual([])
    await withFile(files[1], async path => {
      const { format, lufs, headSilence } = await listen(path)
      expect(format).toMatchObject({ codec_name: 'flac', channels: 1, sample_rate: '22050' })
      expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.3)
      expect(headSilence).toBe(0)
      expect(Number(format.duration)).toBeLessThan(content.durationSeconds - 5)
      // By this slots are planned: as long as the track, and never shorter.
      expect(content.trackSeconds - Number(format.duration)).toBeGreaterThanOrEqual(0)
      expect(content.trackSeconds - Number(format.duration)).toBeLessThan(0.02)
    })
  })

  test('other forms are made on demand and measure the same', async () => {
    const { files } = await render({ FORMS: 'mp3-22050,wav', POWER_ON_LEAD_SECONDS: '10' })
    expect(files.map(file => file.name)).toEqual(['speech.mp3', 'speech-22050.mp3', 'speech.wav', 'voice.flac'])
    const expected = [
      { codec_name: 'mp3', sample_rate: '44100', bit_rate: '64000' },
      { codec_name: 'mp3', sample_rate: '22050', bit_rate: '64000' },
      { codec_name: 'pcm_s16le', sample_rate: '44100' },
    ]
    for (const [i, form] of expected.entries()) {
      await withFile(files[i], async path => {
        const heard = await listen(path)
        expect(heard.format).toMatchObject({ ...form, channels: 1 })
        expect(Math.abs(heard.lufs + 16)).toBeLessThanOrEqual(0.5)
        expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
        expect(heard.headSilence).toBeGreaterThanOrEqual(11.5)
      })
    }
  })

  test('chime and sign-off frame the speech', async () => {
    const { files, content } = await render({})
    await withFile(files[0], async path => {
      const at = async (from: number, to: number) =>
        (await loudness(path, 'anull', ['-ss', String(from), '-t', String(to - from)]))[0]
      expect(await at(2.02, 3.3)).toBeGreaterThan(-21)
      expect(await at(3.45, 3.8)).toBe(-70)
      const end = content.durationSeconds
      expect(await at(end - 1.95, end - 1.05)).toBeGreaterThan(-22)
      expect(await at(end - 0.9, end)).toBe(-70)
    })
  })
})

describe('the voice', () => {
  test('an officer is told when it is not the first choice', async () => {
    const { content, warnings, lines } = await render({ PIPER_MODEL: '/nowhere/vais1000' })
    expect(content.voice).toBe('espeak:vi')
    expect(warnings.map(warning => warning.vi)).toEqual([
      'Giọng đọc Piper (vais1000) hiện không dùng được nên toàn bộ bản tin được đọc bằng giọng espeak-ng miền Bắc. Ông/Bà vui lòng nghe lại trước khi phê duyệt.',
    ])
    expect(lines.join()).toContain('the model folder cannot be read')
    // The sound is that of a station without Piper, byte for byte.
    expect(
      (await render({})).files[0]?.bytes.equals(
        (await render({ PIPER_MODEL: '/nowhere' })).files[0]?.bytes ?? Buffer.alloc(0),
      ),
    ).toBe(true)
  })

  test('from the cache it sounds the same', () =>
    inFolder(async folder => {
      const first = await render({}, folder)
      const again = await render({}, folder)
      expect(
        again.files.map(file =>
          file.bytes.equals(first.files.find(f => f.name === file.name)?.bytes ?? Buffer.alloc(0)),
        ),
      ).toEqual([true, true])
      expect(again.files[0]?.bytes.equals((await render({})).files[0]?.bytes ?? Buffer.alloc(0))).toBe(true)
    }))
})
