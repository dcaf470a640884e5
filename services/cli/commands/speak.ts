import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
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
    .description('turn a text into broadcast-ready audio (MP3) and print its duration, LUFS and dBTP')
    .argument('<file>', 'text file in UTF-8; "-" reads standard input')
    .requiredOption('-o, --output <file>', 'where to write the MP3')
    .option('--voice <name>', `voice: ${voices.join(', ')}`, 'vi')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: SpeakOptions) => {
      const report = await speakFile(file, options)
      for (const warning of report.warnings) process.stderr.write(`Lưu ý: ${warning.vi}\n`)
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(report))
    })
}

async function speakFile(file: string, options: SpeakOptions): Promise<SpeakReport> {
  const config = loudspeakerConfigSchema.safeParse({ VOICE: options.voice })
  if (!config.success) {
    throw new AppError('request.invalid', {
      vi: `Không có giọng đọc "${options.voice}". Các giọng hiện có: ${voices.join(', ')}.`,
      en: `There is no voice "${options.voice}". Known voices: ${voices.join(', ')}.`,
    })
  }
  const text = cleanText(decode(await readText(file)))
  checkText(text, { maxCharacters: limits.variantCharacters, field: { vi: 'Nội dung', en: 'The text' } })
  const reading = readAloud(text)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const workDir = await mkdtemp(join(tmpdir(), 'loa-speak-'))
  try {
    const title = text.split('\n')[0] ?? ''
    const audio = await makeBroadcastAudio(
      splitForSpeech(reading.text),
      join(workDir, 'speech.mp3'),
      { ...config.data, title, artist: '' },
      { workDir, signal: stop.signal },
    )
    const path = resolve(options.output)
    await publish(audio.path, path)
    return { ...audio, path, voice: config.data.voice, spoken: reading.text, warnings: reading.warnings }
  } finally {
    await rm(workDir, { recursive: true, force: true })
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
  }
}

async function readText(file: string): Promise<Buffer> {
  try {
    if (file !== '-') return await readFile(file)
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  } catch (error) {
    throw new AppError(
      'not-found',
      {
        vi: `Không đọc được tệp "${file}". Ông/Bà vui lòng kiểm tra đường dẫn và quyền đọc.`,
        en: `Cannot read the file "${file}". Please check the path and the permission to read it.`,
      },
      { cause: error },
    )
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AppError(
      'import.bad-encoding',
      {
        vi: 'Tệp không ở bảng mã UTF-8. Ông/Bà vui lòng lưu lại tệp dưới dạng văn bản UTF-8.',
        en: 'The file is not UTF-8. Please save it as UTF-8 text.',
      },
      { cause: error },
    )
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
