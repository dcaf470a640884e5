import { join } from 'node:path'
import { AppError } from '../../services/domain/errors.ts'
import { readAloud, splitForSpeech } from '../../services/text/speech/index.ts'
import type { RenderTools, SlotJob, SlotSound, StudioPort } from '../contract.ts'
import { assemble } from './assemble.ts'
import { speakTrack } from './audio.ts'
import type { LoudspeakerConfig } from './config.ts'
import { audioFailed } from './tool.ts'
import { openTrack, type VoiceTrack } from './track.ts'
import { voicesOf } from './voices/chain.ts'

/** The file of a slot within the working folder. */
export const slotFileName = 'slot.mp3'
const longestLeadSeconds = 60
const longestGapSeconds = 30

/**
 * Makes slot files from the voice tracks of renditions. What the slot adds of its own, greeting and sign-off, is read as this
 * channel is configured now: voice, speed, regional words, document numbers. The pronunciation dictionary is not asked.
 */
export function createStudio(config: LoudspeakerConfig): StudioPort {
  return {
    assemble: (job, tools) => makeSlot(config, job, tools),
  }
}

async function makeSlot(config: LoudspeakerConfig, job: SlotJob, tools: RenderTools): Promise<SlotSound> {
  const plays = job.parts.flatMap(({ id, trackPath, plays }) =>
    Array.from({ length: Math.max(0, Math.floor(plays)) }, (_, i) => ({ id, trackPath, play: i + 1 })),
  )
  if (plays.length === 0) throw emptySlot()
  const tracks = new Map<string, VoiceTrack>()
  for (const { trackPath } of plays) {
    if (!tracks.has(trackPath)) tracks.set(trackPath, await openTrack(trackPath, `decoded-${tracks.size}`, tools))
  }
  const greeting = await readOwn(config, job.greeting, 'greeting', tools)
  const signOff = await readOwn(config, job.signOff, 'sign-off', tools)
  const middle = plays.map(({ trackPath }) => tracks.get(trackPath) ?? raise(trackPath))
  const sound = await assemble(
    {
      title: job.title,
      artist: job.artist,
      powerOnLeadSeconds: within(job.powerOnLeadSeconds, longestLeadSeconds),
      chime: job.chime,
      tracks: [...greeting, ...middle, ...signOff],
      gapSeconds: within(job.gapSeconds, longestGapSeconds),
      form: 'mp3',
    },
    join(tools.workDir, slotFileName),
    tools,
  )
  const heard = sound.tracks.slice(greeting.length, greeting.length + plays.length)
  const ms = (seconds: number | undefined) => Math.round((seconds ?? 0) * 1000)
  return {
    path: sound.path,
    durationMs: ms(sound.durationSeconds),
    lufs: sound.lufs,
    dbtp: sound.dbtp,
    sizeBytes: sound.sizeBytes,
    parts: plays.map(({ id, play }, i) => ({
      id,
      play,
      startMs: ms(heard[i]?.startSeconds),
      endMs: ms(heard[i]?.endSeconds),
    })),
  }
}

/** Reads a text of the slot's own; no track for an empty text. */
async function readOwn(
  config: LoudspeakerConfig,
  text: string,
  name: string,
  tools: RenderTools,
): Promise<VoiceTrack[]> {
  if (text.trim() === '') return []
  const { profile, documents, speed } = config
  const speaker = { voices: voicesOf(config), speed }
  return [await speakTrack(splitForSpeech(readAloud(text, { profile, documents }).text), speaker, name, tools)]
}

function raise(path: string): never {
  throw audioFailed(`no track ${path}`)
}

const within = (value: number, most: number) => Math.min(most, Math.max(0, value))

function emptySlot(): AppError {
  return new AppError('audio.silent', {
    vi: 'Khung phát không có bản tin nào nên không tạo được tệp âm thanh.',
    en: 'The slot holds no item, so there is no sound to make.',
  })
}
