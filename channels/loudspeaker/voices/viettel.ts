import { callVoice } from './http.ts'
import { httpVoice } from './http-voice.ts'
import { answerTimeMs, longestAnswerBytes } from './spoken-answer.ts'
import type { Voice } from './voice.ts'

const engine = { id: 'viettel', name: 'Viettel AI' }
// The vendor tells no limit; this is a paragraph, which it is known to take.
const limits = { maxCharacters: 1_000, maxBytes: 4_000 }

/** The voices that Viettel AI documents: Hà Nội, Huế, Thành phố Hồ Chí Minh. */
export const viettelVoices = [
  'hn-quynhanh',
  'hn-thanhtung',
  'hue-maingoc',
  'hue-baoquoc',
  'hcm-diemmy',
  'hcm-minhquan',
] as const

export interface ViettelConfig {
  token: string
  voice: (typeof viettelVoices)[number]
  baseUrl: string
  /** Fixed part of the time that an answer may take, milliseconds. */
  timeoutMs: number
}

/** WAV rather than MP3: the sound is encoded once, at the end. */
const asWav = 2

/** Viettel AI: one JSON request, which carries the token; the answer is the sound itself. */
export function viettelVoice(config: ViettelConfig): Voice {
  return httpVoice({
    engine,
    speaker: config.voice,
    version: 'v1',
    limits,
    concurrency: 3,
    baseUrl: config.baseUrl,
    order: (text, { speed, signal }) =>
      callVoice(engine, {
        url: `${config.baseUrl}/tts/speech_synthesis`,
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', accept: '*/*' },
        body: JSON.stringify({
          text,
          voice: config.voice,
          speed: viettelSpeed(speed),
          tts_return_option: asWav,
          token: config.token,
          without_filter: false,
        }),
        signal,
        timeoutMs: answerTimeMs(text, config.timeoutMs),
        maxBytes: longestAnswerBytes(text, speed),
      }),
  })
}

/** A factor from 0.8 to 1.2, in tenths. */
export function viettelSpeed(wordsPerMinute: number): number {
  return Math.max(8, Math.min(12, Math.round(wordsPerMinute / 15))) / 10
}
