import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type BroadcastAudio, makeBroadcastAudio } from '../../../channels/loudspeaker/audio.ts'
import { loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'
import { type Voice, voices } from '../../../channels/loudspeaker/espeak.ts'
import { limits } from '../../domain/announcement.ts'
import { AppError, type Sentence } from '../../domain/errors.ts'
import { checkText, cleanText } from '../../text/input.ts'
import { readAloud, splitForSpeech } from '../../text/speech/index.ts'
import { readTextSource } from '../text-source.ts'

interface SpeakOptions {
  output: string
  voice: string
  json?: boolean
}

/** What `loa speak --json` prints. */
export interface SpeakReport extends BroadcastAudio {
  voice: Voice
  /** The text as it was spoken. */
  spoken: string
  warnings: Sentence[]
}

/** Adds `loa speak`: a text becomes the file that a commune station would air. Needs no running server. */
export function register(program: Command): void {
  program
    .command('speak')
    .description(
      'Chuyển văn bản thành tệp âm thanh đạt chuẩn phát (MP3) · text -> broadcast-ready audio; prints duration, LUFS, dBTP',
    )
    .argument('<file>', 'tệp văn bản UTF-8, "-" là đầu vào chuẩn · text file in UTF-8, "-" reads standard input')
    .requiredOption('-o, --output <file>', 'tệp MP3 kết quả · where to write the MP3')
    .option('--voice <name>', `giọng đọc · voice: ${voices.join(', ')}`, 'vi')
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
  const config = loudspeakerConfigSchema.safeParse({ VOICE: options.voice })
  if (!config.success) {
    throw new AppError('request.invalid', {
      vi: `Không có giọng đọc "${options.voice}". Các giọng hiện có: ${voices.join(', ')}.`,
      en: `There is no voice "${options.voice}". Known voices: ${voices.join(', ')}.`,
    })
  }
  const text = cleanText(await readTextSource(file, process.stdin))
  checkText(text, { maxCharacters: limits.variantCharacters, field: { vi: 'Nội dung', en: 'The text' } })
  const reading = readAloud(text)
  const workDir = await mkdtemp(join(tmpdir(), 'loa-speak-'))
  try {
    const title = text.split('\n')[0] ?? ''
    const audio = await makeBroadcastAudio(
      splitForSpeech(reading.text),
      join(workDir, 'speech.mp3'),
      { ...config.data, title, artist: '' },
      { workDir, signal },
    )
    const path = resolve(options.output)
    await publish(audio.path, path)
    return { ...audio, path, voice: config.data.voice, spoken: reading.text, warnings: reading.warnings }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
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
