import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { CachePort, SlotJob, SlotSound } from '../../../channels/contract.ts'
import { speakTrack } from '../../../channels/loudspeaker/audio.ts'
import { loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'
import { levelRecording } from '../../../channels/loudspeaker/recordings.ts'
import { createStudio } from '../../../channels/loudspeaker/studio.ts'
import { runTool } from '../../../channels/loudspeaker/tool.ts'
import { pieceKey } from '../../../channels/loudspeaker/voices/bulletin.ts'
import { type EspeakVariant, espeakVersion, espeakVoice } from '../../../channels/loudspeaker/voices/espeak.ts'
import { piecesFor } from '../../../channels/loudspeaker/voices/pieces.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { readAloud, splitForSpeech } from '../../../services/text/speech/index.ts'
import { captureLog } from '../../contract/suite.ts'
import { made, speechFile } from './recorded.ts'
import {
  plain as audioPlain,
  brief,
  inFolder,
  listen,
  loudness,
  makeBroadcastAudio,
  never,
  piecesOf,
} from './support.ts'

const { log } = captureLog()

/** The voice track of a text, as a rendition keeps it. */
async function track(dir: string, name: string, text: string, variant: EspeakVariant = 'vi'): Promise<string> {
  return await inFolder(async workDir => {
    const speaker = { voices: [espeakVoice(variant)], speed: 150 }
    const made = await speakTrack(piecesOf(text), speaker, 'voice', { workDir, signal: never(), log })
    const path = join(dir, `${name}.flac`)
    await copyFile(made.path, path)
    return path
  })
}

const plain: Omit<SlotJob, 'parts'> = {
  title: 'Chương trình phát thanh buổi sáng',
  artist: 'Đài truyền thanh xã',
  powerOnLeadSeconds: 0,
  chime: true,
  greeting: '',
  signOff: '',
  gapSeconds: 1.5,
}

/** Assembles a slot and lends its file. */
function withSlot<T>(
  job: SlotJob,
  work: (slot: SlotSound) => Promise<T>,
  settings: Record<string, string> = {},
  cache?: CachePort,
): Promise<T> {
  return inFolder(async workDir => {
    const studio = createStudio(loudspeakerConfigSchema.parse(settings))
    return await work(await studio.assemble(job, { workDir, signal: never(), log, ...(cache && { cache }) }))
  })
}

/** Loudness of a stretch of the file, LUFS. */
const between = async (path: string, startMs: number, endMs: number) =>
  (await loudness(path, 'anull', ['-ss', String(startMs / 1000), '-t', String((endMs - startMs) / 1000)]))[0]

const second = 'Từ ngày 05/12/2026, xã tiếp nhận hồ sơ trực tuyến. Đề nghị bà con chuẩn bị giấy tờ.'

/** What a rendition keeps of an uploaded recording. */
async function recorded(dir: string, seconds: number, ...make: string[]): Promise<string> {
  return await inFolder(async workDir => {
    const upload = await made(dir, 'upload.mp3', await speechFile(dir, seconds), ...make)
    const taken = await levelRecording(upload, { workDir, signal: never() })
    const path = join(dir, 'recorded.flac')
    await copyFile(taken.file.path, path)
    return path
  })
}

describe('a slot', () => {
  test('joins a recording with spoken items at one level', () =>
    inFolder(async dir => {
      // Quiet, stereo, at another rate: everything that a spoken item is not.
      const recording = await recorded(dir, 9, '-af', 'volume=-14dB', '-ac', '2', '-ar', '48000')
      const parts = [
        { id: 'lũ', trackPath: await track(dir, 'a', brief), plays: 1 },
        { id: 'bản ghi', trackPath: recording, plays: 2 },
      ]
      await withSlot({ ...plain, parts }, async slot => {
        const heard = await listen(slot.path)
        expect(Math.abs(heard.lufs + 16)).toBeLessThanOrEqual(0.5)
        expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
        const levels: number[] = []
        for (const { startMs, endMs } of slot.parts) levels.push(await between(slot.path, startMs, endMs))
        expect(levels).toHaveLength(3)
        expect(Math.max(...levels) - Math.min(...levels)).toBeLessThanOrEqual(0.7)
        for (const part of slot.parts.slice(1)) expect((part.endMs - part.startMs) / 1_000).toBeCloseTo(9, 1)
      })
    }))

  test('holds greeting, items, repeats and sign-off at one level, and says where the items are', () =>
    inFolder(async dir => {
      const paths = [await track(dir, 'a', brief), await track(dir, 'b', second, 'vi-vn-x-south')]
      const parts = [
        { id: 'lũ', trackPath: paths[0] ?? '', plays: 2 },
        { id: 'hồ sơ', trackPath: paths[1] ?? '', plays: 1 },
      ]
      const words = { greeting: 'Kính mời nhân dân nghe đài.', signOff: 'Xin trân trọng cảm ơn.' }
      await withSlot({ ...plain, ...words, parts }, async slot => {
        const heard = await listen(slot.path)
        expect(heard.lufs).toBeGreaterThanOrEqual(-16.5)
        expect(heard.lufs).toBeLessThanOrEqual(-15.5)
        expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
        expect(heard.headSilence).toBeGreaterThanOrEqual(1.5)
        expect(slot).toMatchObject({ lufs: heard.lufs, dbtp: heard.dbtp, sizeBytes: Number(heard.format.size) })
        expect(slot.durationMs / 1000).toBeCloseTo(Number(heard.format.duration), 1)
        expect(heard.format).toMatchObject({ codec_name: 'mp3', bit_rate: '64000', channels: 1 })

        expect(slot.parts.map(({ id, play }) => [id, play])).toEqual([
          ['lũ', 1],
          ['lũ', 2],
          ['hồ sơ', 1],
        ])
        const levels: number[] = []
        for (const { startMs, endMs } of slot.parts) levels.push(await between(slot.path, startMs, endMs))
        expect(Math.max(...levels) - Math.min(...levels)).toBeLessThanOrEqual(0.7)
        // The gaps lie where they are said to lie, give or take the fading of the last word.
        for (const [i, part] of slot.parts.slice(0, -1).entries()) {
          const next = slot.parts[i + 1]
          expect((next?.startMs ?? 0) - part.endMs).toBe(1_500)
          expect(await between(slot.path, part.endMs + 20, (next?.startMs ?? 0) - 20)).toBe(-70)
        }
        // Before the first part is the gap after the greeting, and before that the greeting itself.
        const start = slot.parts[0]?.startMs ?? 0
        expect(await between(slot.path, start - 1_400, start - 20)).toBe(-70)
        expect(await between(slot.path, start - 3_000, start - 1_600)).toBeGreaterThan(-22)
        expect(await between(slot.path, slot.parts[2]?.endMs ?? 0, slot.durationMs)).toBeGreaterThan(-22)
      })
    }))

  test('the same tracks give the same bytes; another order gives others', () =>
    inFolder(async dir => {
      const a = { id: 'a', trackPath: await track(dir, 'a', brief), plays: 1 }
      const b = { id: 'b', trackPath: await track(dir, 'b', second), plays: 1 }
      const bytesOf = (parts: SlotJob['parts']) => withSlot({ ...plain, parts }, slot => readFile(slot.path))
      const first = await bytesOf([a, b])
      expect((await bytesOf([a, b])).equals(first)).toBe(true)
      expect((await bytesOf([b, a])).equals(first)).toBe(false)
    }))

  test('a power-on lead is silence before everything', () =>
    inFolder(async dir => {
      const parts = [{ id: 'a', trackPath: await track(dir, 'a', brief), plays: 1 }]
      await withSlot({ ...plain, powerOnLeadSeconds: 30, parts }, async slot => {
        expect((await listen(slot.path)).headSilence).toBeGreaterThanOrEqual(31.5)
        expect(slot.parts[0]?.startMs).toBeGreaterThan(33_000)
      })
    }))

  test('its own words are read as the channel reads: regional words and document numbers', () =>
    inFolder(async dir => {
      const parts = [{ id: 'a', trackPath: await track(dir, 'a', brief), plays: 1 }]
      const job = { ...plain, greeting: 'Năm 1024, theo Nghị định số 49/2024/NĐ-CP.', parts }
      // What was asked of the voice is seen by the names under which it is kept.
      const spokenBy = async (settings: Record<string, string>) => {
        const keys = new Set<string>()
        const cache: CachePort = { get: async key => void keys.add(key), put: async () => undefined }
        await withSlot(job, async () => undefined, settings, cache)
        return keys
      }
      const version = await espeakVersion(never())
      const asSaid = (profile: 'north' | 'south', documents: 'expanded' | 'verbatim') => {
        const { text } = readAloud(job.greeting, { profile, documents })
        const pieces = piecesFor(splitForSpeech(text), espeakVoice('vi'))
        return new Set(pieces.map(piece => pieceKey('espeak:vi', version, 150, piece.text)))
      }
      expect(await spokenBy({})).toEqual(asSaid('north', 'expanded'))
      expect(await spokenBy({ PROFILE: 'south', DOCUMENTS: 'verbatim' })).toEqual(asSaid('south', 'verbatim'))
      expect(asSaid('south', 'verbatim')).not.toEqual(asSaid('north', 'expanded'))
    }))

  test('an item from before tracks were kept is played from its broadcast file, whole and at the same level', () =>
    inFolder(async dir => {
      const old = join(dir, 'speech.mp3')
      await inFolder(workDir => makeBroadcastAudio(piecesOf(second), old, audioPlain, { workDir, signal: never() }))
      const before = await listen(old)
      const parts = [
        { id: 'cũ', trackPath: old, plays: 3 },
        { id: 'mới', trackPath: await track(dir, 'b', brief), plays: 1 },
      ]
      await withSlot({ ...plain, parts }, async slot => {
        const heard = await listen(slot.path)
        expect(Math.abs(heard.lufs + 16)).toBeLessThanOrEqual(0.5)
        expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
        expect(slot.durationMs / 1000).toBeCloseTo(Number(heard.format.duration), 1)
        for (const { startMs, endMs } of slot.parts.slice(0, 3)) {
          expect(Math.abs(endMs - startMs - Number(before.format.duration) * 1000)).toBeLessThan(60)
          expect(
            Math.abs((await between(slot.path, startMs, endMs)) - (await between(slot.path, 0, slot.durationMs))),
          ).toBeLessThan(1)
        }
        // The gap before the new item lies where it is said to lie.
        const start = slot.parts[3]?.startMs ?? 0
        expect(await between(slot.path, start - 1_480, start - 20)).toBe(-70)
        expect(await between(slot.path, start, slot.parts[3]?.endMs ?? 0)).toBeGreaterThan(-17.5)
      })
    }))

  test('many items and repeats: the level holds and the positions do not drift', () =>
    inFolder(async dir => {
      const parts = [{ id: 'a', trackPath: await track(dir, 'a', brief), plays: 40 }]
      await withSlot({ ...plain, chime: false, parts }, async slot => {
        expect(slot.parts).toHaveLength(40)
        const last = slot.parts[39]
        expect(await between(slot.path, (last?.startMs ?? 0) - 1_480, (last?.startMs ?? 0) - 20)).toBe(-70)
        expect(slot.durationMs - (last?.endMs ?? 0)).toBeGreaterThan(900)
        expect(Math.abs(slot.lufs + 16)).toBeLessThanOrEqual(0.5)
      })
    }))

  test.each<[string, (dir: string) => Promise<SlotJob['parts']>, string]>([
    ['no item', async () => [], 'audio.silent'],
    ['an item that is played no time', async () => [{ id: 'a', trackPath: '/nowhere', plays: 0 }], 'audio.silent'],
    ['a track that is gone', async dir => [{ id: 'a', trackPath: join(dir, 'gone'), plays: 1 }], 'audio.failed'],
    [
      'an old broadcast file in which nothing is heard',
      async dir => {
        const path = join(dir, 'silent.mp3')
        const silent = ['-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=mono:d=5', '-b:a', '64k', path]
        await runTool('ffmpeg', silent, { signal: never(), timeoutMs: 30_000, maxOutputBytes: 1_000 })
        return [{ id: 'a', trackPath: path, plays: 1 }]
      },
      'audio.silent',
    ],
    [
      'a track that is something else',
      async dir => {
        await writeFile(join(dir, 'x.flac'), 'not a sound')
        return [{ id: 'a', trackPath: join(dir, 'x.flac'), plays: 1 }]
      },
      'audio.failed',
    ],
  ])('with %s is refused', (_name, parts, code) =>
    inFolder(async dir => {
      const job = { ...plain, parts: await parts(dir) }
      const error = await withSlot(job, async () => undefined).catch((thrown: unknown) => thrown)
      expect(isAppError(error) && error.code).toBe(code)
    }),
  )
})
