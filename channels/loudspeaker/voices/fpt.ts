import { setTimeout as pause } from 'node:timers/promises'
import { isLoopbackHost } from '../../send-each.ts'
import { voiceFailed } from './failure.ts'
import { callVoice, plainCode, readJson, troubleOfStatus, type VoiceAnswer } from './http.ts'
import { httpVoice } from './http-voice.ts'
import { answerTimeMs, longestAnswerBytes } from './spoken-answer.ts'
import type { SpeakOptions, Voice } from './voice.ts'

const engine = { id: 'fpt', name: 'FPT.AI' }
const limits = { maxCharacters: 5_000, maxBytes: 20_000 }

/** The Vietnamese voices of FPT.AI: Northern, Central (myan, giahuy, ngoclam) and Southern (lannhi, linhsan). */
export const fptVoices = [
  'banmai',
  'leminh',
  'thuminh',
  'minhquang',
  'myan',
  'giahuy',
  'ngoclam',
  'lannhi',
  'linhsan',
] as const

export interface FptConfig {
  key: string
  voice: (typeof fptVoices)[number]
  /** Origin of the API. */
  baseUrl: string
  /** Fixed part of the time that an answer may take, milliseconds. */
  timeoutMs: number
  /** Links to other machines are refused (demo and training). */
  loopbackOnly: boolean
}

/** FPT says that a file is there after 5 s to 2 minutes; ours is asked for a little sooner, for short pieces. */
const firstPollMs = 500
const slowestPollMs = 2_000
/** With less time left it is not asked again. */
const lastPollMs = 100
const longestWaitMs = 120_000
/** A file of a few hundred bytes is one that is still being written. */
const leastBytes = 1_000

/**
 * FPT.AI, version 5: takes raw text, answers with a link under which the MP3 appears a little later.
 * @see https://docs.fpt.ai/docs/en/speech/api/text-to-speech
 */
export function fptVoice(config: FptConfig): Voice {
  async function order(text: string, options: SpeakOptions): Promise<string> {
    const answer = await callVoice(engine, {
      url: `${config.baseUrl}/hmi/tts/v5`,
      method: 'POST',
      headers: {
        'api-key': config.key,
        voice: config.voice,
        speed: String(fptSpeed(options.speed)),
        'content-type': 'text/plain; charset=utf-8',
      },
      body: text,
      signal: options.signal,
      timeoutMs: answerTimeMs('', config.timeoutMs),
      maxBytes: 100_000,
    })
    if (answer.status !== 200) throw voiceFailed(engine, troubleOfStatus(answer.status), `status ${answer.status}`)
    const { error, async: link } = readJson(engine, answer)
    if (error === undefined) throw voiceFailed(engine, 'answer', 'neither link nor error')
    if (error !== 0) throw voiceFailed(engine, fptTrouble(error), `error ${plainCode(error)}`)
    if (typeof link !== 'string' || !mayFollow(link, config)) throw voiceFailed(engine, 'link')
    return link
  }

  /** Asks for the file until it is there. Asking is free, so a failure in between is asked again. */
  async function fetchFile(link: string, text: string, options: SpeakOptions): Promise<VoiceAnswer> {
    const endMs = performance.now() + Math.min(longestWaitMs, answerTimeMs(text, config.timeoutMs * 2))
    for (let waitMs = firstPollMs; ; waitMs = Math.min(slowestPollMs, waitMs * 1.5)) {
      const leftMs = endMs - performance.now()
      if (leftMs < lastPollMs) throw voiceFailed(engine, 'timeout', 'the file did not appear')
      const nextMs = Math.min(waitMs, leftMs)
      await pause(nextMs, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted())
      const answer = await callVoice(engine, {
        url: link,
        method: 'GET',
        signal: options.signal,
        timeoutMs: answerTimeMs(text, config.timeoutMs),
        maxBytes: longestAnswerBytes(text, options.speed),
      })
      // S3 says 403 for a file that is not there when its folder may not be listed.
      const notYet = answer.status === 404 || answer.status === 403 || answer.status >= 500
      const growing = answer.status === 200 && answer.body.length > 0 && answer.body.length < leastBytes
      if (!notYet && !(growing && !looksLikeText(answer.body))) return answer
    }
  }

  return httpVoice({
    engine,
    speaker: config.voice,
    version: 'v5',
    limits,
    concurrency: 3,
    baseUrl: config.baseUrl,
    // Shorter bodies than three characters are refused.
    order: async (text, options) =>
      fetchFile(await order(text.length < 3 ? `${text}...` : text, options), text, options),
  })
}

const looksLikeText = (body: Buffer) => /^\s*[<{]/.test(body.toString('latin1', 0, 20))

/** The vendor names no list of codes; those of HTTP and its gateway are recognised. */
function fptTrouble(code: unknown): 'auth' | 'quota' | 'refused' {
  const number = Number(code)
  if (number === 401 || number === 403) return 'auth'
  return number === 402 || number === 429 ? 'quota' : 'refused'
}

/** -3 (slowest) to 3 (fastest); what a step means is not told, so the ends stand for half and one and a half. */
export function fptSpeed(wordsPerMinute: number): number {
  const steps = Math.round((wordsPerMinute / 150 - 1) * 6)
  // Adding 0 turns -0 into 0: a header says "0".
  return Math.max(-3, Math.min(3, steps)) + 0
}

/**
 * Whether a link in an answer may be followed: the vendor's own machines and its storage, encrypted, or in training this
 * machine. Anything else could be an address inside the province's network.
 */
export function mayFollow(link: string, config: Pick<FptConfig, 'baseUrl' | 'loopbackOnly'>): boolean {
  if (!URL.canParse(link)) return false
  const url = new URL(link)
  if (url.username !== '' || url.password !== '') return false
  const base = new URL(config.baseUrl)
  if (isLoopbackHost(base.hostname) || config.loopbackOnly) {
    return isLoopbackHost(url.hostname) && /^https?:$/.test(url.protocol)
  }
  const known = url.hostname === base.hostname || /(^|\.)(fpt\.ai|amazonaws\.com)$/.test(url.hostname)
  return known && url.protocol === 'https:' && url.port === ''
}
