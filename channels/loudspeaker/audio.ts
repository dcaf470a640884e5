import type { SpeechPart } from '../../services/text/speech/index.ts'
import { type Assembly, type BroadcastAudio, begin, complete, type Programme } from './assemble.ts'
import { makeTrack, makeTrackWith, type VoiceTrack, type WorkTools } from './track.ts'
import { type BulletinTools, type PassedOver, speakBulletin } from './voices/bulletin.ts'
import type { Voice } from './voices/voice.ts'

/** Who reads, and how fast. */
export interface Speaker {
  /** The first choice and those that take over, in order. */
  voices: Voice[]
  /** Words per minute. */
  speed: number
}

/** A text that has become sound: its track and whose voice it is. */
export interface SpokenTrack extends VoiceTrack {
  voice: Voice
  /** Voices that failed before this one; empty when it was the first choice. */
  passedOver: PassedOver[]
}

export type SpeakTools = WorkTools & BulletinTools

/**
 * Reads pieces of text onto a voice track (`track.ts`), in one voice from beginning to end. It is filtered while it is
 * being spoken.
 * @param name of its files in the working folder
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | text.too-long | setup.disk-full
 */
export async function speakTrack(
  pieces: SpeechPart[],
  speaker: Speaker,
  name: string,
  tools: SpeakTools,
): Promise<SpokenTrack> {
  const { result, voice, passedOver } = await speakBulletin(pieces, speaker.voices, speaker.speed, tools, sound =>
    makeTrack(sound, name, tools),
  )
  return { ...result, voice, passedOver }
}

/**
 * Reads pieces of text onto a voice track, and makes the programme that holds this track alone: the track is encoded while
 * it is being levelled.
 * @param outPath of the programme
 * @throws as {@link speakTrack}
 */
export async function speakProgramme(
  pieces: SpeechPart[],
  speaker: Speaker,
  programme: Omit<Programme, 'tracks' | 'gapSeconds'>,
  outPath: string,
  tools: SpeakTools,
): Promise<{ track: SpokenTrack; audio: BroadcastAudio }> {
  const { result, voice, passedOver } = await speakBulletin(pieces, speaker.voices, speaker.speed, tools, sound =>
    makeTrackWith<Assembly>(sound, 'voice', tools, (live, limits) =>
      begin({ ...programme, tracks: [live], gapSeconds: 0 }, outPath, { ...tools, ...limits }, live.samples),
    ),
  )
  const audio = await complete({ ...result.followed, tools })
  return { track: { ...result.track, voice, passedOver }, audio }
}
