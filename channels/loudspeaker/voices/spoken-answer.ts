import { AppError } from '../../../services/domain/errors.ts'
import { decodeToPcm } from '../decode.ts'
import { voiceFailed } from './failure.ts'
import { type Engine, troubleOfStatus, type VoiceAnswer } from './http.ts'
import type { Voice } from './voice.ts'

/** Samples per second that the HTTP voices give: what the neural voices are made at, enough for horns (7.5 kHz). */
export const httpVoiceRate = 24_000

/** About 15 characters a second are read at 150 words per minute; slower or faster by this much is still believed. */
const charactersPerSecond = { least: 3, most: 60 }
/** A vendor's file has some silence at its ends, however short the text. */
const spareSeconds = 5

/** The longest sound that may be the reading of a text, seconds. */
export function longestReading(text: string, speed: number): number {
  return spareSeconds + (text.length / charactersPerSecond.least) * Math.max(1, 150 / speed)
}

/** An answer with more bytes than this is no speech of the text: 48 kHz WAV, and room for tags. */
export function longestAnswerBytes(text: string, speed: number): number {
  return Math.ceil(longestReading(text, speed) * 96_000) + 100_000
}

/**
 * How long a vendor may take: a fixed part for the way there and back, and one that grows with the text. Services speak
 * at least three times as fast as they would be listened to (66 ms per character).
 */
export function answerTimeMs(text: string, baseMs: number): number {
  return baseMs + text.length * 25
}

/**
 * Whoever splits the text must keep to what the vendor takes: a piece that is too long would be refused, or cut in silence.
 * @throws AppError text.too-long
 */
export function requireWithin(engine: Engine, text: string, limits: Voice['limits']): void {
  const bytes = Buffer.byteLength(text)
  if (text.length <= limits.maxCharacters && bytes <= limits.maxBytes) return
  throw new AppError(
    'text.too-long',
    {
      vi: `Đoạn văn bản dài hơn mức dịch vụ giọng đọc ${engine.name} nhận trong một lần. Ông/Bà vui lòng thêm dấu câu để tách đoạn.`,
      en: `A piece of the text is longer than the voice service ${engine.name} takes at once. Please add punctuation.`,
    },
    { details: { engine: engine.id, characters: text.length, bytes } },
  )
}

/** True when there is something in the text to be spoken; vendors charge or refuse the rest. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}

/**
 * The samples in an answer that should be the reading of a text: looked at by status, type and bytes, decoded, and
 * listened to, because a vendor in trouble may answer 200 with a page, with nothing, or with silence.
 * @returns 16-bit little-endian mono samples at {@link httpVoiceRate}
 * @throws AppError audio.failed with the reason, or the signal's reason
 */
export async function samplesOf(
  engine: Engine,
  answer: VoiceAnswer,
  asked: { text: string; speed: number; signal: AbortSignal; timeoutMs: number },
): Promise<Buffer> {
  const format = formatOf(engine, answer)
  const maxSeconds = longestReading(asked.text, asked.speed)
  const samples = await decodeToPcm({ bytes: answer.body, format }, httpVoiceRate, {
    signal: asked.signal,
    timeoutMs: asked.timeoutMs,
    maxSeconds,
    tooLong: voiceFailed(
      engine,
      'too-long',
      `more than ${Math.round(maxSeconds)} s for ${asked.text.length} characters`,
    ),
    unreadable: voiceFailed(engine, 'not-audio', `${format}, ${answer.body.length} bytes`),
  })
  checkSound(engine, samples, asked.text)
  return samples
}

function formatOf(engine: Engine, { status, type, body }: VoiceAnswer): 'mp3' | 'wav' {
  if (status !== 200) throw voiceFailed(engine, troubleOfStatus(status), `status ${status}`)
  if (body.length === 0) throw voiceFailed(engine, 'empty')
  const format = soundFormat(body)
  // Bytes first: storage services call an MP3 what they like.
  if (format) return format
  const start = body.toString('latin1', 0, 200).trimStart()
  if (type === 'text/html' || start.startsWith('<')) throw voiceFailed(engine, 'html')
  throw voiceFailed(engine, start.startsWith('{') ? 'answer' : 'not-audio', `type ${plainType(type)}`)
}

const plainType = (type: string) => (/^[\w./+-]{1,60}$/.test(type) ? type : 'none')

/** MP3 (with or without ID3) or WAV, by the first bytes. */
export function soundFormat(bytes: Buffer): 'mp3' | 'wav' | undefined {
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE') return 'wav'
  if (bytes.toString('latin1', 0, 3) === 'ID3') return 'mp3'
  const [first = 0, second = 0] = bytes
  // Frame sync, and a layer that is not the reserved one.
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? 'mp3' : undefined
}

// Twenty milliseconds: one syllable lasts ten such frames.
const frame = httpVoiceRate / 50
/** -46 dB below full scale; room noise of a studio voice is under -60. */
const audible = 32_768 * 10 ** (-46 / 20)
const leastAudibleShare = 0.1

/** @throws AppError audio.failed (silent, too-short) */
function checkSound(engine: Engine, samples: Buffer, text: string): void {
  const seconds = samples.length / 2 / httpVoiceRate
  const frames = Math.floor(samples.length / 2 / frame)
  let loud = 0
  for (let f = 0; f < frames; f++) {
    let energy = 0
    for (let i = f * frame; i < (f + 1) * frame; i++) energy += samples.readInt16LE(i * 2) ** 2
    if (Math.sqrt(energy / frame) > audible) loud++
  }
  // A click at the start of nothing is no speech either.
  if (loud < 3 || loud / frames < leastAudibleShare) throw voiceFailed(engine, 'silent', `${seconds.toFixed(1)} s`)
  const spoken = [...text].filter(c => /[\p{L}\p{N}]/u.test(c)).length
  if (seconds < spoken / charactersPerSecond.most) {
    throw voiceFailed(engine, 'too-short', `${seconds.toFixed(1)} s for ${text.length} characters`)
  }
}
