import type { Sentence } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'
import { foldName, foldTonePlacement } from '../text/fold.ts'

export type AreaReading = { ok: true; code: string } | { ok: false; reason: Sentence }
/** Reads a cell as a commune: its code, or its name however it is spelt. */
export type AreaFinder = (cell: string) => AreaReading

export interface KnownArea {
  code: string
  name: string
  aliases: string[]
  /** The unit has been merged away. */
  ended: boolean
  parentCode: string | null
}

const unitWords = /^(xã|phường|đặc khu|thị trấn)\s+/iu
const shortUnits: [RegExp, string][] = [
  [/^p\.\s*/iu, 'phường '],
  [/^x\.\s*/iu, 'xã '],
  [/^đk\.\s*/iu, 'đặc khu '],
]
/** More different spellings than there are communes in the country: enough for honest files, and no more memory. */
const rememberedSpellings = 10_000

function addTo(index: Map<string, Set<string>>, key: string, code: string): void {
  index.set(key, (index.get(key) ?? new Set()).add(code))
}

/**
 * Names are tried from the strictest reading to the most forgiving one (with unit word, without; with tones, without
 * marks), and the first that knows the name decides: a reading that fits two communes is refused, never guessed.
 */
export function areaFinder(areas: KnownArea[]): AreaFinder {
  const byCode = new Map(areas.map(area => [area.code, area]))
  const present = areas.filter(area => !area.ended)
  const endedByName = new Map(areas.filter(area => area.ended).map(area => [foldTonePlacement(area.name), area]))
  const readings = [
    (name: string) => foldTonePlacement(name),
    (name: string) => foldTonePlacement(name.replace(unitWords, '')),
    (name: string) => foldName(name),
    (name: string) => foldName(name.replace(unitWords, '')),
  ].map(key => {
    const index = new Map<string, Set<string>>()
    for (const area of present) {
      for (const name of [area.name, ...area.aliases]) addTo(index, key(name.normalize('NFC')), area.code)
    }
    return { key, index }
  })

  const find: AreaFinder = cell => {
    // "19333", and what number columns make of codes: 04212 -> 4212, 19333.0
    const digits = /^'?(\d{4,5})(\.0)?$/.exec(cell)?.[1]?.padStart(5, '0')
    if (digits !== undefined) {
      const area = byCode.get(digits)
      if (!area) return unknownArea(cell)
      return area.ended ? endedArea(area, successorsOf(area, present)) : { ok: true, code: area.code }
    }
    // "Xã Cam Lộ, tỉnh Quảng Trị" says the province too.
    const name = shortUnits.reduce(
      (text, [short, long]) => text.replace(short, long),
      (cell.split(',')[0] ?? '').trim(),
    )
    for (const { key, index } of readings) {
      const codes = [...(index.get(key(name)) ?? [])]
      if (codes.length === 1) return { ok: true, code: codes[0] ?? '' }
      if (codes.length > 1) return ambiguousArea(cell, codes)
    }
    const ended = endedByName.get(foldTonePlacement(name))
    return ended ? endedArea(ended, successorsOf(ended, present)) : unknownArea(cell)
  }

  const remembered = new Map<string, AreaReading>()
  return cell => {
    const known = remembered.get(cell)
    if (known) return known
    const reading = find(cell.normalize('NFC').trim())
    if (remembered.size < rememberedSpellings) remembered.set(cell, reading)
    return reading
  }
}

function shown(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 60)}…` : cell
}

function unknownArea(cell: string): AreaReading {
  if (cell === '') {
    return { ok: false, reason: { vi: 'Thiếu mã xã hoặc tên xã.', en: 'The commune is missing.' } }
  }
  return {
    ok: false,
    reason: {
      vi: `Không có xã, phường, đặc khu nào có mã hoặc tên "${shown(cell)}".`,
      en: `No commune has the code or name "${shown(cell)}".`,
    },
  }
}

/**
 * The present units that carry the name of one that was merged away among their own former names, in the same province. Several
 * when it was divided; none when the table does not know.
 */
function successorsOf(ended: KnownArea, present: KnownArea[]): KnownArea[] {
  const names = [ended.name, ended.name.replace(unitWords, '')].map(name => foldTonePlacement(name.normalize('NFC')))
  return present.filter(
    area =>
      area.parentCode === ended.parentCode &&
      area.aliases.some(alias => names.includes(foldTonePlacement(alias.normalize('NFC')))),
  )
}

function endedArea(area: KnownArea, successors: KnownArea[]): AreaReading {
  const list = successors.slice(0, 3).map(s => `${s.name} (${s.code})`)
  const [vi, en] =
    list.length === 0
      ? ['hãy dùng mã của đơn vị hiện nay', 'use the code of the present unit']
      : [`nay thuộc ${list.join(' hoặc ')}`, `it now belongs to ${list.join(' or ')}`]
  return {
    ok: false,
    reason: {
      vi: `${area.name} (mã ${area.code}) đã sáp nhập; ${vi}.`,
      en: `${area.name} (code ${area.code}) has been merged away; ${en}.`,
    },
  }
}

function ambiguousArea(cell: string, codes: string[]): AreaReading {
  const list = codes.sort().slice(0, 5).join(', ')
  return {
    ok: false,
    reason: {
      vi: `Có nhiều đơn vị tên "${shown(cell)}"; hãy ghi mã (${list}).`,
      en: `Several communes are called "${shown(cell)}"; give the code (${list}).`,
    },
  }
}

/** The finder over the communes of this instance as of `now`. */
export async function loadAreaFinder(sql: Sql, now: Date): Promise<AreaFinder> {
  const { rows } = await sql.query<KnownArea>(
    `select code, name, aliases, parent_code as "parentCode", coalesce(valid_to <= $1::date, false) as ended from areas where kind = 'commune'`,
    [now],
  )
  return areaFinder(rows)
}
