import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sentence } from '../../services/domain/errors.ts'
import { speechText } from '../../services/text/derive.ts'
import { foldName } from '../../services/text/fold.ts'
import { readAloud, splitForSpeech } from '../../services/text/speech/index.ts'
import type { RenderSource, RenderTools, Rendition } from '../contract.ts'
import { type BroadcastAudio, encodeStandard, makeBroadcastAudio } from './audio.ts'
import { broadcastRate } from './chime.ts'
import type { LoudspeakerConfig } from './config.ts'
import { decodeToFile, type RawAudio } from './ffmpeg.ts'
import { longestRecordingSeconds } from './recording-refusals.ts'
import { type RecordingVariant, recordingTrack } from './recordings.ts'
import { audioFailed } from './tool.ts'

/** What a station airs, and what its operator reads aloud if the sound fails. */
export interface SpeechContent {
  /** As written: what a person at the microphone reads. */
  script: string
  /** As spoken: numbers, dates and abbreviations in words. */
  spoken: string
  durationSeconds: number
  /** Measured on the decoded file. */
  lufs: number
  dbtp: number
  /** Who is heard: a voice, or `recording:` and the language of an uploaded recording. */
  voice: string
  sizeBytes: number
  /** Name for a saved copy, plain ASCII. */
  fileName: string
  demo: boolean
}

export const audioFileName = 'speech.mp3'

/**
 * A demo instance says so in the script, the title of the file and the mails, but not in the speech: a demo is there
 * to judge the sound of the real announcement, and its files stay on the machine.
 */
export const demoNotice = 'BẢN DIỄN TẬP, KHÔNG PHẢI THÔNG BÁO CHÍNH THỨC'
const demoTag = '[DIỄN TẬP]'

/**
 * Makes the reading and the broadcast file. The same source and configuration give the same bytes.
 * @throws AppError audio.tool-missing | audio.silent | audio.failed | text.too-long
 */
export async function renderSpeech(
  source: RenderSource,
  tools: RenderTools,
  config: LoudspeakerConfig,
): Promise<Rendition<SpeechContent>> {
  const { recording } = source.content.variants
  const path = join(tools.workDir, audioFileName)
  const options = {
    ...config,
    title: source.demo ? `${demoTag} ${source.content.title}` : source.content.title,
    artist: source.content.issuer,
  }
  const made = recording
    ? await playRecording(recording, path, options, tools)
    : await speakText(source, path, options, tools)
  const bytes = await readFile(made.audio.path)
  return {
    content: {
      script: source.demo ? `${demoNotice}\n\n${made.script}` : made.script,
      spoken: made.spoken,
      durationSeconds: made.audio.durationSeconds,
      lufs: made.audio.lufs,
      dbtp: made.audio.dbtp,
      voice: made.voice,
      sizeBytes: made.audio.sizeBytes,
      fileName: savedName(source.content.title),
      demo: source.demo,
    },
    files: [{ name: audioFileName, mime: 'audio/mpeg', bytes }],
    warnings: uniqueSentences(made.warnings),
  }
}

interface Made {
  script: string
  spoken: string
  voice: string
  audio: BroadcastAudio
  warnings: Sentence[]
}
type Options = LoudspeakerConfig & { title: string; artist: string }

async function speakText(source: RenderSource, path: string, options: Options, tools: RenderTools): Promise<Made> {
  const written = speechText(source.content)
  const reading = readAloud(written.text)
  const audio = await makeBroadcastAudio(splitForSpeech(reading.text), path, options, tools)
  return {
    script: written.text,
    spoken: reading.text,
    voice: options.voice,
    audio,
    warnings: [...written.warnings, ...reading.warnings],
  }
}

/** The track is filtered and levelled already; only the beginning, the end and the encoding are added. */
async function playRecording(
  recording: RecordingVariant,
  path: string,
  options: Options,
  tools: RenderTools,
): Promise<Made> {
  const track = await recordingTrack(recording, tools)
  const { durationSeconds: seconds, lufs, dbtp } = track
  const samples: RawAudio = { path: join(tools.workDir, 'recording.pcm'), rate: broadcastRate }
  await decodeToFile({ path: track.path, format: 'flac' }, samples, {
    signal: tools.signal,
    timeoutMs: 30_000 + seconds * 500,
    maxSeconds: longestRecordingSeconds + 2,
    unreadable: audioFailed('the track of a recording cannot be decoded'),
  })
  const audio = await encodeStandard(samples, { lufs, peakDb: dbtp, seconds }, path, options, tools)
  const { transcript } = recording
  return { script: transcript, spoken: transcript, voice: track.voiceId, audio, warnings: [] }
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
  return [...new Map(sentences.map(sentence => [sentence.vi, sentence])).values()]
}
