import type { Sentence } from '../domain/errors.ts'
import { openSigned, type PublicJwk } from '../runtime/keys.ts'
import { asRunHash } from '../store/as-run.ts'
import { type AsRunRecord, asRunStatementSchema, lineReader } from './as-run-file.ts'

/**
 * changed: an entry does not fit its hash, or what is shown beside it; removed, inserted, reordered: lines are not in the
 * order in which they were written; truncated: the end is missing; head: the end is not the one that was signed or is
 * known; signature: not signed by this instance; unreadable: no line of an export.
 */
export type AsRunFlaw =
  | 'changed'
  | 'removed'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'head'
  | 'signature'
  | 'unreadable'

export interface AsRunProblem {
  flaw: AsRunFlaw
  station: string | null
  /** Number of the line concerned; of the first one where several are missing. */
  n: number | null
  /** Line of the file. */
  line: number
  text: Sentence
}

export interface AsRunVerdict {
  ok: boolean
  /** unchecked: no public key was given, so the end is only as good as the file. */
  signature: 'valid' | 'bad' | 'missing' | 'unchecked'
  lines: number
  stations: { station: string; name: string; from: number; to: number; head: string }[]
  /** At most some hundred; `more` says how many there were beyond. */
  problems: AsRunProblem[]
  more: number
}

const problemsKept = 200

interface Section {
  station: string
  name: string
  from: number
  before: string
  expected: number
  /** Hash as the last line states it, and as it should be; they differ behind a changed line. */
  stated: string
  computed: string
  missing: Set<number>
  ended: boolean
}

/**
 * Checks an exported as-run log from the file alone. Every change of a line, every line removed, put in or moved, and a
 * cut-off end is found and named; that the whole was not written anew is told by the signature, with the instance's public
 * key, or by a hash that was noted elsewhere.
 * @param lines of the file without their ends
 * @param options.heads hash that a station's last line is known to have
 */
export async function checkAsRunFile(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { key?: PublicJwk | undefined; heads?: Map<string, string> } = {},
): Promise<AsRunVerdict> {
  const verdict: AsRunVerdict = { ok: true, signature: 'missing', lines: 0, stations: [], problems: [], more: 0 }
  let at = 0
  const report = (flaw: AsRunFlaw, station: string | null, n: number | null, text: Sentence) => {
    verdict.ok = false
    if (verdict.problems.length < problemsKept) verdict.problems.push({ flaw, station, n, line: at, text })
    else verdict.more += 1
  }
  const sections = new Map<string, Section>()
  let open: Section | undefined
  const close = () => {
    if (!open) return
    for (const n of open.missing) report('removed', open.station, n, words(`Dòng ${n} bị xóa`, `Line ${n} was removed`))
    if (!open.ended) {
      report('truncated', open.station, open.expected, words('Phần cuối bị cắt', 'The end is cut off'))
    }
    const { station, name, from, expected, stated } = open
    verdict.stations.push({ station, name, from, to: expected - 1, head: stated })
    open = undefined
  }

  let read: ReturnType<typeof lineReader> | undefined
  for await (const text of lines) {
    at += 1
    if (text.trim() === '') continue
    read ??= lineReader(text)
    const record = read(text)
    if (record === 'heading') continue
    if (record === undefined) {
      report('unreadable', open?.station ?? null, null, words('Dòng không đọc được', 'A line cannot be read'))
    } else if (record.row === 'begin') {
      close()
      if (sections.has(record.station)) {
        report('inserted', record.station, null, words('Đài xuất hiện hai lần', 'A station appears twice'))
      }
      open = begun(record)
      sections.set(record.station, open)
    } else if (record.row === 'line') {
      verdict.lines += 1
      if (open?.station !== record.station) {
        report('inserted', record.station, record.n, words('Dòng nằm ngoài phần của đài', 'A line outside its station'))
      } else checkLine(open, record, report)
    } else if (record.row === 'end') {
      if (open?.station === record.station) checkEnd(open, record, report)
      else report('inserted', record.station, null, words('Dòng kết thúc không đúng chỗ', 'An end out of place'))
    } else {
      close()
      verdict.signature = checkStatement(record.jws, sections, options.key, report)
    }
  }
  close()
  if (verdict.signature === 'missing') {
    report('truncated', null, null, words('Không có dòng ký xác nhận ở cuối tệp', 'The signed last line is missing'))
  }
  for (const [station, head] of options.heads ?? []) {
    if (verdict.stations.some(s => s.station === station && s.head === head)) continue
    report('head', station, null, words('Mã băm cuối khác với mã đã biết', 'The last hash is not the known one'))
  }
  return verdict
}

type Report = (flaw: AsRunFlaw, station: string | null, n: number | null, text: Sentence) => void

function words(vi: string, en: string): Sentence {
  return { vi: `${vi}.`, en: `${en}.` }
}

function begun({ station, name, from, before }: AsRunRecord & { row: 'begin' }): Section {
  const hashes = { before, stated: before, computed: before }
  return { station, name, from, expected: from, missing: new Set(), ended: false, ...hashes }
}

function checkLine(section: Section, line: AsRunRecord & { row: 'line' }, report: Report): void {
  const { station, n, entry, hash } = line
  if (section.ended) report('inserted', station, n, words(`Dòng ${n} nằm sau phần kết`, `Line ${n} is behind the end`))
  if (n < section.expected) {
    if (section.missing.delete(n)) {
      report('reordered', station, n, words(`Dòng ${n} bị đổi chỗ`, `Line ${n} was moved`))
    } else report('inserted', station, n, words(`Dòng ${n} bị chèn thêm`, `Line ${n} was put in`))
    return
  }
  const follows = n === section.expected
  // Numbers beyond any log would be counted up one by one.
  for (let i = section.expected; i < n && section.missing.size < 10_000; i++) section.missing.add(i)
  const computed = asRunHash(section.computed, entry)
  const fits = computed === hash || asRunHash(section.stated, entry) === hash
  if (!saysItself(line) || (follows && !fits)) {
    report('changed', station, n, words(`Nội dung dòng ${n} đã bị sửa`, `Line ${n} was changed`))
  }
  section.expected = n + 1
  section.stated = hash
  section.computed = follows ? computed : hash
}

/** An entry names its own number, station, time and kind. */
function saysItself({ station, n, at, kind, entry }: AsRunRecord & { row: 'line' }): boolean {
  try {
    const own = JSON.parse(entry) as Record<string, unknown>
    return own['n'] === n && own['station'] === station && own['at'] === at && own['kind'] === kind
  } catch {
    return false
  }
}

function checkEnd(section: Section, end: AsRunRecord & { row: 'end' }, report: Report): void {
  const { station } = section
  section.ended = true
  if (end.to >= section.expected) {
    report('removed', station, section.expected, words('Các dòng cuối bị xóa', 'The last lines were removed'))
  } else if (end.to < section.expected - 1) {
    report('inserted', station, end.to + 1, words('Có dòng thêm sau dòng cuối', 'Lines were put in behind the last'))
  } else if (end.head !== section.stated) {
    report('changed', station, end.to, words('Mã băm cuối không khớp', 'The last hash does not fit'))
  }
}

function checkStatement(
  jws: string,
  sections: Map<string, Section>,
  key: PublicJwk | undefined,
  report: Report,
): AsRunVerdict['signature'] {
  const payload = key ? openSigned(jws, key) : unverified(jws)
  const statement = asRunStatementSchema.safeParse(payload === undefined ? undefined : parseJson(payload)).data
  if (!statement) {
    report('signature', null, null, words('Chữ ký của tệp không đúng', 'The signature of the file is not right'))
    return 'bad'
  }
  const told = new Map(statement.stations.map(s => [s.station, s]))
  for (const [station, section] of sections) {
    const said = told.get(station)
    if (!said) report('inserted', station, null, words('Đài này không có khi xuất tệp', 'The station was not exported'))
    else if (said.from !== section.from || said.before !== section.before) {
      report('head', station, section.from, words('Phần đầu khác với bản đã ký', 'The beginning is not the signed one'))
    } else if (said.to !== section.expected - 1 || said.head !== section.stated) {
      report('head', station, said.to, words('Phần cuối khác với bản đã ký', 'The end is not the signed one'))
    }
  }
  for (const station of told.keys()) {
    if (!sections.has(station))
      report('removed', station, null, words('Cả một đài bị xóa', 'A whole station is missing'))
  }
  return key ? 'valid' : 'unchecked'
}

function unverified(jws: string): string {
  return Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
