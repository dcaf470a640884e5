import { AppError } from '../../services/domain/errors.ts'
import { audioFailed, runTool } from './tool.ts'

/** The Vietnamese voices of espeak-ng: Northern, Central, Southern. */
export const voices = ['vi', 'vi-vn-x-central', 'vi-vn-x-south'] as const
export type Voice = (typeof voices)[number]

/** Samples per second of espeak-ng's own voices. Its output is 16-bit little-endian mono. */
export const speechRate = 22_050

export interface SpeechOptions {
  voice: Voice
  /** Words per minute; 150 is a calm announcer (about 15 characters a second). */
  speed: number
  signal: AbortSignal
  /** More sound than this is refused with text.too-long. */
  maxSeconds: number
}

// Below full scale (100), because espeak-ng clips there (+0.1 dBTP measured); the loudness is set later anyway.
const amplitude = 60

/**
 * Takes out what espeak-ng would obey instead of reading: `[[...]]` are phoneme codes, control characters are
 * embedded commands (Ctrl-A), NUL ends the text. Shell characters and leading dashes are harmless, because the text
 * goes through standard input, and markup is only interpreted with `-m`. Composed letters, because espeak-ng reads
 * decomposed ones as nonsense.
 */
export function plainForEspeak(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\p{Cc}\p{Cs}[\]]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/**
 * Speaks one piece of text.
 * @returns samples at {@link speechRate}, 16-bit little-endian mono; empty when there was nothing to say
 * @throws AppError audio.tool-missing | audio.failed | text.too-long
 */
export async function speak(text: string, options: SpeechOptions): Promise<Buffer> {
  const plain = plainForEspeak(text)
  if (plain === '') return Buffer.alloc(0)
  const args = ['-v', options.voice, '-s', String(options.speed), '-a', String(amplitude), '-b', '1', '-z']
  const wav = await runTool('espeak-ng', [...args, '--stdin', '--stdout'], {
    input: plain,
    signal: options.signal,
    // Measured 2 ms of work per second of sound; the rest is room for a busy machine.
    timeoutMs: 20_000 + plain.length * 5,
    maxOutputBytes: Math.ceil(options.maxSeconds * speechRate * 2) + 4_096,
    tooMuch: readingTooLong(),
  })
  return wav.length === 0 ? wav : wavSamples(wav)
}

/** The error for a text that would be read for longer than anybody may occupy the air. */
export function readingTooLong(): AppError {
  return new AppError('text.too-long', {
    vi: 'Bài đọc phát lâu quá một giờ. Ông/Bà vui lòng rút gọn hoặc chia thành nhiều thông báo.',
    en: 'The reading takes more than one hour to broadcast. Please shorten it or split it into several announcements.',
  })
}

/**
 * The samples inside a WAV stream. The sizes in its header are placeholders, because espeak-ng cannot seek back in
 * a pipe, so everything after the head of the data chunk counts.
 */
export function wavSamples(wav: Buffer): Buffer {
  if (wav.toString('latin1', 0, 4) !== 'RIFF') throw audioFailed('espeak-ng gave no WAV')
  let at = 12
  while (at + 8 <= wav.length) {
    const id = wav.toString('latin1', at, at + 4)
    const size = wav.readUInt32LE(at + 4)
    if (id === 'fmt ') {
      const [channels, rate, bits] = [wav.readUInt16LE(at + 10), wav.readUInt32LE(at + 12), wav.readUInt16LE(at + 22)]
      if (channels !== 1 || rate !== speechRate || bits !== 16) {
        throw audioFailed(`espeak-ng gave ${channels} channel(s), ${rate} Hz, ${bits} bit`)
      }
    }
    if (id === 'data') {
      const samples = wav.subarray(at + 8)
      return samples.subarray(0, samples.length - (samples.length % 2))
    }
    at += 8 + size + (size % 2)
  }
  throw audioFailed('the WAV of espeak-ng has no data')
}

/** The installed version, as espeak-ng says it. @throws AppError audio.tool-missing */
export async function espeakVersion(signal: AbortSignal): Promise<string> {
  const out = await runTool('espeak-ng', ['--version'], { signal, timeoutMs: 10_000, maxOutputBytes: 10_000 })
  return /\d+(\.\d+)+/.exec(out.toString('utf8'))?.[0] ?? 'unknown'
}
