import { AppError } from '../domain/errors.ts'
import type { Sql } from './db.ts'

/**
 * Turns area codes into the codes of today's communes: a province stands for all of its communes, a commune for
 * itself. Units that were merged away are refused: nobody lives there any more.
 * @throws AppError audience.unknown-area naming every code that is not known
 */
export async function resolveCommunes(sql: Sql, codes: string[]): Promise<string[]> {
  const { rows } = await sql.query(
    `select g.code as given, a.kind, a.valid_to is not null as ended,
       case when a.kind = 'province' then array(
         select c.code from areas c where c.parent_code = a.code and c.valid_to is null order by c.code
       ) else array[a.code] end as communes
     from unnest($1::text[]) as g (code) left join areas a on a.code = g.code`,
    [codes],
  )
  const unknown = rows.filter(r => r.kind === null || r.ended).map(r => r.given as string)
  if (unknown.length > 0) {
    const list = unknown.slice(0, 10).join(', ') + (unknown.length > 10 ? ', …' : '')
    throw new AppError(
      'audience.unknown-area',
      {
        vi: `Không có địa bàn mang mã ${list} trong danh mục hiện hành. Ông/Bà vui lòng chọn lại địa bàn.`,
        en: `There is no area with code ${list} in the present list. Please choose the areas again.`,
      },
      { details: { codes: unknown } },
    )
  }
  return [...new Set(rows.flatMap(r => r.communes as string[]))].sort()
}
