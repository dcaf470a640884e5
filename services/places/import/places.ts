import type { Actor } from '../../domain/accounts.ts'
import { type PlaceList, placeKey } from '../../domain/places.ts'
import { loadAreaFinder } from '../../people/areas.ts'
import type { Db, Sql, Transaction } from '../../store/db.ts'
import { recordRegistryEvent } from '../../store/registry-events.ts'
import { type PlaceField, placeReader, placeSheets, placeStage } from './place-rows.ts'
import { importPlaceList, type ListImportOptions, type ListKind, type ListReport } from './run.ts'

export interface PlaceCounts {
  added: number
  /** Places of which something changed. */
  updated: number
  unchanged: number
}

export type PlaceImportReport = ListReport & PlaceCounts

/**
 * Imports commune stations or public boards from CSV or XLSX. A place is known by its commune and its name, however the
 * name is spelt; a former name leads to it too and does not bring the old name back. Empty cells take nothing away. A place
 * that is out of use stays so: its row is refused and says so.
 */
export function importPlaces(
  db: Db,
  actor: Actor,
  list: PlaceList,
  source: AsyncIterable<Uint8Array>,
  options: ListImportOptions,
): Promise<PlaceImportReport> {
  return importPlaceList(db, actor, source, placeList(list), options)
}

function placeList(list: PlaceList): ListKind<PlaceField, PlaceCounts> {
  return {
    sheet: placeSheets[list],
    stage: placeStage,
    reader: async (sql, now) => placeReader(await loadAreaFinder(sql, now), list),
    merge: (sql, options) => mergePlaces(sql, list, options),
  }
}

/** Held by everybody who adds or renames a place, so that looking a name up and writing it are one step. */
export const placesLock = `select pg_advisory_xact_lock(hashtext('loa.places'))`

async function mergePlaces(
  sql: Transaction,
  list: PlaceList,
  { dryRun, actor }: { dryRun: boolean; actor: Actor },
): Promise<PlaceCounts> {
  await sql.query(placesLock)
  await stageKnown(sql, list)
  await match(sql)
  await refuse(sql, list)
  await workOut(sql, list)
  const counts = await count(sql)
  if (!dryRun) {
    await write(sql, list)
    await recordRegistryEvent(sql, actor, list, 'imported', null, counts)
  }
  return counts
}

/** One place of this instance under one of its names. */
interface KnownName {
  id: string
  former: boolean
  retired: boolean
}

/**
 * Every name under which a place is known. Present names go before former ones, places in use before others.
 * @param areaCode only of this commune (indexes stations_area, boards_area)
 */
export async function knownPlaces(sql: Sql, list: PlaceList, areaCode?: string): Promise<Map<string, KnownName>> {
  const { rows } = await sql.query<{ id: string; areaCode: string; name: string; aliases: string[]; retired: boolean }>(
    `select id, area_code as "areaCode", name, aliases, retired_at is not null as retired from ${list}
     where $1::text is null or area_code = $1 order by retired_at is not null, id`,
    [areaCode ?? null],
  )
  const known = new Map<string, KnownName>()
  const note = (key: string, name: KnownName) => {
    if (!known.has(key)) known.set(key, name)
  }
  for (const p of rows) note(placeKey(p.areaCode, p.name), { id: p.id, former: false, retired: p.retired })
  for (const p of rows) {
    for (const alias of p.aliases) note(placeKey(p.areaCode, alias), { id: p.id, former: true, retired: p.retired })
  }
  return known
}

/** Names are folded by the same rule as everywhere, which SQL does not know. */
async function stageKnown(sql: Sql, list: PlaceList): Promise<void> {
  const known = [...(await knownPlaces(sql, list))]
  await sql.query(
    'create temp table import_known (key text not null, id bigint not null, former boolean not null, retired boolean not null) on commit drop',
  )
  await sql.query(
    'insert into import_known select * from unnest($1::text[], $2::bigint[], $3::boolean[], $4::boolean[])',
    [
      known.map(([key]) => key),
      known.map(([, k]) => k.id),
      known.map(([, k]) => k.former),
      known.map(([, k]) => k.retired),
    ],
  )
  await sql.query('analyze import_known')
}

/** The first row that names a place speaks for it, the one with its present name before the one with a former one. */
async function match(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_matched on commit drop as
     select r.*, k.id, coalesce(k.former, false) as former, coalesce(k.retired, false) as retired,
       first_value(r.row) over (partition by coalesce(k.id::text, r.key) order by coalesce(k.former, false), r.row) as speaker
     from import_rows r left join import_known k on k.key = r.key
     where r.vi is null`,
  )
}

const words = {
  stations: { vi: 'Đài, cụm loa', en: 'station' },
  boards: { vi: 'Bảng tin', en: 'board' },
} as const

async function refuse(sql: Sql, list: PlaceList): Promise<void> {
  const { vi, en } = words[list]
  await sql.query(
    `update import_rows r set
       vi = case when m.speaker <> m.row then $1 || ' này đã có ở dòng ' || m.speaker || ' (cùng xã, cùng tên).'
         else $1 || ' này đã ngừng sử dụng; nếu dùng lại, hãy khôi phục trong trang quản lý rồi nhập lại.' end,
       en = case when m.speaker <> m.row then 'This ' || $2 || ' stands in row ' || m.speaker || ' already (same commune, same name).'
         else 'This ' || $2 || ' is out of use; to use it again, restore it in the console and import again.' end
     from import_matched m where m.row = r.row and (m.speaker <> m.row or m.retired)`,
    [vi, en],
  )
}

/** What a list can change of a place beside its name: the column, and its new value where a row (m) speaks for it (p). */
const ownColumns: Record<PlaceList, Record<string, string>> = {
  stations: { operator_email: 'coalesce(m.email, p.operator_email)', kind: 'coalesce(m.kind, p.kind)' },
  boards: {
    keeper_email: 'coalesce(m.email, p.keeper_email)',
    kind: 'coalesce(m.kind, p.kind)',
    // Another kind has no size of a strip; without a word of the kind it stays.
    settings: `case when m.kind is null then p.settings
      when m.kind = 'led' or p.settings->'led' is not null then p.settings || jsonb_build_object('led', m.led::jsonb)
      else p.settings end`,
  },
}

/** What each place that is there will be. */
async function workOut(sql: Sql, list: PlaceList): Promise<void> {
  const own = Object.entries(ownColumns[list])
  const values = own.map(([column, value]) => `, ${value} as ${column}`).join('')
  const columns = ['name', ...own.map(([column]) => column)].map(column => `p.${column}`).join(', ')
  await sql.query(
    `create temp table import_changes on commit drop as
     select n.* from (
       select p.id, case when m.former then p.name else m.name end as name${values},
         case when not m.former and p.name <> m.name and p.name <> all (p.aliases) then p.aliases || p.name
           else p.aliases end as aliases
       from import_matched m join ${list} p on p.id = m.id
       where m.speaker = m.row and not m.retired
     ) n join ${list} p on p.id = n.id
     where (${columns}) is distinct from (${columns.replaceAll('p.', 'n.')})`,
  )
}

async function count(sql: Sql): Promise<PlaceCounts> {
  const { rows } = await sql.query<{ added: number; known: number; updated: number }>(
    `select count(*) filter (where id is null)::int as added, count(*) filter (where id is not null)::int as known,
       (select count(*) from import_changes)::int as updated
     from import_matched where speaker = row and not retired`,
  )
  const { added = 0, known = 0, updated = 0 } = rows[0] ?? {}
  return { added, updated, unchanged: known - updated }
}

/** Of a new place: the columns and what a row gives them. */
const newColumns: Record<PlaceList, Record<string, string>> = {
  stations: { operator_email: 'email', kind: 'kind', feed_token: 'token' },
  boards: {
    keeper_email: 'email',
    kind: `coalesce(kind, 'screen')`,
    settings: `case when led is null then '{}' else jsonb_build_object('led', led::jsonb) end`,
  },
}

async function write(sql: Sql, list: PlaceList): Promise<void> {
  const changed = ['name', 'aliases', ...Object.keys(ownColumns[list])]
  await sql.query(
    `update ${list} p set ${changed.map(column => `${column} = c.${column}`).join(', ')}
     from import_changes c where c.id = p.id`,
  )
  const added = newColumns[list]
  await sql.query(
    `insert into ${list} (area_code, name, ${Object.keys(added).join(', ')})
     select area, name, ${Object.values(added).join(', ')} from import_matched
     where speaker = row and id is null order by row`,
  )
}
