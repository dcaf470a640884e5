import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sentence } from '../../services/domain/errors.ts'
import { foldName } from '../../services/text/fold.ts'
import { readScript } from '../../services/text/script.ts'
import { splitForSpeech } from '../../services/text/speech/index.ts'
import type { RenderSource, RenderTools, Rendition } from '../contract.ts'
import { makeBroadcastAudio } from './audio.ts'
import type { LoudspeakerConfig } from './config.ts'
import type { Voice } from './espeak.ts'

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
  voice: Voice
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
  // What was signed is spoken as it stands, whatever rules and dictionary would say by now.
  const reading = source.reading ?? readScript(source.content, config)
  const audio = await makeBroadcastAudio(
    splitForSpeech(reading.spoken),
    join(tools.workDir, audioFileName),
    {
      ...config,
      title: source.demo ? `${demoTag} ${source.content.title}` : source.content.title,
      artist: source.content.issuer,
    },
    tools,
  )
  const bytes = await readFile(audio.path)
  return {
    content: {
      script: source.demo ? `${demoNotice}\n\n${reading.script}` : reading.script,
      spoken: reading.spoken,
      durationSeconds: audio.durationSeconds,
      lufs: audio.lufs,
      dbtp: audio.dbtp,
      voice: config.voice,
      sizeBytes: audio.sizeBytes,
      fileName: savedName(source.content.title),
      demo: source.demo,
    },
    files: [{ name: audioFileName, mime: 'audio/mpeg', bytes }],
    warnings: uniqueSentences(reading.warnings),
  }
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
