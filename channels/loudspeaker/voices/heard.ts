import { audioFailed } from '../tool.ts'

/** Faster than anybody speaks: at 250 words a minute, the highest speed, espeak-ng was measured at 0.17 s a word. */
const shortestWordSeconds = 0.04
/** Of full scale. Every voice peaks far above it with every word. */
const quietestPeak = 0.01

/**
 * Is this the sound of these words, as far as can be told without listening: long enough and not silent? An engine may end
 * well without having spoken, and a sentence that is missing in the middle is found by no measurement of the whole file.
 * Words of other scripts are not counted: a Vietnamese voice may have no sound for them.
 */
export function isHeard(text: string, samples: Buffer, rate: number): boolean {
  const words = text.match(/(?<![\p{L}\p{M}])\p{Script=Latin}/gu)?.length ?? 0
  if (words === 0) return true
  if (samples.length / 2 / rate < words * shortestWordSeconds) return false
  for (let at = 0; at + 1 < samples.length; at += 2) {
    if (Math.abs(samples.readInt16LE(at)) >= quietestPeak * 32_768) return true
  }
  return false
}

/** The error for a piece that came back without its words. The text itself is for no log. */
export function notHeard(text: string, samples: Buffer, rate: number): Error {
  return audioFailed(`${text.length} characters came back as ${samples.length / 2 / rate} s of sound or as silence`)
}
