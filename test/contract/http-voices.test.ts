import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { usualRules } from '../../channels/loudspeaker/voices/breaker.ts'
import { type VoiceTrouble, voiceTrouble } from '../../channels/loudspeaker/voices/failure.ts'
import { fptVoice } from '../../channels/loudspeaker/voices/fpt.ts'
import { httpVoices, httpVoicesShape, readHttpVoices } from '../../channels/loudspeaker/voices/http-config.ts'
import type { Voice } from '../../channels/loudspeaker/voices/voice.ts'
import { isAppError } from '../../services/domain/errors.ts'
import type { FaultInput, FaultKind } from '../../services/simulator/faults.ts'
import { type Simulator, simulatorEnv, startSimulator } from '../../services/simulator/index.ts'
import { speechVendors } from '../../services/simulator/vendors.ts'

/** About eight seconds of speech. */
const text =
  'Kính mời nhân dân nghe thông báo của Ủy ban nhân dân xã về việc tiêm phòng cho đàn gia súc trong tháng mười một năm nay.'
const timeoutMs = 900

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
})
afterAll(() => simulator.close())
const setFaults = (faults: FaultInput) => simulator.setFaults({ speechReadyMs: 600, ...faults })
beforeEach(() => {
  simulator.record.clear()
  setFaults({})
})

/** The three voices as the simulator's own variables configure them, or with changes. */
function voices(changes: Record<string, string> = {}, rules = { ...usualRules, failures: 1_000 }): Voice[] {
  const values = Object.fromEntries(
    Object.entries(simulatorEnv(simulator))
      .filter(([name]) => name.startsWith('LOA_LOUDSPEAKER_'))
      .map(([name, value]) => [name.slice('LOA_LOUDSPEAKER_'.length), value]),
  )
  const parsed = z.object(httpVoicesShape).parse({ ...values, VOICE_TIMEOUT_MS: String(timeoutMs), ...changes })
  const config = readHttpVoices(parsed, variable => {
    throw new Error(`${variable} is wrong`)
  })
  return httpVoices(config, { rules })
}

function voiceOf(vendor: string, changes: Record<string, string> = {}): Voice {
  const found = voices(changes).find(voice => voice.id.startsWith(`${vendor}:`))
  if (!found) throw new Error(`no voice of ${vendor}`)
  return found
}

const say = (voice: Voice, words = text, signal = new AbortController().signal, speed = 150) =>
  voice.speak(words, { speed, signal })
const secondsOf = (voice: Voice, samples: Buffer) => samples.length / 2 / voice.rate
const loudest = (samples: Buffer) => {
  let peak = 0
  for (let i = 0; i + 1 < samples.length; i += 2) peak = Math.max(peak, Math.abs(samples.readInt16LE(i)))
  return peak
}

/** How a call ends when it must fail. */
async function troubleOf(work: Promise<unknown>): Promise<{ trouble: VoiceTrouble | undefined; error: unknown }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { trouble: voiceTrouble(error), error }
}

describe.each(speechVendors)('the voice of %s', vendor => {
  test('speaks: samples of a plausible length, loud enough to be speech', async () => {
    const voice = voiceOf(vendor)
    const samples = await say(voice)
    expect(secondsOf(voice, samples)).toBeGreaterThan(5)
    expect(secondsOf(voice, samples)).toBeLessThan(14)
    expect(loudest(samples)).toBeGreaterThan(3_000)
    expect(samples.length % 2).toBe(0)
    expect(simulator.record.speech[vendor]).toEqual({ calls: 1, characters: text.length })
  })

  test('slower when asked for fewer words a minute', async () => {
    const voice = voiceOf(vendor)
    const [slow, fast] = await Promise.all([say(voice, text, undefined, 100), say(voice, text, undefined, 220)])
    expect(slow.length).toBeGreaterThan(fast.length * 1.2)
  })

  test('nothing to say costs nothing', async () => {
    expect(await say(voiceOf(vendor), ' … — !')).toHaveLength(0)
    expect(simulator.record.speech[vendor].calls).toBe(0)
  })

  test('a piece at its limit is spoken, one beyond it costs nothing', async () => {
    const voice = voiceOf(vendor, { VOICE_TIMEOUT_MS: '60000' })
    const { maxBytes, maxCharacters } = voice.limits
    let piece = ''
    for (const word of `${text} `.repeat(100).split(' ')) {
      const longer = `${piece}${word} `
      if (longer.length > maxCharacters || Buffer.byteLength(longer) > maxBytes) break
      piece = longer
    }
    expect(Math.min(maxCharacters - piece.length, maxBytes - Buffer.byteLength(piece))).toBeLessThan(12)
    expect(secondsOf(voice, await say(voice, piece))).toBeGreaterThan(piece.length / 30)
    const beyond = say(voice, `${piece}thông báo thông báo`)
    await expect(beyond).rejects.toMatchObject({ code: 'text.too-long' })
    expect(simulator.record.speech[vendor].calls).toBe(1)
  })

  test.each([['của'], ['đi'], ['Có.']])('one syllable: %s', async word => {
    const voice = voiceOf(vendor)
    expect(secondsOf(voice, await say(voice, word))).toBeGreaterThan(0.1)
  })

  const faults: [FaultKind, VoiceTrouble][] = [
    ['speech.auth', 'auth'],
    ['speech.quota', 'quota'],
    ['speech.server-error', 'server'],
    ['speech.drop', 'lost'],
    ['speech.no-answer', 'timeout'],
    ['speech.json-error', 'answer'],
    ['speech.html', 'html'],
    ['speech.empty', 'empty'],
    ['speech.garbage', 'not-audio'],
    ['speech.silence', 'silent'],
    ['speech.short', 'too-short'],
    ['speech.long', 'too-long'],
  ]
  test.each(faults)('%s is the failure "%s", told without the key', async (kind, expected) => {
    setFaults({ rules: [{ kind }] })
    // An hour of sound takes the simulator some seconds to make.
    const changes = kind === 'speech.long' ? { VOICE_TIMEOUT_MS: '30000' } : {}
    const { trouble, error } = await troubleOf(say(voiceOf(vendor, changes)))
    expect(trouble).toBe(expected)
    if (!isAppError(error)) throw error
    const told = JSON.stringify([error.message, error.userMessage, error.details, String(error.cause), error.stack])
    const { fptKey, viettelToken, googleKey } = simulator.credentials
    for (const secret of [fptKey, viettelToken, googleKey]) expect(told).not.toContain(secret)
    expect(told).not.toContain('Kính mời')
  })

  test('a wrong key', async () => {
    const wrong = { FPT_KEY: 'khong-dung-1', VIETTEL_TOKEN: 'khong-dung-1', GOOGLE_KEY: 'khong-dung-1' }
    expect((await troubleOf(say(voiceOf(vendor, wrong)))).trouble).toBe('auth')
  })

  test('what was not spoken is asked for again: unavailable twice, then served', async () => {
    setFaults({ rules: [{ kind: 'speech.unavailable', next: 2, retryAfterSeconds: 0 }] })
    expect((await say(voiceOf(vendor))).length).toBeGreaterThan(0)
    expect(simulator.record.refusals.speech.get('unavailable')).toBe(2)
    expect(simulator.record.speech[vendor].calls).toBe(1)
  })

  test('what may have been spoken is not paid for twice: one request that drops or fails', async () => {
    for (const kind of ['speech.drop', 'speech.server-error'] as const) {
      setFaults({ rules: [{ kind }] })
      await troubleOf(say(voiceOf(vendor)))
      expect(simulator.record.refusals.speech.get(kind.replace('speech.', ''))).toBe(1)
    }
  })

  test('a slow answer within the time is taken', async () => {
    setFaults({ rules: [{ kind: 'speech.slow', delayMs: 400 }] })
    expect((await say(voiceOf(vendor, { VOICE_TIMEOUT_MS: '30000' }))).length).toBeGreaterThan(0)
  })

  test('an abort ends the call at once with its own reason', async () => {
    setFaults({ rules: [{ kind: 'speech.no-answer' }] })
    const stop = new AbortController()
    const reason = new Error('the officer went away')
    const started = performance.now()
    const speaking = say(voiceOf(vendor, { VOICE_TIMEOUT_MS: '60000' }), text, stop.signal)
    const ended = expect(speaking).rejects.toBe(reason)
    stop.abort(reason)
    await ended
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('nobody listens there', async () => {
    const free = createServer()
    await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(free.address() as AddressInfo).port}`
    await new Promise(resolve => free.close(resolve))
    const away = { FPT_BASE_URL: address, VIETTEL_BASE_URL: address, GOOGLE_BASE_URL: address }
    expect((await troubleOf(say(voiceOf(vendor, away)))).trouble).toBe('unreachable')
  })

  test('a redirect is not followed: the key would travel with it', async () => {
    const followed: string[] = []
    const elsewhere = createServer((req, res) => {
      if (req.url === '/elsewhere') followed.push(String(req.headers['api-key'] ?? 'no key'))
      req.resume()
      res.writeHead(302, { location: '/elsewhere' }).end()
    })
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
    const moved = { FPT_BASE_URL: address, VIETTEL_BASE_URL: address, GOOGLE_BASE_URL: address }
    expect((await troubleOf(say(voiceOf(vendor, moved)))).trouble).toBe('answer')
    expect(followed).toEqual([])
    elsewhere.closeAllConnections()
    await new Promise(resolve => elsewhere.close(resolve))
  })
})

describe('the link of FPT.AI', () => {
  test('a file that never appears', async () => {
    setFaults({ rules: [{ kind: 'speech.link-never' }] })
    expect((await troubleOf(say(voiceOf('fpt')))).trouble).toBe('timeout')
  })

  test('a link to another machine is not followed', async () => {
    setFaults({ rules: [{ kind: 'speech.link-elsewhere' }] })
    expect((await troubleOf(say(voiceOf('fpt')))).trouble).toBe('link')
  })

  test('a file still being written is waited for', async () => {
    let asked = 0
    const whole = await fetchSound()
    const vendor = createServer((req, res) => {
      req.resume()
      if (req.method === 'POST') {
        const link = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/f.mp3`
        res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 0, async: link }))
        return
      }
      asked += 1
      res.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(asked < 2 ? whole.subarray(0, 400) : whole)
    })
    await new Promise<void>(resolve => vendor.listen(0, '127.0.0.1', resolve))
    const voice = fptVoice({
      key: 'khoa-cua-don-vi',
      voice: 'banmai',
      baseUrl: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
      timeoutMs: 2_000,
      loopbackOnly: true,
    })
    expect((await say(voice)).length).toBeGreaterThan(0)
    expect(asked).toBe(2)
    vendor.closeAllConnections()
    await new Promise(resolve => vendor.close(resolve))
  })

  /** An MP3 of the simulator's, by its own protocol. */
  async function fetchSound(): Promise<Buffer> {
    setFaults({ speechReadyMs: 0 })
    const answer = await fetch(`${simulator.httpUrl}/hmi/tts/v5`, {
      method: 'POST',
      headers: { 'api-key': simulator.credentials.fptKey },
      body: text,
    })
    const { async: link } = (await answer.json()) as { async: string }
    return Buffer.from(await (await fetch(link)).arrayBuffer())
  }
})

test('behind its breaker a failing vendor is asked so often, then left alone, and version says so', async () => {
  setFaults({ rules: [{ kind: 'speech.server-error' }] })
  const voice = voices({}, { failures: 2, restMs: 60_000, longestRestMs: 60_000 }).find(v => v.id.startsWith('viettel'))
  if (!voice) throw new Error('no voice')
  const troubles: (VoiceTrouble | undefined)[] = []
  for (let i = 0; i < 4; i++) troubles.push((await troubleOf(say(voice))).trouble)
  expect(troubles).toEqual(['server', 'server', 'resting', 'resting'])
  expect((await troubleOf(voice.version(new AbortController().signal))).trouble).toBe('resting')
  expect(simulator.record.refusals.speech.get('server-error')).toBe(2)
})
