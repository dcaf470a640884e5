import { constants, createReadStream, createWriteStream } from 'node:fs'
import { access, readFile, rename, rm, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { type AsRunVerdict, checkAsRunFile } from '../../airtime/as-run-check.ts'
import { AppError } from '../../domain/errors.ts'
import { type PublicJwk, publicJwkSchema } from '../../runtime/keys.ts'
import { signedInClient } from '../api-client.ts'

/** What a server says of one station's chain. */
interface ChainAnswer {
  stationId: string
  stationName: string
  ok: boolean
  lines: number
  brokenAt: number | null
}

/** Adds `loa as-run export` and `loa as-run verify`: the as-run log to take away, and its proof without this server. */
export function register(program: Command): void {
  const group = program
    .command('as-run')
    .description('Nhật ký phát sóng: xuất ra tệp, kiểm tra · the as-run log: export it, check it')
  group
    .command('export')
    .description('Xuất nhật ký một tháng ra tệp CSV hoặc JSONL có ký xác nhận · export a month, with a signed end')
    .requiredOption('--month <YYYY-MM>', 'tháng, giờ Việt Nam · month of Viet Nam')
    .option('--station <id>', 'chỉ một đài · one station only')
    .requiredOption('-o, --output <file>', 'tệp kết quả, .csv hoặc .jsonl · where to write')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (choices: ExportChoices & { json?: boolean }) => {
      const verdict = await exportAsRun(choices)
      if (choices.json) process.stdout.write(`${JSON.stringify({ file: choices.output, ...verdict })}\n`)
      else process.stdout.write(`${choices.output}: ${verdictText(verdict)}\n`)
    })
  group
    .command('verify')
    .description('Kiểm tra tệp đã xuất (không cần máy chủ), hoặc nhật ký trên máy chủ · check a file, or the server')
    .argument('[file]', 'tệp .csv hoặc .jsonl; không có: kiểm tra máy chủ · without it the server is checked')
    .option('--key <file>', 'khóa công khai (GET /api/as-run/key) · public key of the instance, as JSON')
    .option(
      '--head <station:hash>',
      'mã băm cuối đã biết của một đài · hash that a last line is known to have',
      collect,
      [],
    )
    .option('--station <id>', 'chỉ một đài trên máy chủ · one station of the server')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (file: string | undefined, choices: VerifyChoices & { station?: string; json?: boolean }) => {
      const { ok, text, json } =
        file === undefined ? await verifyAtServer(choices.station) : await verifyFile(file, choices)
      process.stdout.write(choices.json ? `${JSON.stringify(json)}\n` : `${text}\n`)
      if (!ok) process.exitCode = 1
    })
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

export interface ExportChoices {
  month: string
  station?: string
  output: string
}

/**
 * Writes a month of a running instance to a file and checks what was written, so that nobody keeps a broken proof. The file
 * is complete or absent.
 * @throws AppError what the server says, or request.invalid for another ending than .csv and .jsonl
 */
export async function exportAsRun({ month, station, output }: ExportChoices): Promise<AsRunVerdict> {
  const format = /\.(csv|jsonl)$/.exec(output)?.[1]
  if (!format) {
    throw new AppError('request.invalid', {
      vi: 'Tên tệp phải kết thúc bằng .csv hoặc .jsonl.',
      en: 'The name of the file must end in .csv or .jsonl.',
    })
  }
  const client = await signedInClient()
  const key = publicJwkSchema.parse(await client.get('/api/as-run/key'))
  const query = new URLSearchParams({ month, format, ...(station !== undefined && { station }) })
  const draft = `${output}.part`
  try {
    const body = await client.download(`/api/as-run/export?${query}`)
    await pipeline(Readable.from(body), createWriteStream(draft))
    const verdict = await checkAsRunFile(linesOf(draft), { key })
    await rename(draft, output)
    return verdict
  } finally {
    await rm(draft, { force: true })
  }
}

export interface VerifyChoices {
  key?: string
  head?: string[]
}

interface Verified {
  ok: boolean
  text: string
  json: unknown
}

/** Checks an exported file by itself; no server and no database is asked. */
export async function verifyFile(file: string, { key, head = [] }: VerifyChoices): Promise<Verified> {
  const heads = new Map(head.map(text => readHead(text)))
  await refuseUnreadable(file)
  const verdict = await checkAsRunFile(linesOf(file), {
    key: key === undefined ? undefined : await readKey(key),
    heads,
  })
  return { ok: verdict.ok, text: verdictText(verdict), json: verdict }
}

/** Lets the running instance check the chains in its database. */
export async function verifyAtServer(station: string | undefined): Promise<Verified> {
  const client = await signedInClient()
  const query = station === undefined ? '' : `?station=${encodeURIComponent(station)}`
  const chains = await client.get<ChainAnswer[]>(`/api/as-run/verify${query}`)
  const ok = chains.every(chain => chain.ok)
  const bad = chains.filter(chain => !chain.ok)
  const text = [
    ...bad.map(c => `✗ ${c.stationName} (${c.stationId}): sai từ dòng ${c.brokenAt} · broken at line ${c.brokenAt}`),
    `${chains.length - bad.length}/${chains.length} đài có nhật ký nguyên vẹn · stations whose log is intact`,
  ].join('\n')
  return { ok, text, json: { ok, stations: chains } }
}

/** Opened when the first line is asked for: a reader that waits loses what was read before it began. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
}

/** @throws AppError request.malformed when there is no such file, or it may not be read */
async function refuseUnreadable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  const isReadable =
    found?.isFile() === true &&
    (await access(file, constants.R_OK).then(
      () => true,
      () => false,
    ))
  if (isReadable) return
  throw new AppError(
    'request.malformed',
    found
      ? { vi: `Không đọc được tệp "${file}".`, en: `Cannot read "${file}".` }
      : { vi: `Không có tệp "${file}".`, en: `There is no file "${file}".` },
  )
}

function readHead(text: string): [string, string] {
  const match = /^(\d{1,19}):([0-9a-f]{64})$/.exec(text)
  if (match) return [match[1] ?? '', match[2] ?? '']
  throw new AppError('request.invalid', {
    vi: '--head cần có dạng <mã đài>:<mã băm 64 ký tự>.',
    en: '--head has the form <station>:<hash of 64 characters>.',
  })
}

/** @throws AppError request.malformed */
async function readKey(file: string): Promise<PublicJwk> {
  try {
    return publicJwkSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new AppError(
      'request.malformed',
      { vi: `Không đọc được khóa công khai trong ${file}.`, en: `There is no public key in ${file}.` },
      { cause },
    )
  }
}

const signatureWords: Record<AsRunVerdict['signature'], string> = {
  valid: 'chữ ký đúng · signature right',
  bad: 'CHỮ KÝ SAI · SIGNATURE WRONG',
  missing: 'KHÔNG CÓ CHỮ KÝ · NOT SIGNED',
  unchecked: 'chưa kiểm tra chữ ký (thiếu --key) · signature not checked (no --key)',
}

/** The verdict for a person: each problem on a line, then the sum. */
export function verdictText(verdict: AsRunVerdict): string {
  return [
    ...verdict.problems.map(
      p => `✗ ${p.station === null ? '' : `Đài ${p.station}: `}${p.text.vi} · ${p.text.en} (${p.line})`,
    ),
    ...(verdict.more > 0 ? [`✗ và ${verdict.more} chỗ nữa · and ${verdict.more} more`] : []),
    `${verdict.ok ? 'Nguyên vẹn · intact' : 'KHÔNG NGUYÊN VẸN · NOT INTACT'}: ${verdict.lines} dòng · lines, ${verdict.stations.length} đài · stations, ${signatureWords[verdict.signature]}`,
  ].join('\n')
}
