import { type Programme, programmeSchema, usualProgramme } from '../domain/programme.ts'
import type { Sql } from '../store/db.ts'

/**
 * The programme that holds for each of these areas: its own row, else its province's, else the usual one. A row that this
 * version cannot read counts as none. Served by the primary keys.
 */
export async function effectiveProgrammes(sql: Sql, areaCodes: string[]): Promise<Map<string, Programme>> {
  const { rows } = await sql.query<{ code: string; own: unknown; province: unknown }>(
    `select a.code, o.body as own, p.body as province
     from areas a left join programmes o on o.area_code = a.code left join programmes p on p.area_code = a.parent_code
     where a.code = any($1::text[])`,
    [[...new Set(areaCodes)]],
  )
  const read = (body: unknown) => (body === null ? undefined : programmeSchema.safeParse(body).data)
  return new Map(rows.map(({ code, own, province }) => [code, read(own) ?? read(province) ?? usualProgramme]))
}

/** The programme that holds for one area, see {@link effectiveProgrammes}. */
export async function effectiveProgramme(sql: Sql, areaCode: string): Promise<Programme> {
  return (await effectiveProgrammes(sql, [areaCode])).get(areaCode) ?? usualProgramme
}
