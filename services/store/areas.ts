import { AppError } from '../domain/errors.ts'
import { foldName } from '../text/fold.ts'
import type { Sql } from './db.ts'

/** A province or commune-level unit as it is today. */
export interface AreaRow {
  code: string
  kind: 'province' | 'commune'
  name: string
  parentCode: string | null
}

interface KnownArea extends AreaRow {
  aliases: string[]
}

/** Units that exist now; merged ones keep their row but cannot be chosen. */
const current = `(valid_from is null or valid_from <= current_date) and (valid_to is null or valid_to > current_date)`

/** All present units in code order: provinces before their communes. */
export async function listAreas(sql: Sql): Promise<AreaRow[]> {
  const { rows } = await sql.query(
    `select code, kind, name, parent_code as "parentCode" from areas where ${current} order by code`,
  )
  return rows
}

/**
 * The communes that a list of area codes stands for: a province is all its communes. No repeats, in code order.
 * @param codes official codes, as in an announcement's audience
 * @throws AppError audience.unknown-area naming every unknown code and the nearest units
 */
export async function communesOf(sql: Sql, codes: string[]): Promise<string[]> {
  const wanted = [...new Set(codes)]
  const { rows } = await sql.query<{ code: string; kind: string }>(
    `select code, kind from areas where code = any($1::text[]) and ${current}`,
    [wanted],
  )
  const known = new Set(rows.map(r => r.code))
  const unknown = wanted.filter(code => !known.has(code))
  if (unknown.length > 0) throw unknownAreas(unknown, await knownAreas(sql))
  const communes = await sql.query<{ code: string }>(
    `select code from areas
     where kind = 'commune' and (code = any($1::text[]) or parent_code = any($1::text[])) and ${current}
     order by code`,
    [wanted],
  )
  return communes.rows.map(r => r.code)
}

async function knownAreas(sql: Sql): Promise<KnownArea[]> {
  const { rows } = await sql.query(
    `select code, kind, name, parent_code as "parentCode", aliases from areas where ${current} order by code`,
  )
  return rows
}

function unknownAreas(unknown: string[], areas: KnownArea[]): AppError {
  // A wrong file can hold thousands of wrong codes; ten show what is wrong.
  const shown = unknown.slice(0, 10)
  const more = unknown.length - shown.length
  const describe = (or: string, join: string) =>
    shown
      .map(text => {
        const near = nearestAreas(areas, text).map(a => `${a.name} (${a.code})`)
        return near.length === 0 ? `“${text}”` : `“${text}” (${or} ${near.join(join)}?)`
      })
      .join('; ')
  return new AppError(
    'audience.unknown-area',
    {
      vi: `Không có địa bàn với mã ${describe('có phải', ' hoặc ')}${more > 0 ? ` và ${more} mã khác` : ''}. Ông/Bà vui lòng chọn lại địa bàn trong danh mục.`,
      en: `There is no area with the code ${describe('did you mean', ' or ')}${more > 0 ? ` and ${more} more` : ''}. Please choose from the list of areas.`,
    },
    { details: { codes: unknown.slice(0, 100) } },
  )
}

/**
 * Spelling that two writings of one place name share: no marks, no case, no kind of unit in front
 * (“Phường Đông Hà” = “dong ha”, H'Leo = H’Leo).
 */
export function foldAreaName(text: string): string {
  return foldName(text).replace(/^(thanh pho|tinh|dac khu|phuong|xa|thi tran|thi xa|tp) (?=.)/, '')
}

/**
 * The units nearest to what somebody wrote instead of a valid code: another code, a name, or the name of a unit that
 * was merged away (kept as an alias). At most `count`, nearest first; empty when nothing is near.
 */
export function nearestAreas<A extends { code: string; name: string; aliases?: string[] }>(
  areas: A[],
  text: string,
  count = 3,
): A[] {
  const wanted = foldAreaName(text)
  if (wanted === '') return []
  const byCode = /^\d+$/.test(wanted)
  // One slip in a code, one in four letters of a name: beyond that a suggestion only confuses.
  const tolerance = byCode ? 1 : Math.max(1, Math.floor(wanted.length / 4))
  return areas
    .map(area => ({
      area,
      distance: byCode
        ? editDistance(wanted, area.code)
        : Math.min(...[area.name, ...(area.aliases ?? [])].map(n => editDistance(wanted, foldAreaName(n)))),
    }))
    .filter(c => c.distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || (a.area.code < b.area.code ? -1 : 1))
    .slice(0, count)
    .map(c => c.area)
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
