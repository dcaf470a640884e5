import type { Actor } from '../../domain/accounts.ts'
import type { Db, Sql, Transaction } from '../../store/db.ts'
import { recordRegistryEvent } from '../../store/registry-events.ts'
import { readAreaCells } from './area-rows.ts'
import { type AreaField, areaSheet } from './areas-columns.ts'
import { areasFromJson } from './areas-json.ts'
import { importPlaceList, type ListImportOptions, type ListKind, type ListReport } from './run.ts'

export interface AreaImportOptions extends ListImportOptions {
  /** End the units that the file does not name any more, as of today. Without it they are only reported. */
  retireMissing?: boolean
}

export interface AreaChange {
  code: string
  from: string
  to: string
}

export interface MissingArea {
  code: string
  name: string
}

export interface AreaCounts {
  added: number
  /** Units of which something changed. */
  updated: number
  unchanged: number
  /** The first {@link listed} new names; the old ones stay as aliases. */
  renamed: AreaChange[]
  renamedCount: number
  /** Units that had ended and that the file names as present again. */
  reopened: number
  /** Units of the provinces in the file that it does not name; the first {@link listed}. */
  missing: MissingArea[]
  missingCount: number
  /** What would be left in missing communes: they cannot be chosen for an announcement once they have ended. */
  missingHold: { citizens: number; stations: number; boards: number }
  retired: number
  /** Asked to end units, but rows were refused: one of them may be what looks missing, so nothing was ended. */
  retireHeld: boolean
}

export type AreaImportReport = ListReport & AreaCounts

/** Names in a report; a whole country that is renamed must not fill the screen. */
const listed = 200
const aliasSeparator = '\x1f'

/**
 * Imports provinces and communes from CSV, XLSX or JSON, of the whole country or some provinces. Units are known by their
 * code. A changed name replaces the old one, which stays as an alias, so that lists with old names still find the unit. A unit
 * is never deleted: what the file does not name is reported, and ended as of today only with `retireMissing`.
 */
export function importAreas(
  db: Db,
  actor: Actor,
  source: AsyncIterable<Uint8Array>,
  options: AreaImportOptions,
): Promise<AreaImportReport> {
  return importPlaceList(db, actor, source, areaList(options.retireMissing ?? false), options)
}

function areaList(retireMissing: boolean): ListKind<AreaField, AreaCounts> {
  return {
    sheet: areaSheet,
    json: areasFromJson,
    stage: [
      ['code', 'text'],
      ['kind', 'text'],
      ['name', 'text'],
      ['parent', 'text'],
      ['valid_from', 'date'],
      ['valid_to', 'date'],
      ['aliases', 'text'],
      ['implied', 'boolean'],
    ],
    reader: async () => (row, columns) => {
      const reading = readAreaCells(row.cells, columns)
      if (!reading.ok) return reading.reason
      return reading.units.map(u => [
        u.code,
        u.kind,
        u.name,
        u.parentCode,
        u.validFrom,
        u.validTo,
        u.aliases.join(aliasSeparator) || null,
        String(u.implied),
      ])
    },
    merge: (sql, { dryRun, actor }) => mergeAreas(sql, actor, { dryRun, retireMissing }),
  }
}

async function mergeAreas(
  sql: Transaction,
  actor: Actor,
  { dryRun, retireMissing }: { dryRun: boolean; retireMissing: boolean },
): Promise<AreaCounts> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('loa.import-areas'))`)
  await refuseRepeated(sql)
  await refuseOrphans(sql)
  await workOut(sql)
  const counts = await count(sql)
  const missing = await findMissing(sql)
  const refused = await sql.query('select from import_rows where vi is not null limit 1')
  const retireHeld = retireMissing && missing.missingCount > 0 && refused.rowCount !== 0
  const retired = retireMissing && !retireHeld ? missing.missingCount : 0
  if (!dryRun) {
    await write(sql)
    if (retired > 0) await sql.query(retireThem)
    const { renamed: _, ...numbers } = counts
    await recordRegistryEvent(sql, actor, 'areas', 'imported', null, { ...numbers, retired })
  }
  return { ...counts, ...missing, retired, retireHeld }
}

const retireThem = 'update areas set valid_to = current_date where code in (select code from import_missing)'

/** The first row of a code counts; which of two is right is not ours to guess. */
async function refuseRepeated(sql: Sql): Promise<void> {
  await sql.query(
    `update import_rows r set vi = 'Mã ' || r.code || ' đã có ở dòng ' || d.first || '.',
       en = 'The code ' || r.code || ' stands in row ' || d.first || ' already.'
     from (select row, code, min(row) over (partition by code) as first from import_rows where vi is null and not implied) d
     where d.row = r.row and d.code = r.code and not r.implied and d.first < r.row`,
  )
}

/** A commune belongs to a province of this instance or of the file. */
async function refuseOrphans(sql: Sql): Promise<void> {
  await sql.query(
    `update import_rows r set
       vi = case when o.parent is null then 'Thiếu mã tỉnh của xã này.'
         else 'Không có tỉnh nào có mã ' || o.parent || ', cả trong tệp này lẫn trong hệ thống.' end,
       en = case when o.parent is null then 'The province code of this commune is missing.'
         else 'No province has the code ' || o.parent || ', neither in this file nor in this instance.' end
     from (
       select g.row, coalesce(g.parent, a.parent_code) as parent
       from import_rows g left join areas a on a.code = g.code
       where g.vi is null and g.kind = 'commune'
     ) o
     where r.row = o.row and r.kind = 'commune' and (o.parent is null or not exists (
       select from areas where code = o.parent and kind = 'province'
       union all select from import_rows p where p.code = o.parent and p.kind = 'province' and p.vi is null))`,
  )
}

/**
 * What each unit will be. Empty cells take nothing away; an implied province is only for one that is missing. A unit that had
 * ended and is named without an end exists again.
 */
async function workOut(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_areas on commit drop as
     with units as (
       select *, row_number() over (partition by code order by implied, row) as nth from import_rows where vi is null
     )
     select u.code, u.kind, u.name, coalesce(u.parent, a.parent_code) as parent, a.code is not null as known,
       coalesce(u.valid_from, a.valid_from) as valid_from,
       coalesce(u.valid_to, case when a.valid_to > current_date then a.valid_to end) as valid_to,
       array(
         select distinct alias from unnest(
           coalesce(a.aliases, '{}') || coalesce(string_to_array(u.aliases, $1), '{}')
           || case when a.name <> u.name then array[a.name] else '{}' end) as alias
         where alias <> u.name order by alias
       ) as aliases,
       a.name as old_name, a.valid_to <= current_date and u.valid_to is null as reopens
     from units u left join areas a on a.code = u.code
     where u.nth = 1 and not (u.implied and a.code is not null)`,
    [aliasSeparator],
  )
  await sql.query(
    `create temp table import_changes on commit drop as
     select n.* from import_areas n join areas a on a.code = n.code
     where (a.name, a.parent_code, a.valid_from, a.valid_to, array(select unnest(a.aliases) order by 1))
       is distinct from (n.name, n.parent, n.valid_from, n.valid_to, n.aliases)`,
  )
}

async function count(
  sql: Sql,
): Promise<Omit<AreaCounts, 'missing' | 'missingCount' | 'missingHold' | 'retired' | 'retireHeld'>> {
  const { rows } = await sql.query<{
    added: number
    known: number
    updated: number
    renamedCount: number
    reopened: number
  }>(
    `select (select count(*) from import_areas where not known)::int as added,
       (select count(*) from import_areas where known)::int as known,
       (select count(*) from import_changes)::int as updated,
       (select count(*) from import_changes where name <> old_name)::int as "renamedCount",
       (select count(*) from import_changes where reopens)::int as reopened`,
  )
  const { added = 0, known = 0, updated = 0, renamedCount = 0, reopened = 0 } = rows[0] ?? {}
  const { rows: renamed } = await sql.query<AreaChange>(
    `select code, old_name as "from", name as "to" from import_changes where name <> old_name order by code limit $1`,
    [listed],
  )
  return { added, updated, unchanged: known - updated, renamed, renamedCount, reopened }
}

/**
 * Present communes, not named, of provinces from which the file names some; and present provinces, not named, whose last
 * communes the file gives to others. A file of one province says nothing about the rest of the country.
 */
async function findMissing(sql: Sql): Promise<Pick<AreaCounts, 'missing' | 'missingCount' | 'missingHold'>> {
  await sql.query(
    `create temp table import_missing on commit drop as
     with present as (
       select * from areas where valid_to is null or valid_to > current_date
     ), named as (
       select code from import_rows where code is not null
     ), communes as (
       select p.code, p.name, p.kind from present p
       where p.kind = 'commune' and p.code not in (select code from named)
         and p.parent_code in (select parent from import_areas where kind = 'commune')
     ), provinces as (
       select p.code, p.name, p.kind from present p
       where p.kind = 'province' and p.code not in (select code from named)
         and exists (select from present c join import_areas n on n.code = c.code where c.parent_code = p.code and n.parent <> p.code)
         and not exists (
           select from present c left join import_areas n on n.code = c.code
           where c.kind = 'commune' and coalesce(n.parent, c.parent_code) = p.code)
     )
     select * from communes union all select * from provinces`,
  )
  const { rows: missing } = await sql.query<MissingArea>(
    'select code, name from import_missing order by code limit $1',
    [listed],
  )
  const { rows } = await sql.query<{ n: number; citizens: number; stations: number; boards: number }>(
    `select (select count(*) from import_missing)::int as n,
       (select count(*) from citizens where area_code in (select code from import_missing))::int as citizens,
       (select count(*) from stations where retired_at is null and area_code in (select code from import_missing))::int as stations,
       (select count(*) from boards where retired_at is null and area_code in (select code from import_missing))::int as boards`,
  )
  const { n = 0, citizens = 0, stations = 0, boards = 0 } = rows[0] ?? {}
  return { missing, missingCount: n, missingHold: { citizens, stations, boards } }
}

/** Provinces first, for their communes refer to them. */
async function write(sql: Sql): Promise<void> {
  for (const kind of ['province', 'commune']) {
    await sql.query(
      `insert into areas (code, kind, name, parent_code, valid_from, valid_to, aliases)
       select code, kind, name, parent, valid_from, valid_to, aliases from import_areas where not known and kind = $1`,
      [kind],
    )
  }
  await sql.query(
    `update areas a set name = c.name, parent_code = c.parent, valid_from = c.valid_from, valid_to = c.valid_to,
       aliases = c.aliases
     from import_changes c where c.code = a.code`,
  )
}
