import { createHash } from 'node:crypto'
import { AppError } from '../../../services/domain/errors.ts'
import { joinSignals } from '../../../services/runtime/signals.ts'
import type { SpeechPart } from '../../../services/text/speech/index.ts'
import type { CachePort, Log } from '../../contract.ts'
import { silence } from '../chime.ts'
import type { Sound } from '../passes.ts'
import { isHeard, notHeard } from './heard.ts'
import { piecesFor } from './pieces.ts'
import type { Voice } from './voice.ts'

/** Longer readings are refused: the longest text allowed, 20,000 characters, takes about 22 minutes. */
export const longestSeconds = 60 * 60
const longestPauseSeconds = 3

export interface BulletinTools {
  signal: AbortSignal
  log: Log
  cache?: CachePort | undefined
}

/** Why a voice did not speak a bulletin. */
export interface PassedOver {
  voice: Voice
  error: unknown
}

/**
 * Speaks a bulletin with the first voice that can speak all of it. A voice that fails, be it at the last word, is replaced
 * by the next from the beginning: listeners must never hear two voices in one bulletin, since it sounds like two senders.
 * @param use takes the sound while it is being spoken; called again from the start for each further voice
 * @throws AppError text.too-long; what the last voice failed with when none could speak; what `use` throws
 */
export async function speakBulletin<T>(
  pieces: SpeechPart[],
  voices: Voice[],
  speed: number,
  tools: BulletinTools,
  use: (sound: Sound) => Promise<T>,
): Promise<{ result: T; voice: Voice; passedOver: PassedOver[] }> {
  const passedOver: PassedOver[] = []
  for (const voice of voices) {
    const attempt: Attempt = { voice, speed, tools, failure: undefined }
    try {
      return { result: await speakWith(attempt, pieces, use), voice, passedOver }
    } catch (error) {
      tools.signal.throwIfAborted()
      if (!attempt.failure || voice === voices.at(-1)) throw error
      tools.log.warn({ voice: voice.id, error: reasonOf(error) }, 'a voice failed; the next one speaks the bulletin')
      passedOver.push({ voice, error })
    }
  }
  throw new Error('no voice is configured')
}

/** For the log: what went wrong, never the text of an announcement. */
function reasonOf(error: unknown): string {
  return error instanceof AppError ? `${error.code}: ${error.message}` : error instanceof Error ? error.name : 'unknown'
}

interface Attempt {
  voice: Voice
  speed: number
  tools: BulletinTools
  /** Set when it was the voice that failed, and not what was done with its sound. */
  failure: { error: unknown } | undefined
}

async function speakWith<T>(attempt: Attempt, pieces: SpeechPart[], use: (sound: Sound) => Promise<T>): Promise<T> {
  const version = await byVoice(attempt, attempt.tools.signal, signal => attempt.voice.version(signal))
  const samples = inOrder(attempt, version, piecesFor(pieces, attempt.voice))
  try {
    return await use({ rate: attempt.voice.rate, samples })
  } finally {
    await samples.return(undefined)
  }
}

/** Notes a failure as the voice's own, unless it was stopped. */
async function byVoice<T>(
  attempt: Attempt,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await work(signal)
  } catch (error) {
    if (!signal.aborted) attempt.failure ??= { error }
    throw error
  }
}

/**
 * The samples of the pieces in order, each with its pause. As many are spoken ahead as the voice allows at once. Ends only
 * when none is being spoken any more.
 */
async function* inOrder(attempt: Attempt, version: string, pieces: SpeechPart[]): AsyncGenerator<Buffer> {
  const { voice, tools } = attempt
  const stop = new AbortController()
  const { signal, release } = joinSignals(tools.signal, stop.signal)
  const ahead: Promise<Buffer>[] = []
  let bytes = 0
  let next = 0
  try {
    for (const { pauseSeconds } of pieces) {
      while (next < pieces.length && ahead.length < voice.concurrency) {
        const text = pieces[next++]?.text ?? ''
        const speaking = byVoice(attempt, signal, stop => speakPiece(attempt, version, text, stop))
        // Its failure is noticed when its turn comes.
        speaking.catch(() => undefined)
        ahead.push(speaking)
      }
      const samples = (await ahead.shift()) ?? Buffer.alloc(0)
      const pause = silence(Math.min(Math.max(pauseSeconds, 0), longestPauseSeconds), voice.rate)
      bytes += samples.length + pause.length
      if (bytes / 2 / voice.rate > longestSeconds) throw readingTooLong()
      if (samples.length > 0) yield samples
      if (pause.length > 0) yield pause
    }
  } finally {
    stop.abort()
    await Promise.allSettled(ahead)
    release()
  }
}

async function speakPiece(attempt: Attempt, version: string, text: string, signal: AbortSignal): Promise<Buffer> {
  const { voice, speed, tools } = attempt
  const key = pieceKey(voice.id, version, speed, text)
  const known = await tools.cache?.get(key)
  if (known && isHeard(text, known, voice.rate)) return known
  const samples = await voice.speak(text, { speed, signal, version })
  if (!isHeard(text, samples, voice.rate)) throw notHeard(text, samples, voice.rate)
  await tools.cache?.put(key, samples)
  return samples
}

/** Names a spoken piece by all that its sound depends on. */
export function pieceKey(voiceId: string, version: string, speed: number, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['speech', voiceId, version, speed, text]))
    .digest('hex')
}

/** The error for a text that would be read for longer than anybody may occupy the air. */
export function readingTooLong(): AppError {
  return new AppError('text.too-long', {
    vi: 'Bài đọc phát lâu quá một giờ. Ông/Bà vui lòng rút gọn hoặc chia thành nhiều thông báo.',
    en: 'The reading takes more than one hour to broadcast. Please shorten it or split it into several announcements.',
  })
}
