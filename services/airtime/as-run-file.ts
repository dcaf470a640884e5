import { z } from 'zod'
import type { Sentence } from '../domain/errors.ts'

/**
 * An exported as-run log as records: per station a beginning (what the hash of the first line stands on), its lines, an end;
 * last of all a statement signed by the instance that names where each station's lines begin and end. JSONL has one record
 * per line; CSV has the same records as rows, with columns for people that are drawn from the entry.
 */
export type AsRunRecord =
  | { row: 'begin'; station: string; name: string; month: string; from: number; before: string }
  | { row: 'line'; station: string; n: number; at: string; kind: string; entry: string; hash: string }
  | { row: 'end'; station: string; to: number; head: string }
  | { row: 'signed'; jws: string }

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const station = z.string().regex(/^\d{1,19}$/)
const count = z.coerce.number().int().nonnegative()

const recordSchema: z.ZodType<AsRunRecord> = z.discriminatedUnion('row', [
  z.object({ row: z.literal('begin'), station, name: z.string(), month: z.string(), from: count, before: hash }),
  z.object({ row: z.literal('line'), station, n: count, at: z.string(), kind: z.string(), entry: z.string(), hash }),
  z.object({ row: z.literal('end'), station, to: count, head: hash }),
  z.object({ row: z.literal('signed'), jws: z.string() }),
])

/** What the signed statement at the end says. */
export const asRunStatementSchema = z.object({
  v: z.literal(1),
  month: z.string(),
  exportedAt: z.string(),
  stations: z.array(z.object({ station, from: count, before: hash, to: count, head: hash })),
})
export type AsRunStatement = z.output<typeof asRunStatementSchema>
export const asRunType = 'loa-as-run+json'

/** What an entry tells, in words; a kind that is not here is shown as it is. */
const kindNames: Record<string, Sentence> = {
  'device.added': { vi: 'thêm thiết bị', en: 'device added' },
  'device.revoked': { vi: 'thu hồi thiết bị', en: 'device revoked' },
  'device.rotated': { vi: 'đổi đường dẫn của thiết bị', en: "device's link replaced" },
  'device.fetched': { vi: 'thiết bị đã tải tệp', en: 'file on the device' },
  'device.started': { vi: 'bắt đầu phát', en: 'began to play' },
  'device.ended': { vi: 'phát đến hết', en: 'played to its end' },
  'device.interrupted': { vi: 'dừng giữa chừng', en: 'stopped in the middle' },
  'device.skipped': { vi: 'bỏ qua', en: 'left out' },
  'device.missed': { vi: 'không phát được', en: 'could not be played' },
  'device.refused': { vi: 'thiết bị từ chối', en: 'refused by the device' },
  'device.fault': { vi: 'thiết bị báo lỗi', en: 'fault of the device' },
  'device.gap': { vi: 'thiếu báo cáo của thiết bị', en: 'reports of the device are missing' },
  'device.conflict': { vi: 'báo cáo trùng số của thiết bị', en: 'a number of a report was used twice' },
  'push.started': { vi: 'bắt đầu truyền tới đài', en: 'began to be sent to the station' },
  'push.resumed': { vi: 'phát tiếp', en: 'went on' },
  'push.ended': { vi: 'đã truyền hết tới đài', en: 'sent to the station to its end' },
  'push.interrupted': { vi: 'dừng truyền giữa chừng', en: 'sending was stopped in the middle' },
  'push.accepted': { vi: 'thiết bị đã nhận để phát', en: 'taken over by the device' },
  'push.failed': { vi: 'không truyền được tới đài', en: 'could not be sent to the station' },
  withdrawn: { vi: 'thu hồi bản tin', en: 'item withdrawn' },
  'slot-locked': { vi: 'chốt phiên phát', en: 'session fixed' },
  'slot-void': { vi: 'bỏ phiên phát', en: 'session taken off' },
  ticked: { vi: 'người vận hành xác nhận đã phát', en: 'ticked as aired by the operator' },
  fault: { vi: 'người vận hành báo sự cố', en: 'fault reported by the operator' },
  'fault-resolved': { vi: 'sự cố đã khắc phục', en: 'fault resolved' },
}

/** Kinds of entries that have a name in words; the console names the same ones. */
export const asRunKinds = Object.keys(kindNames)

export function asRunKindName(kind: string): Sentence {
  return kindNames[kind] ?? { vi: kind, en: kind }
}

/** One record per line, ending in a line feed. */
export function jsonlLine(record: AsRunRecord): string {
  return `${JSON.stringify(record)}\n`
}

const columns = ['row', 'station', 'n', 'at', 'kind', 'entry', 'hash', 'Giờ Việt Nam', 'Sự việc', 'Bản tin', 'Lý do']
/** First line of a CSV: a mark of UTF-8 for spreadsheets, and the names of the columns. */
export const csvHeading = `\ufeff${columns.map(csvField).join(',')}\r\n`

/** A record as a row of the CSV: quoted, and harmless to a spreadsheet (OWASP, CSV injection). */
export function csvLine(record: AsRunRecord): string {
  return `${csvCells(record).map(csvField).join(',')}\r\n`
}

function csvCells(record: AsRunRecord): string[] {
  switch (record.row) {
    case 'begin':
      return [
        'begin',
        record.station,
        String(record.from),
        record.month,
        record.name,
        '',
        record.before,
        '',
        '',
        '',
        '',
      ]
    case 'line': {
      const { station: id, n, at, kind, entry, hash: own } = record
      return ['line', id, String(n), at, kind, entry, own, ...columnsForPeople(at, kind, entry)]
    }
    case 'end':
      return ['end', record.station, String(record.to), '', '', '', record.head, '', '', '', '']
    case 'signed':
      return ['signed', '', '', '', '', record.jws, '', '', '', '', '']
  }
}

/** Drawn from the entry alone, so that a checker can draw them again. */
function columnsForPeople(at: string, kind: string, entry: string): string[] {
  const parsed = parseJson(entry)
  const text = (name: string) => {
    const value = (parsed as Record<string, unknown> | undefined)?.[name]
    return typeof value === 'string' ? value.replace(/\s+/g, ' ') : ''
  }
  const ms = Date.parse(at)
  const local = Number.isNaN(ms) ? '' : new Date(ms + 7 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  return [local, asRunKindName(kind).vi, text('title'), text('reason')]
}

function csvField(text: string): string {
  const harmless = text.replace(/^(?=\s*[=+\-@\t\r＝＋－＠])/, "'")
  return `"${harmless.replaceAll('"', '""')}"`
}

/** A line of an exported file as a record; undefined for anything else. */
export type LineReader = (line: string) => AsRunRecord | 'heading' | undefined

/** The way to read a file whose first line is this: JSONL or CSV. */
export function lineReader(first: string): LineReader {
  return first.startsWith('{') ? line => recordSchema.safeParse(parseJson(line)).data : readCsv
}

function readCsv(line: string): AsRunRecord | 'heading' | undefined {
  const cells = cellsOf(line.replace(/^\ufeff/, ''))
  const [row, id, n, at, kind, entry, own] = cells
  if (row === 'row') return 'heading'
  const fields =
    row === 'begin'
      ? { row, station: id, from: n, month: at, name: kind, before: own }
      : row === 'line'
        ? { row, station: id, n, at, kind, entry, hash: own }
        : row === 'end'
          ? { row, station: id, to: n, head: own }
          : { row, jws: entry }
  const record = recordSchema.safeParse(fields).data
  // What people read must be what the entry says.
  return record && csvCells(record).every((cell, i) => harmless(cell) === cells[i]) ? record : undefined
}

function harmless(cell: string): string {
  return csvField(cell).slice(1, -1).replaceAll('""', '"')
}

/** Cells of a row of ours, also after a spreadsheet has dropped quotes that are not needed. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/y
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line)
    if (!match) return []
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
  }
  if (line.endsWith(',')) cells.push('')
  return cells
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
