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
import { type RecordingVariant, recordingTrack } from './recordings.ts'
import type { VoiceTrack } from './track.ts'
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
  /** Who is heard: engine and speaker, e.g. `espeak:vi`, or `recording:` and the language of an uploaded recording. */
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
 * Makes the voice track of the reading, or takes that of a recording, and the broadcast file. The same source, configuration
 * and voice give the same bytes.
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | text.too-long | recording.unknown | setup.disk-full
 */
export async function renderSpeech(
  source: RenderSource,
  tools: RenderTools,
  config: LoudspeakerConfig,
): Promise<Rendition<SpeechContent>> {
  const { recording } = source.content.variants
  const programme: Frame = {
    title: source.demo ? `${demoTag} ${source.content.title}` : source.content.title,
    artist: source.content.issuer,
    powerOnLeadSeconds: config.powerOnLeadSeconds,
    chime: config.chime,
    form: 'mp3',
  }
  const made = recording
    ? await playRecording(recording, programme, tools)
    : await speakText(source, programme, tools, config)
  const { track, audio } = made
  const files = [await fileOf('mp3', audio)]
  for (const form of config.forms.filter(one => one !== 'mp3')) {
    files.push(await fileOf(form, await assembleAlone(track, { ...programme, form }, tools)))
  }
  files.push({ name: speechFiles.track, mime: 'audio/flac', bytes: await readFile(track.path) })
  return {
    content: {
      script: source.demo ? `${demoNotice}\n\n${made.script}` : made.script,
      spoken: made.spoken,
      durationSeconds: audio.durationSeconds,
      trackSeconds: Math.ceil(track.durationSeconds * 100) / 100,
      lufs: audio.lufs,
      dbtp: audio.dbtp,
      voice: made.voice,
      sizeBytes: audio.sizeBytes,
      fileName: savedName(source.content.title),
      demo: source.demo,
    },
    files,
    warnings: uniqueSentences(made.warnings),
  }
}

/** A programme but for what is heard in it. */
type Frame = Omit<Programme, 'tracks' | 'gapSeconds'>

interface Made {
  script: string
  spoken: string
  voice: string
  track: VoiceTrack
  audio: BroadcastAudio
  warnings: Sentence[]
}

async function speakText(
  source: RenderSource,
  programme: Frame,
  tools: RenderTools,
  config: LoudspeakerConfig,
): Promise<Made> {
  // What was signed is spoken as it stands, whatever rules and dictionary would say by now.
  const reading = source.reading ?? readScript(source.content, config)
  const speaker = { voices: voicesOf(config), speed: config.speed }
  const pieces = splitForSpeech(reading.spoken)
  const path = join(tools.workDir, fileNames.mp3)
  const { track, audio } = await speakProgramme(pieces, speaker, programme, path, tools)
  const { script, spoken } = reading
  return { script, spoken, voice: track.voice.id, track, audio, warnings: [...reading.warnings, ...otherVoice(track)] }
}

/** The track is filtered and levelled already; what is said is known from the transcript alone. */
async function playRecording(recording: RecordingVariant, programme: Frame, tools: RenderTools): Promise<Made> {
  const { voiceId: voice, ...track } = await recordingTrack(recording, tools)
  const audio = await assembleAlone(track, programme, tools)
  const { transcript } = recording
  return { script: transcript, spoken: transcript, voice, track, audio, warnings: [] }
}

async function assembleAlone(track: VoiceTrack, programme: Frame, tools: RenderTools): Promise<BroadcastAudio> {
  const path = join(tools.workDir, fileNames[programme.form])
  return await assemble({ ...programme, tracks: [track], gapSeconds: 0 }, path, tools)
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
