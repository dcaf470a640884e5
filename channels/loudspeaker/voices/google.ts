import { voiceFailed } from './failure.ts'
import { callVoice, plainCode, readJson, troubleOfStatus, type VoiceAnswer } from './http.ts'
import { httpVoice } from './http-voice.ts'
import { answerTimeMs, httpVoiceRate, longestAnswerBytes } from './spoken-answer.ts'
import type { Voice } from './voice.ts'

const engine = { id: 'google', name: 'Google Cloud Text-to-Speech' }
// 5,000 bytes of UTF-8, about 3,800 characters of Vietnamese; markup is not used.
const limits = { maxCharacters: 5_000, maxBytes: 5_000 }

/** How Google names its Vietnamese voices: family and letter or star's name, e.g. `vi-VN-Wavenet-A`. */
export const googleVoice = /^vi-VN-[A-Za-z0-9]+(-[A-Za-z0-9]+){1,3}$/

export interface GoogleConfig {
  key: string
  voice: string
  baseUrl: string
  /** Fixed part of the time that an answer may take, milliseconds. */
  timeoutMs: number
}

/** Google Cloud, `text:synthesize` of version 1: JSON both ways, the sound as base64. */
export function googleCloudVoice(config: GoogleConfig): Voice {
  return httpVoice({
    engine,
    speaker: config.voice,
    version: 'v1',
    limits,
    concurrency: 4,
    baseUrl: config.baseUrl,
    async order(text, { speed, signal }) {
      const answer = await callVoice(engine, {
        url: `${config.baseUrl}/v1/text:synthesize`,
        method: 'POST',
        // In a header, because addresses end up in logs of proxies.
        headers: { 'x-goog-api-key': config.key, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          input: { text },
          voice: { languageCode: 'vi-VN', name: config.voice },
          audioConfig: {
            audioEncoding: 'LINEAR16',
            sampleRateHertz: httpVoiceRate,
            speakingRate: googleSpeed(speed),
          },
        }),
        signal,
        timeoutMs: answerTimeMs(text, config.timeoutMs),
        // Base64 takes a third more.
        maxBytes: Math.ceil(longestAnswerBytes(text, speed) * 1.4),
      })
      return { status: 200, type: '', body: audioContent(answer) }
    },
  })
}

/** The bytes in an answer. @throws AppError audio.failed with the status that Google names */
function audioContent(answer: VoiceAnswer): Buffer {
  if (answer.status !== 200) {
    const name = statusName(answer)
    const trouble = name === 'RESOURCE_EXHAUSTED' ? 'quota' : badKey(name, answer) ? 'auth' : undefined
    throw voiceFailed(engine, trouble ?? troubleOfStatus(answer.status), `status ${answer.status}, ${plainCode(name)}`)
  }
  const { audioContent: base64 } = readJson(engine, answer)
  if (typeof base64 !== 'string') throw voiceFailed(engine, 'answer', 'no audioContent')
  return Buffer.from(base64, 'base64')
}

function statusName(answer: VoiceAnswer): unknown {
  try {
    const { error } = readJson(engine, answer) as { error?: { status?: unknown } }
    return error?.status
  } catch {
    return undefined
  }
}

/** A key that is not one is answered with 400, like a bad request; only the reason inside tells. */
function badKey(name: unknown, answer: VoiceAnswer): boolean {
  if (name === 'UNAUTHENTICATED' || name === 'PERMISSION_DENIED') return true
  return name === 'INVALID_ARGUMENT' && answer.body.includes('API_KEY_INVALID')
}

/** Google's own scale: 1 is normal, from a quarter to double. */
export function googleSpeed(wordsPerMinute: number): number {
  return Math.max(0.25, Math.min(2, Math.round((wordsPerMinute / 150) * 100) / 100))
}
