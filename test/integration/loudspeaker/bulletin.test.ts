import { describe, expect, test } from '@jest/globals'
import type { CachePort } from '../../../channels/contract.ts'
import { type BulletinTools, pieceKey, speakBulletin } from '../../../channels/loudspeaker/voices/bulletin.ts'
import { espeakRate, espeakVoice } from '../../../channels/loudspeaker/voices/espeak.ts'
import { piecesFor } from '../../../channels/loudspeaker/voices/pieces.ts'
import type { Voice } from '../../../channels/loudspeaker/voices/voice.ts'
import { AppError, isAppError } from '../../../services/domain/errors.ts'
import { captureLog } from '../../contract/suite.ts'
import { bulletin, children, never, piecesOf } from './support.ts'

const pieces = piecesOf(bulletin)
const calls = piecesFor(pieces, espeakVoice('vi'))

/** Speaks and collects. */
async function spoken(voices: Voice[], tools: Partial<BulletinTools> = {}, of = pieces, speed = 150) {
  const chunks: Buffer[] = []
  const all = { signal: never(), log: captureLog().log, ...tools }
  const { voice, passedOver } = await speakBulletin(of, voices, speed, all, async ({ samples }) => {
    chunks.length = 0
    for await (const chunk of samples) chunks.push(chunk)
  })
  return { samples: Buffer.concat(chunks), voice, passedOver }
}

/** A cache in memory that counts. */
function memory() {
  const kept = new Map<string, Buffer>()
  const count = { got: 0, put: 0 }
  const cache: CachePort = {
    get: async key => {
      const found = kept.get(key)
      if (found) count.got += 1
      return found
    },
    put: async (key, bytes) => {
      count.put += 1
      kept.set(key, bytes)
    },
  }
  return { cache, count }
}

/** espeak-ng under another name that breaks at its n-th piece. */
function breaking(at: number, error: unknown = new AppError('audio.failed', { vi: 'Hỏng.', en: 'Broken.' })): Voice {
  const real = espeakVoice('vi-vn-x-south')
  let n = 0
  return {
    ...real,
    id: 'breaking',
    name: { vi: 'hỏng', en: 'broken' },
    speak: async (...args) => {
      n += 1
      if (n === at) throw error
      return await real.speak(...args)
    },
  }
}

describe('one voice in one bulletin', () => {
  const single = (voice: Voice): Voice => {
    const { joinUpToCharacters: _, ...rest } = voice
    return rest
  }

  test('the pieces come in their order with their pauses, however many are spoken at once', async () => {
    const voice = single(espeakVoice('vi'))
    const one = await spoken([{ ...voice, concurrency: 1 }])
    const many = await spoken([{ ...voice, concurrency: 8 }])
    expect(many.samples.equals(one.samples)).toBe(true)
    const alone = await Promise.all(pieces.map(piece => voice.speak(piece.text, { speed: 150, signal: never() })))
    const speech = alone.reduce((sum, samples) => sum + samples.length, 0) / 2 / espeakRate
    const pauses = pieces.reduce((sum, piece) => sum + piece.pauseSeconds, 0)
    expect(one.samples.length / 2 / espeakRate).toBeCloseTo(speech + pauses, 1)
    // Left to its own pauses between sentences, espeak-ng takes nearly the same time.
    const joined = (await spoken([espeakVoice('vi')])).samples.length / 2 / espeakRate
    expect(Math.abs(joined - (speech + pauses)) / pieces.length).toBeLessThan(0.05)
  })

  test.each([1, calls.length])('a voice that fails at call %i: the next speaks the whole', async at => {
    const { samples, voice, passedOver } = await spoken([breaking(at), espeakVoice('vi')])
    expect(voice.id).toBe('espeak:vi')
    expect(passedOver.map(p => p.voice.id)).toEqual(['breaking'])
    expect(samples.equals((await spoken([espeakVoice('vi')])).samples)).toBe(true)
    expect(await children()).toEqual([])
  })

  test('a voice whose engine is not there is passed over too', async () => {
    const absent: Voice = {
      ...espeakVoice('vi-vn-x-south'),
      id: 'absent',
      version: () => Promise.reject(new Error('gone')),
    }
    expect((await spoken([absent, espeakVoice('vi')])).passedOver).toHaveLength(1)
  })

  test('when none can speak, the last failure is told', async () => {
    const last = new AppError('audio.failed', { vi: 'Hết.', en: 'Over.' })
    await expect(spoken([breaking(1), breaking(2, last)])).rejects.toBe(last)
  })

  test('what goes wrong with the sound is not the voice’s fault, though it is stopped in mid-word', async () => {
    const full = new Error('disk full')
    const tools = { signal: never(), log: captureLog().log }
    let uses = 0
    const speaking = speakBulletin(
      Array(6).fill(pieces).flat(),
      [espeakVoice('vi'), espeakVoice('vi-vn-x-south')],
      150,
      tools,
      async ({ samples }) => {
        uses += 1
        for await (const _ of samples) throw full
      },
    )
    await expect(speaking).rejects.toBe(full)
    expect(uses).toBe(1)
    expect(await children()).toEqual([])
  })

  test('an abort ends all that is being spoken and tries no other voice', async () => {
    const abort = new AbortController()
    let tried = 0
    const second: Voice = {
      ...espeakVoice('vi'),
      version: async () => {
        tried += 1
        return '1'
      },
    }
    const stopping: Voice = {
      ...espeakVoice('vi'),
      speak: async (text, options) => {
        abort.abort()
        return await espeakVoice('vi').speak(text, options)
      },
    }
    const error = await spoken([stopping, second], { signal: abort.signal }).catch((thrown: unknown) => thrown)
    expect(error).toBe(abort.signal.reason)
    expect(tried).toBe(0)
    expect(await children()).toEqual([])
  })

  test('a reading of more than an hour is refused, whichever voice', async () => {
    const long = Array.from({ length: 4 }, () => ({ text: 'một', pauseSeconds: 1 }))
    const hour: Voice = { ...espeakVoice('vi'), speak: async () => Buffer.alloc(espeakRate * 2 * 1_000, 0x20) }
    const error = await spoken([hour, hour], {}, long).catch((thrown: unknown) => thrown)
    expect(isAppError(error) && error.code).toBe('text.too-long')
  })
})

describe('the cache of spoken pieces', () => {
  test('speaks nothing twice and sounds the same', async () => {
    const { cache, count } = memory()
    const first = await spoken([espeakVoice('vi')], { cache })
    expect(count).toEqual({ got: 0, put: calls.length })
    let made = 0
    const counting: Voice = {
      ...espeakVoice('vi'),
      speak: async () => {
        made += 1
        return Buffer.alloc(0)
      },
    }
    const second = await spoken([counting], { cache })
    expect([made, count.got]).toEqual([0, calls.length])
    expect(second.samples.equals(first.samples)).toBe(true)
  })

  test('only what holds a changed sentence is spoken again', async () => {
    const { cache, count } = memory()
    await spoken([espeakVoice('vi')], { cache })
    await spoken([espeakVoice('vi')], { cache }, piecesOf(bulletin.replace('1022', '1033')))
    expect(count).toEqual({ got: calls.length - 1, put: calls.length + 1 })
  })

  test('voice, version, speed and text each make another key', () => {
    const keys = [
      pieceKey('a', '1', 150, 'x'),
      pieceKey('b', '1', 150, 'x'),
      pieceKey('a', '2', 150, 'x'),
      pieceKey('a', '1', 151, 'x'),
      pieceKey('a', '1', 150, 'y'),
    ]
    expect(new Set(keys).size).toBe(5)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/)
  })
})
