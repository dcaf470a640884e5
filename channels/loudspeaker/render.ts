import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sentence } from '../../services/domain/errors.ts'
import { foldName } from '../../services/text/fold.ts'
import { readScript } from '../../services/text/script.ts'
import { splitForSpeech } from '../../services/text/speech/index.ts'
import { type RenderSource, type RenderTools, type Rendition, type RenditionFile, speechFiles } from '../contract.ts'
import { assemble, type BroadcastAudio, type Programme } from './assemble.ts'
import { type SpokenTrack, speakProgramme } from './audio.ts'
import type { LoudspeakerConfig } from './config.ts'
import { type SoundForm, soundForms } from './passes.ts'
import { voicesOf } from './voices/chain.ts'

/** What a station airs, and what its operator reads aloud if the sound fails. */
export interface SpeechContent {
  /** As written: what a person at the microphone reads. */
  script: string
  /** As spoken: numbers, dates and abbreviations in words. */
  spoken: string
  /** Of the whole file, chime and silences included. */
  durationSeconds: number
  /** Of the voice track alone: what it takes in a slot. */
  trackSeconds: number
  /** Measured on the decoded file. */
  lufs: number
  dbtp: number
  /** Engine and speaker, e.g. `espeak:vi`. */
  voice: string
  sizeBytes: number
  /** Name for a saved copy, plain ASCII. */
  fileName: string
  demo: boolean
}

/** The finished file: lead, chime, speech, sign-off. */
export const audioFileName = speechFiles.broadcast
const fileNames: Record<SoundForm, string> = { mp3: audioFileName, 'mp3-22050': 'speech-22050.mp3', wav: 'speech.wav' }

/**
 * A demo instance says so in the script, the title of the file and the mails, but not in the speech: a demo is there
 * to judge the sound of the real announcement, and its files stay on the machine.
 */
export const demoNotice = 'BẢN DIỄN TẬP, KHÔNG PHẢI THÔNG BÁO CHÍNH THỨC'
const demoTag = '[DIỄN TẬP]'

/**
 * Makes the reading, its voice track and the broadcast file. The same source, configuration and voice give the same bytes.
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | text.too-long | setup.disk-full
 */
export async function renderSpeech(
  source: RenderSource,
  tools: RenderTools,
  config: LoudspeakerConfig,
): Promise<Rendition<SpeechContent>> {
  // What was signed is spoken as it stands, whatever rules and dictionary would say by now.
  const reading = source.reading ?? readScript(source.content, config)
  const programme: Omit<Programme, 'tracks' | 'gapSeconds'> = {
    title: source.demo ? `${demoTag} ${source.content.title}` : source.content.title,
    artist: source.content.issuer,
    powerOnLeadSeconds: config.powerOnLeadSeconds,
    chime: config.chime,
    form: 'mp3',
  }
  const { track, audio } = await speakProgramme(
    splitForSpeech(reading.spoken),
    { voices: voicesOf(config), speed: config.speed },
    programme,
    join(tools.workDir, fileNames.mp3),
    tools,
  )
  const files = [await fileOf('mp3', audio)]
  for (const form of config.forms.filter(one => one !== 'mp3')) {
    const again = { ...programme, form, tracks: [track], gapSeconds: 0 }
    files.push(await fileOf(form, await assemble(again, join(tools.workDir, fileNames[form]), tools)))
  }
  files.push({ name: speechFiles.track, mime: 'audio/flac', bytes: await readFile(track.path) })
  return {
    content: {
      script: source.demo ? `${demoNotice}\n\n${reading.script}` : reading.script,
      spoken: reading.spoken,
      durationSeconds: audio.durationSeconds,
      trackSeconds: Math.ceil(track.durationSeconds * 100) / 100,
      lufs: audio.lufs,
      dbtp: audio.dbtp,
      voice: track.voice.id,
      sizeBytes: audio.sizeBytes,
      fileName: savedName(source.content.title),
      demo: source.demo,
    },
    files,
    warnings: uniqueSentences([...reading.warnings, ...otherVoice(track)]),
  }
}

async function fileOf(form: SoundForm, audio: BroadcastAudio): Promise<RenditionFile> {
  return { name: fileNames[form], mime: soundForms[form].mime, bytes: await readFile(audio.path) }
}

/** Tells the officer when it is not the voice that was asked for. */
export function otherVoice({ voice, passedOver }: SpokenTrack): Sentence[] {
  return passedOver.slice(0, 1).map(({ voice: wanted }) => ({
    vi: `Giọng đọc ${wanted.name.vi} hiện không dùng được nên toàn bộ bản tin được đọc bằng giọng ${voice.name.vi}. Ông/Bà vui lòng nghe lại trước khi phê duyệt.`,
    en: `The voice ${wanted.name.en} cannot be used at present, so the whole bulletin is spoken by ${voice.name.en}. Please listen to it before approving.`,
  }))
}

/** A file name that every system and every cheap player can show. */
export function savedName(title: string): string {
  const words = foldName(title)
    .replaceAll(/[^a-z0-9 ]+/g, ' ')
    .split(' ')
    .filter(Boolean)
  let name = 'loa'
  for (const word of words) {
    if (name.length + word.length >= 60) break
    name += `-${word}`
  }
  return `${name}.mp3`
}

function uniqueSentences(sentences: Sentence[]): Sentence[] {
  return [...new Map(sentences.map(({ vi, en }) => [vi, { vi, en }])).values()]
}
