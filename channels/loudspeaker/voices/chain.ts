import type { LoudspeakerConfig, VoiceEngine } from '../config.ts'
import { espeakVoice } from './espeak.ts'
import { httpVoices } from './http-config.ts'
import { piperVoice } from './piper.ts'
import type { Voice } from './voice.ts'

/** How each engine becomes a voice; undefined where it is not set up. A new engine is one line here and one name in `config.ts`. */
const engines: Record<VoiceEngine, (config: LoudspeakerConfig, overHttp: Voice[]) => Voice | undefined> = {
  piper: config => piperVoice(config.piper),
  fpt: (_, overHttp) => of('fpt', overHttp),
  viettel: (_, overHttp) => of('viettel', overHttp),
  google: (_, overHttp) => of('google', overHttp),
  espeak: config => espeakVoice(config.voice),
}

const of = (engine: VoiceEngine, voices: Voice[]) => voices.find(voice => voice.id.startsWith(`${engine}:`))

// Per configuration, because a voice may hold a process with a model in it, which takes a second to load, or what is known
// of a service that fails.
const opened = new WeakMap<LoudspeakerConfig, Voice[]>()

/** The voices in the order in which they are tried, opened once per configuration. */
export function voicesOf(config: LoudspeakerConfig): Voice[] {
  const known = opened.get(config)
  if (known) return known
  const overHttp = httpVoices(config)
  const voices = config.voices.map(engine => engines[engine](config, overHttp)).filter(voice => voice !== undefined)
  opened.set(config, voices)
  return voices
}
