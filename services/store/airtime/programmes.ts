import type { ProgrammeException, Quota } from '../../domain/airtime/frames.ts'
import { type Programme, programmeSchema, usualProgramme } from '../../domain/programme.ts'
import type { Sql } from '../db.ts'

/** The programme that holds in an area, and whose it is. */
export interface AreaProgramme {
  areaCode: string
  areaName: string
  kind: 'province' | 'commune'
  provinceCode: string | null
  from: 'own' | 'province' | 'usual'
  programme: Programme
  /** The province's quota, which binds its communes. */
  bound: Quota
  updatedBy: string | null
  updatedAt: Date | null
}

interface Row {
  areaCode: string
  areaName: string
  kind: 'province' | 'commune'
  provinceCode: string | null
  own: unknown
  ownBy: string | null
  ownAt: Date | null
  province: unknown
  provinceBy: string | null
  provinceAt: Date | null
}

const effective = `select a.code as "areaCode", a.name as "areaName", a.kind, a.parent_code as "provinceCode",
    own.body as own, own.updated_by as "ownBy", own.updated_at as "ownAt",
    up.body as province, up.updated_by as "provinceBy", up.updated_at as "provinceAt"
  from areas a left join programmes own on own.area_code = a.code left join programmes up on up.area_code = a.parent_code`

/** A row that this version cannot read counts as none: one bad row must not silence every commune planned with it. */
function read(body: unknown): Programme | null {
  return programmeSchema.safeParse(body).data ?? null
}

function effectiveOf(row: Row, parsed: (body: unknown) => Programme | null): AreaProgramme {
  const { areaCode, areaName, kind, provinceCode } = row
  const area = { areaCode, areaName, kind, provinceCode }
  const own = row.own === null ? null : parsed(row.own)
  const province = row.province === null ? null : parsed(row.province)
  const bound = province?.quota ?? null
  if (own !== null) return { ...area, from: 'own', programme: own, bound, updatedBy: row.ownBy, updatedAt: row.ownAt }
  if (province !== null)
    return {
      ...area,
      from: 'province',
      programme: province,
      bound,
      updatedBy: row.provinceBy,
      updatedAt: row.provinceAt,
    }
  return { ...area, from: 'usual', programme: usualProgramme, bound: null, updatedBy: null, updatedAt: null }
}

/** The programmes of these areas, in the order of their codes. A province's is read once, however many communes have it. */
export async function programmesOf(sql: Sql, areaCodes: string[]): Promise<AreaProgramme[]> {
  const { rows } = await sql.query<Row>(`${effective} where a.code = any($1::text[]) order by a.code`, [areaCodes])
  const seen = new Map<string, Programme | null>()
  return rows.map(row =>
    effectiveOf(row, body => {
      const text = JSON.stringify(body)
      const known = seen.has(text) ? (seen.get(text) ?? null) : read(body)
      seen.set(text, known)
      return known
    }),
  )
}

/** The programme of one area; undefined for an unknown code. */
export async function programmeOf(sql: Sql, areaCode: string): Promise<AreaProgramme | undefined> {
  return (await programmesOf(sql, [areaCode]))[0]
}

/** Stores the programme of an area. @returns what was there before */
export async function putProgramme(
  sql: Sql,
  areaCode: string,
  programme: Programme,
  by: string,
  now: Date,
): Promise<unknown> {
  const { rows } = await sql.query('select body from programmes where area_code = $1 for update', [areaCode])
  await sql.query(
    `insert into programmes (area_code, body, updated_by, updated_at) values ($1, $2, $3, $4)
     on conflict (area_code) do update set body = excluded.body, updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
    [areaCode, JSON.stringify(programme), by, now],
  )
  return rows[0]?.body ?? null
}

/** An exception as it is stored and shown. */
export interface ExceptionRow extends ProgrammeException {
  areaCode: string
  reason: string
  madeBy: string
  madeAt: Date
}

const exceptionColumns = `id, area_code as "areaCode", to_char(day, 'YYYY-MM-DD') as day, kind, start, moved_to as "to",
  minutes, reason, made_by as "madeBy", made_at as "madeAt"`

/** Exceptions of areas on these days (YYYY-MM-DD, both included). Index: programme_exceptions_day. */
export async function exceptionsOf(sql: Sql, areaCodes: string[], from: string, to: string): Promise<ExceptionRow[]> {
  const { rows } = await sql.query(
    `select ${exceptionColumns} from programme_exceptions
     where area_code = any($1::text[]) and day between $2::date and $3::date and removed_at is null
     order by area_code, day, id`,
    [areaCodes, from, to],
  )
  return rows
}

/** Adds an exception. */
export async function insertException(sql: Sql, exception: Omit<ExceptionRow, 'id'>): Promise<ExceptionRow> {
  const { areaCode, day, start, kind, to, minutes, reason, madeBy, madeAt } = exception
  const { rows } = await sql.query(
    `insert into programme_exceptions (area_code, day, start, kind, moved_to, minutes, reason, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${exceptionColumns}`,
    [areaCode, day, start, kind, to, minutes, reason, madeBy, madeAt],
  )
  return rows[0]
}

/** An exception that holds; with `lock` it is held until the transaction ends. */
export async function findException(sql: Sql, id: string, lock = false): Promise<ExceptionRow | undefined> {
  const { rows } = await sql.query(
    `select ${exceptionColumns} from programme_exceptions where id = $1 and removed_at is null ${lock ? 'for update' : ''}`,
    [id],
  )
  return rows[0]
}

/** Takes an exception back; its row stays. */
export async function removeException(sql: Sql, id: string, now: Date): Promise<void> {
  await sql.query('update programme_exceptions set removed_at = $2 where id = $1', [id, now])
}
