import type { LoudspeakerConfig, VoiceEngine } from '../config.ts'
import { espeakVoice } from './espeak.ts'
import { piperVoice } from './piper.ts'
import type { Voice } from './voice.ts'

/** How each engine becomes a voice. A new engine is one line here and one name in `config.ts`. */
const engines: Record<VoiceEngine, (config: LoudspeakerConfig) => Voice> = {
  piper: config => piperVoice(config.piper),
  espeak: config => espeakVoice(config.voice),
}

// Per configuration, because a voice may hold a process with a model in it, which takes a second to load.
const opened = new WeakMap<LoudspeakerConfig, Voice[]>()

/** The voices in the order in which they are tried, opened once per configuration. */
export function voicesOf(config: LoudspeakerConfig): Voice[] {
  const known = opened.get(config)
  if (known) return known
  const voices = config.voices.map(engine => engines[engine](config))
  opened.set(config, voices)
  return voices
}
