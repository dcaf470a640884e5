import type { Command } from 'commander'
import { z } from 'zod'
import { AppError, isAppError, type Sentence } from '../../domain/errors.ts'
import { cleanText, refuseControlCharacters } from '../../text/input.ts'
import { type ReadingOptions, readAloud } from '../../text/speech/index.ts'
import { parseCases } from '../score/cases.ts'
import { scoreReading } from '../score/score.ts'
import { showScore } from '../score/show.ts'
import { decodeText, readTextSource } from '../text-source.ts'

interface ReadOptions {
  jsonl?: boolean
  profile: string
  documents?: string
  score?: string[]
  json?: boolean
}

/** Where a command reads and writes; the terminal, or a test. */
export interface Streams {
  stdin: AsyncIterable<Uint8Array | string>
  /** Resolves when more may be written. */
  out(text: string): Promise<void>
  /** Remarks for a person. */
  note(text: string): void
}

const field = { vi: 'Nội dung', en: 'The text' }
const profileNames = z.enum(['north', 'south'])
const documentStyles = z.enum(['expanded', 'verbatim'])

/** Adds `loa read`: the text on standard input as it will be spoken. Needs no running server. */
export function register(program: Command): void {
  program
    .command('read')
    .description(
      'Đọc văn bản từ đầu vào, in ra lời sẽ được đọc trên loa · text on stdin -> the text as it will be spoken',
    )
    .option(
      '--jsonl',
      'mỗi dòng một {"in": ...} · one {"in", "profile"?, "documents"?} per line -> {"in","out","warnings"}',
    )
    .option('--profile <name>', 'cách đọc vùng miền: north, south · regional reading', 'north')
    .option(
      '--documents <style>',
      'số, ký hiệu văn bản: expanded (của Chính phủ), verbatim (xẹt, tên chữ cái) · document numbers',
      'expanded',
    )
    .option('--score <files...>', 'chấm điểm theo tệp ca đọc (JSONL, TSV, "viết~đọc") · score against case files')
    .option('--json', 'với --score: in một tài liệu JSON · with --score: one JSON document')
    .action(async (options: ReadOptions) => {
      await read(options, {
        stdin: process.stdin,
        out: write,
        note: text => {
          process.stderr.write(`${text}\n`)
        },
      })
    })
}

function write(text: string): Promise<void> {
  if (process.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => process.stdout.once('drain', () => resolve()))
}

/**
 * `loa read` on these streams.
 * @throws AppError request.invalid | request.malformed | not-found | text.empty | text.control-character | import.bad-encoding
 */
export async function read(options: ReadOptions, streams: Streams): Promise<void> {
  const reading: ReadingOptions = {
    profile: choice('profile', profileNames, options.profile),
    documents: choice('documents', documentStyles, options.documents ?? 'expanded'),
  }
  if (options.score !== undefined) await scoreFiles(options.score, reading, options.json === true, streams)
  else await (options.jsonl ? readLines(reading, streams) : readWhole(reading, streams))
}

function choice<T extends string>(name: string, schema: z.ZodType<T> & { options: T[] }, value: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('request.invalid', {
    vi: `--${name} không có giá trị "${value}". Chọn ${schema.options.join(' hoặc ')}.`,
    en: `--${name} has no value "${value}". Choose ${schema.options.join(' or ')}.`,
  })
}

/**
 * Reads the cases of the files and prints the score with every failing case.
 * @throws AppError request.invalid when a case fails, so that scripts see it in the exit status
 */
async function scoreFiles(files: string[], reading: ReadingOptions, json: boolean, streams: Streams): Promise<void> {
  const cases = []
  for (const file of files) cases.push(...parseCases(file, await readTextSource(file, streams.stdin)))
  const score = scoreReading(cases, written => readAloud(cleanText(written), reading).text)
  await streams.out(json ? `${JSON.stringify(score)}\n` : showScore(score))
  if (score.failures.length > 0) {
    throw new AppError('request.invalid', {
      vi: `Số ca đọc sai: ${score.failures.length} trên ${score.cases}.`,
      en: `Cases read wrongly: ${score.failures.length} of ${score.cases}.`,
    })
  }
}

async function readWhole(options: ReadingOptions, streams: Streams): Promise<void> {
  const text = cleanText(await readTextSource('-', streams.stdin))
  if (text === '') {
    throw new AppError('text.empty', {
      vi: 'Đầu vào không có nội dung. Ví dụ: echo "Ngày 13/8/2021" | loa read',
      en: 'Standard input is empty. For example: echo "Ngày 13/8/2021" | loa read',
    })
  }
  refuseControlCharacters(text, field)
  const reading = readAloud(text, options)
  await streams.out(`${reading.text}\n`)
  for (const warning of reading.warnings) streams.note(`Lưu ý: ${warning.vi}`)
}

const lineSchema = z.object({
  in: z.string(),
  profile: profileNames.optional(),
  documents: documentStyles.optional(),
})

/** A broken line is named and left out; the others are read all the same. */
async function readLines(options: ReadingOptions, streams: Streams): Promise<void> {
  let broken = 0
  for await (const { number, bytes } of linesOf(streams.stdin)) {
    const result = readLine(bytes, options)
    if ('error' in result) {
      broken += 1
      streams.note(`Dòng ${number} · line ${number}: ${result.error.vi} · ${result.error.en}`)
    } else if (result.json !== '') {
      await streams.out(`${result.json}\n`)
    }
  }
  if (broken === 0) return
  throw new AppError('request.malformed', {
    vi: `Số dòng không đọc được: ${broken}. Các dòng khác đã được đọc.`,
    en: `Lines that could not be read: ${broken}. The others were.`,
  })
}

function readLine(bytes: Uint8Array, options: ReadingOptions): { json: string } | { error: Sentence } {
  try {
    const line = decodeText(bytes, { vi: 'Dòng này', en: 'This line' }).trim()
    if (line === '') return { json: '' }
    const item = lineSchema.parse(JSON.parse(line))
    const text = cleanText(item.in)
    refuseControlCharacters(text, field)
    const { profile = options.profile, documents = options.documents } = item
    const reading = readAloud(text, { ...(profile && { profile }), ...(documents && { documents }) })
    return { json: JSON.stringify({ in: item.in, out: reading.text, warnings: reading.warnings }) }
  } catch (error) {
    if (isAppError(error)) return { error: error.userMessage }
    return { error: { vi: 'cần một đối tượng JSON dạng {"in": "..."}', en: 'expected a JSON object {"in": "..."}' } }
  }
}

/** Splits bytes at line feeds, before decoding, so that one bad line does not spoil its neighbours. */
async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<{ number: number; bytes: Uint8Array }> {
  let number = 0
  let rest: Buffer[] = []
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk)
    let start = 0
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
      number += 1
      yield { number, bytes: Buffer.concat([...rest, bytes.subarray(start, at)]) }
      rest = []
      start = at + 1
    }
    if (start < bytes.length) rest.push(bytes.subarray(start))
  }
  if (rest.length > 0) yield { number: number + 1, bytes: Buffer.concat(rest) }
}
