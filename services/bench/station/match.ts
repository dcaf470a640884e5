/*
 * Finds out what was heard by comparing samples, and nothing else: a recording knows no manifest, no journal, no player.
 */

/** A decoded file. */
export interface KnownSound {
  name: string
  samples: Int16Array
}

/** A stretch of a file as it was heard. */
export interface HeardSamples {
  name: string
  /** Where in the file it began and ended. */
  fromSample: number
  toSample: number
  /** Where in the recording it began. */
  atSample: number
}

const windowSamples = 64
/** Of every file one window in so many samples is indexed; a heard stretch shorter than this may stay unknown. */
const strideSamples = 1_024

export interface SoundIndex {
  /** @returns the stretches in their order, and how many audible samples belong to no file */
  identify(heard: Int16Array): { stretches: HeardSamples[]; strange: number }
}

/** Prepares files for being recognised. */
export function indexSounds(sounds: KnownSound[]): SoundIndex {
  const index = new Map<number, { sound: KnownSound; at: number }[]>()
  for (const sound of sounds) {
    for (let at = 0; at + windowSamples <= sound.samples.length; at += strideSamples) {
      if (isQuiet(sound.samples, at)) continue
      const hash = hashAt(sound.samples, at)
      const same = index.get(hash)
      if (same) same.push({ sound, at })
      else index.set(hash, [{ sound, at }])
    }
  }

  const longestAt = (heard: Int16Array, from: number, at: number) => {
    let best: HeardSamples | undefined
    for (const candidate of index.get(hashAt(heard, at)) ?? []) {
      const found = extended(heard, from, at, candidate.sound, candidate.at)
      if (found && (!best || found.toSample - found.fromSample > best.toSample - best.fromSample)) best = found
    }
    return best
  }

  return {
    identify(heard) {
      const stretches: HeardSamples[] = []
      let strange = 0
      let from = 0
      for (let at = 0; at + windowSamples <= heard.length; ) {
        const found = isQuiet(heard, at) ? undefined : longestAt(heard, from, at)
        if (!found) {
          at++
          continue
        }
        strange += audible(heard, from, found.atSample)
        stretches.push(found)
        from = found.atSample + found.toSample - found.fromSample
        at = from
      }
      return { stretches, strange: strange + audible(heard, from, heard.length) }
    },
  }
}

/** Grows a match of one window as far as the samples are equal, backwards not beyond `from`. */
function extended(
  heard: Int16Array,
  from: number,
  at: number,
  { name, samples }: KnownSound,
  known: number,
): HeardSamples | undefined {
  let back = 0
  let forth = 0
  while (at + forth < heard.length && known + forth < samples.length && heard[at + forth] === samples[known + forth]) {
    forth++
  }
  if (forth < windowSamples) return undefined
  while (at - back > from && known - back > 0 && heard[at - back - 1] === samples[known - back - 1]) back++
  return { name, fromSample: known - back, toSample: known + forth, atSample: at - back }
}

function isQuiet(samples: Int16Array, at: number): boolean {
  for (let i = at; i < at + windowSamples; i++) if (Math.abs(samples[i] ?? 0) > 64) return false
  return true
}

function audible(samples: Int16Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (Math.abs(samples[i] ?? 0) > 64) count++
  return count
}

function hashAt(samples: Int16Array, at: number): number {
  let hash = 0x811c9dc5
  for (let i = at; i < at + windowSamples; i++) hash = Math.imul(hash ^ ((samples[i] ?? 0) & 0xffff), 0x01000193)
  return hash >>> 0
}
