import { availableParallelism } from 'node:os'
import type { Sentence } from '../../../services/domain/errors.ts'
import { audioFailed, runTool } from '../tool.ts'
import type { SpeakOptions, Voice } from './voice.ts'

/** The Vietnamese voices of espeak-ng: Northern, Central, Southern. */
export const espeakVariants = ['vi', 'vi-vn-x-central', 'vi-vn-x-south'] as const
export type EspeakVariant = (typeof espeakVariants)[number]

const regions: Record<EspeakVariant, Sentence> = {
  vi: { vi: 'miền Bắc', en: 'Northern' },
  'vi-vn-x-central': { vi: 'miền Trung', en: 'Central' },
  'vi-vn-x-south': { vi: 'miền Nam', en: 'Southern' },
}

/** Samples per second of espeak-ng's own voices. Its output is 16-bit little-endian mono. */
export const espeakRate = 22_050

// Sentences come one by one; the limit only keeps a single call from growing without bound.
const maxCharacters = 2_000
// Half a minute of sound: small enough to be shared out among the processors.
const joinUpToCharacters = 450
// Twelve times slower than the slowest allowed speed reads them.
const maxSecondsPerCall = 1_200
// Measured 2 ms of work per second of sound; the rest is room for a busy machine.
const patienceMs = 20_000

/**
 * The voice that always works: espeak-ng, a process per piece.
 * @param patience how long a call may take at the least, ms; more for long texts
 */
export function espeakVoice(variant: EspeakVariant, patience = patienceMs): Voice {
  return {
    id: `espeak:${variant}`,
    name: { vi: `espeak-ng ${regions[variant].vi}`, en: `espeak-ng ${regions[variant].en}` },
    rate: espeakRate,
    limits: { maxCharacters, maxBytes: maxCharacters * 4 },
    // Measured: 0.42 s between sentences, 0.23 s at a comma; starting the program costs as much as ten seconds of sound.
    joinUpToCharacters,
    // One more than there are processors, so that none waits while a result is taken over.
    concurrency: Math.min(8, availableParallelism() + 1),
    version: espeakVersion,
    speak: (text, options) => speak(variant, text, options, patience),
    close: async () => undefined,
  }
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

async function speak(variant: EspeakVariant, text: string, options: SpeakOptions, patience: number): Promise<Buffer> {
  const plain = plainForEspeak(text)
  if (plain === '') return Buffer.alloc(0)
  const args = ['-v', variant, '-s', String(options.speed), '-a', String(amplitude), '-b', '1', '-z']
  const wav = await runTool('espeak-ng', [...args, '--stdin', '--stdout'], {
    input: plain,
    signal: options.signal,
    timeoutMs: patience + plain.length * 5,
    maxOutputBytes: maxSecondsPerCall * espeakRate * 2,
  })
  return wav.length === 0 ? wav : wavSamples(wav)
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
      if (channels !== 1 || rate !== espeakRate || bits !== 16) {
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
