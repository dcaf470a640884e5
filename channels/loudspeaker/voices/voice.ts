import type { Sentence } from '../../../services/domain/errors.ts'

/**
 * One voice behind whatever makes it: a program on this machine, a model in a child process, a service over HTTP. A bulletin
 * is spoken by one voice from beginning to end; which one, and what happens when it fails, is decided in `bulletin.ts`.
 */
export interface Voice {
  /** Names engine and speaker, e.g. `espeak:vi`, `piper:vais1000`, `fpt:banmai`. Written into renditions and the as-run log. */
  id: string
  name: Sentence
  /** Samples per second of what `speak` gives. */
  rate: number
  /**
   * What one call may be given. Longer pieces are split at commas, then at blanks, before they come here. Google counts
   * bytes of UTF-8, others characters.
   */
  limits: { maxCharacters: number; maxBytes: number }
  /**
   * Set when the engine makes about the usual pause between sentences by itself, and a call costs more than the speaking:
   * sentences of a paragraph then come together, up to so many characters.
   */
  joinUpToCharacters?: number
  /** How many calls may run at once; 1 for a model that fills the cores by itself. */
  concurrency: number
  /**
   * Changes whenever the same text may sound different (engine version, model file): part of the cache key together with
   * `id`, speed and text.
   * @throws AppError when the engine is not there
   */
  version(signal: AbortSignal): Promise<string>
  /**
   * Present where the engine is on another machine: resolves when that machine answers. For `loa doctor` only.
   * @throws AppError audio.failed, or the signal's reason
   */
  reach?(signal: AbortSignal): Promise<void>
  /**
   * Speaks one piece of reading (already in words, NFC).
   * @returns 16-bit little-endian mono samples at `rate`, without silence of its own making at either end beyond the
   * engine's; empty when there was nothing to say
   * @throws AppError audio.tool-missing | audio.failed | text.too-long, or the signal's reason. Never hangs: an engine that
   * does not answer is given up after a time that fits the length of the text.
   */
  speak(text: string, options: SpeakOptions): Promise<Buffer>
  close(): Promise<void>
}

export interface SpeakOptions {
  /** What `version` said when the bulletin began. A voice that has become another one since must refuse. */
  version?: string
  /** Words per minute as an announcer counts them; each engine maps it to its own scale (150 is its normal speed). */
  speed: number
  signal: AbortSignal
}
