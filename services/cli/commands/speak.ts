import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { BroadcastAudio } from '../../../channels/loudspeaker/assemble.ts'
import { speakProgramme } from '../../../channels/loudspeaker/audio.ts'
import { type LoudspeakerConfig, loudspeakerConfigSchema, voiceEngines } from '../../../channels/loudspeaker/config.ts'
import { waveform } from '../../../channels/loudspeaker/passes.ts'
import { otherVoice } from '../../../channels/loudspeaker/render.ts'
import { voicesOf } from '../../../channels/loudspeaker/voices/chain.ts'
import { espeakVariants } from '../../../channels/loudspeaker/voices/espeak.ts'
import { readEnv } from '../../../config/env.ts'
import { limits } from '../../domain/announcement.ts'
import { AppError, type Sentence } from '../../domain/errors.ts'
import { createLog } from '../../runtime/log.ts'
import { checkText, cleanText } from '../../text/input.ts'
import { readAloud, splitForSpeech } from '../../text/speech/index.ts'
import { readTextSource } from '../text-source.ts'

interface SpeakOptions {
  output: string
  voice?: string
  wav?: boolean
  waveform?: string
  json?: boolean
}

/** What `loa speak --json` prints. */
export interface SpeakReport extends Omit<BroadcastAudio, 'tracks'> {
  /** Engine and speaker, e.g. `espeak:vi`. */
  voice: string
  /** The text as it was spoken. */
  spoken: string
  warnings: Sentence[]
  /** Picture of the waveform, when asked for. */
  waveform?: string
}

const voiceNames = [...voiceEngines, ...espeakVariants]

/** Adds `loa speak`: a text becomes the file that a commune station would air. Needs no running server. */
export function register(program: Command): void {
  program
    .command('speak')
    .description(
      'Chuyển văn bản thành tệp âm thanh đạt chuẩn phát · text -> broadcast-ready audio; prints duration, LUFS, dBTP',
    )
    .argument('<file>', 'tệp văn bản UTF-8, "-" là đầu vào chuẩn · text file in UTF-8, "-" reads standard input')
    .requiredOption('-o, --output <file>', 'tệp kết quả · where to write the sound')
    .option(
      '--voice <name>',
      `giọng đọc (mặc định theo cấu hình) · voice (default as configured): ${voiceNames.join(', ')}`,
    )
    .option('--wav', 'ghi WAV PCM thay cho MP3 · WAV PCM instead of MP3')
    .option('--waveform <file>', 'vẽ dạng sóng ra tệp PNG · draw the waveform into a PNG')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (file: string, options: SpeakOptions) => {
      const stop = new AbortController()
      const onSignal = () => stop.abort()
      process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
      const report = await speakFile(file, options, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) throw error
        process.stderr.write('Đã dừng theo yêu cầu, chưa ghi tệp nào. · Stopped; no file was written.\n')
        process.exitCode = 130
      })
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      if (!report) return
      for (const warning of report.warnings) process.stderr.write(`Lưu ý: ${warning.vi}\n`)
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(report))
    })
}

/** @throws AppError not-found | import.bad-encoding | text.* | request.invalid | audio.* | setup.disk-full */
async function speakFile(file: string, options: SpeakOptions, signal: AbortSignal): Promise<SpeakReport> {
  const config = configFor(options.voice)
  const text = cleanText(await readTextSource(file, process.stdin))
  checkText(text, { maxCharacters: limits.variantCharacters, field: { vi: 'Nội dung', en: 'The text' } })
  const { profile, documents } = config
  const reading = readAloud(text, { profile, documents })
  const workDir = await mkdtemp(join(tmpdir(), 'loa-speak-'))
  try {
    const tools = { workDir, signal, log: createLog({ level: 'silent' }) }
    const form = options.wav ? 'wav' : 'mp3'
    const { track, audio } = await speakProgramme(
      splitForSpeech(reading.text),
      { voices: voicesOf(config), speed: config.speed },
      { ...config, title: text.split('\n')[0] ?? '', artist: '', form },
      join(workDir, `speech.${form}`),
      tools,
    )
    const path = resolve(options.output)
    const picture = options.waveform === undefined ? {} : { waveform: resolve(options.waveform) }
    if (picture.waveform) await draw(audio, picture.waveform, tools)
    await publish(audio.path, path)
    const { tracks: _, ...measures } = audio
    const warnings = [...otherVoice(track), ...reading.warnings]
    return { ...measures, path, voice: track.voice.id, spoken: reading.text, warnings, ...picture }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** The channel's configuration, with another voice when one is named: an engine or a voice of espeak-ng. */
function configFor(voice: string | undefined): LoudspeakerConfig {
  const values = readEnv().channelValues('loudspeaker')
  if (voice === undefined) return loudspeakerConfigSchema.parse(values)
  const isEngine = voiceEngines.some(engine => engine === voice)
  const chosen = isEngine ? { VOICES: voice } : { VOICES: 'espeak', VOICE: voice.replace(/^espeak:/, '') }
  const config = loudspeakerConfigSchema.safeParse({ ...values, ...chosen })
  if (config.success) return config.data
  throw new AppError('request.invalid', {
    vi: `Không dùng được giọng đọc "${voice}". Các giọng: ${voiceNames.join(', ')}; giọng piper và giọng qua mạng cần được cấu hình trước (LOA_LOUDSPEAKER_PIPER_MODEL, ..._FPT_KEY, ..._VIETTEL_TOKEN, ..._GOOGLE_KEY).`,
    en: `There is no voice "${voice}" here. Voices: ${voiceNames.join(', ')}; piper and voices over HTTP must be set up first (LOA_LOUDSPEAKER_PIPER_MODEL, ..._FPT_KEY, ..._VIETTEL_TOKEN, ..._GOOGLE_KEY).`,
  })
}

interface Tools {
  workDir: string
  signal: AbortSignal
}

async function draw(audio: BroadcastAudio, to: string, tools: Tools): Promise<void> {
  const picture = join(tools.workDir, 'waveform.png')
  await waveform(audio.path, picture, { signal: tools.signal, timeoutMs: 60_000 + audio.durationSeconds * 100 })
  await publish(picture, to)
}

/** Puts the finished file in place at once: an older file of that name stays until the new one is whole. */
async function publish(from: string, to: string): Promise<void> {
  const part = `${to}.part`
  try {
    await copyFile(from, part)
    await rename(part, to)
  } catch (error) {
    await rm(part, { force: true })
    throw new AppError(
      'request.invalid',
      {
        vi: `Không ghi được tệp "${to}". Ông/Bà vui lòng kiểm tra thư mục, quyền ghi và dung lượng đĩa.`,
        en: `Cannot write the file "${to}". Please check the folder, the permission to write and the free space.`,
      },
      { cause: error },
    )
  }
}

function table(report: SpeakReport): string {
  const decimal = (value: number, digits: number) => value.toFixed(digits).replace('.', ',')
  return [
    `Đã tạo tệp: ${report.path}`,
    `  Thời lượng:  ${decimal(report.durationSeconds, 1)} giây`,
    `  Độ lớn:      ${decimal(report.lufs, 1)} LUFS`,
    `  Đỉnh thực:   ${decimal(report.dbtp, 1)} dBTP`,
    `  Dung lượng:  ${decimal(report.sizeBytes / 1000, 0)} KB`,
    `  Giọng đọc:   ${report.voice}`,
    '',
  ].join('\n')
}
