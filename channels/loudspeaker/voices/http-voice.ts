import { voiceTrouble } from './failure.ts'
import { callVoice, type Engine, type VoiceAnswer } from './http.ts'
import { answerTimeMs, httpVoiceRate, isSpeakable, requireWithin, samplesOf } from './spoken-answer.ts'
import type { SpeakOptions, Voice } from './voice.ts'

/** What one vendor's protocol is made of; everything else is the same for all voices over HTTP. */
export interface VoiceProtocol {
  engine: Engine
  /** The speaker, as the vendor calls it. */
  speaker: string
  /** Of the API; nothing in it is secret. */
  version: string
  limits: Voice['limits']
  concurrency: number
  /** Origin of the API. */
  baseUrl: string
  /** The vendor's answer that should be the sound of the text. */
  order(text: string, options: SpeakOptions): Promise<VoiceAnswer>
}

/** Sentences of a paragraph go together: a call takes a while and counts against a quota, and vendors pause by themselves. */
const joinUpToCharacters = 900
const reachMs = 5_000
const decodeMs = 20_000

/** A voice over HTTP: asked for nothing that is no text, held to its limits, and listened to before it is believed. */
export function httpVoice(protocol: VoiceProtocol): Voice {
  const { engine, speaker, limits } = protocol
  return {
    id: `${engine.id}:${speaker}`,
    name: { vi: `${engine.name}, giọng ${speaker}`, en: `${engine.name}, voice ${speaker}` },
    rate: httpVoiceRate,
    limits,
    joinUpToCharacters,
    concurrency: protocol.concurrency,
    // Vendors do not say when they change a voice; this names what we can know.
    version: async () => protocol.version,
    reach: signal => reach(engine, protocol.baseUrl, signal),
    async speak(text, options) {
      options.signal.throwIfAborted()
      if (!isSpeakable(text)) return Buffer.alloc(0)
      requireWithin(engine, text, limits)
      const answer = await protocol.order(text, options)
      return await samplesOf(engine, answer, { text, ...options, timeoutMs: answerTimeMs(text, decodeMs) })
    },
    close: async () => undefined,
  }
}

/** Whatever the vendor's machine says to a bare request, it is there. Free of charge, and no proof of key or quota. */
async function reach(engine: Engine, url: string, signal: AbortSignal): Promise<void> {
  try {
    await callVoice(engine, { url, method: 'GET', signal, timeoutMs: reachMs, maxBytes: 100_000 })
  } catch (error) {
    // A long page is an answer as well.
    if (voiceTrouble(error) !== 'too-long') throw error
  }
}
