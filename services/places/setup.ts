import { type Actor, requirePermission } from '../domain/accounts.ts'
import type { Sql } from '../store/db.ts'

/** What there is of each thing that an instance needs before it can announce anything. */
export interface SetupState {
  communes: number
  officers: number
  approvers: number
  operators: number
  stations: number
  boards: number
  /** Boards with a screen, an LED strip included: those that want pairing. */
  screens: number
  paired: number
  citizens: number
  approved: number
  ready: boolean
  complete: boolean
}

/**
 * How far a new instance is. Counts stop where more would say nothing: this is asked at every look at the console.
 * @throws AppError auth.forbidden
 */
export async function setupState(sql: Sql, actor: Actor): Promise<SetupState> {
  requirePermission(actor, 'place.manage')
  // Accounts and areas are few; of the people only whether there are any, up to what a checklist shows.
  const { rows } = await sql.query<Omit<SetupState, 'ready' | 'complete'>>(
    `select
       (select count(*) from areas where kind = 'commune' and (valid_to is null or valid_to > current_date))::int as communes,
       (select count(*) from users where role = 'officer' and disabled_at is null)::int as officers,
       (select count(*) from users where role = 'approver' and disabled_at is null)::int as approvers,
       (select count(*) from users where role = 'operator' and disabled_at is null)::int as operators,
       (select count(*) from stations where retired_at is null)::int as stations,
       (select count(*) from boards where retired_at is null)::int as boards,
       (select count(*) from boards where retired_at is null and kind <> 'paper')::int as screens,
       (select count(*) from boards where retired_at is null and paired_at is not null)::int as paired,
       (select count(*) from (select from citizens limit 1000) c)::int as citizens,
       (select count(*) from (select from announcements where approved_at is not null limit 1) a)::int as approved`,
  )
  const state = rows[0]
  if (!state) throw new Error('counting gave no row')
  const people = state.communes > 0 && state.officers > 0 && state.approvers > 0
  const places = state.stations + state.boards + state.citizens > 0
  // Not every instance has both; what has been announced with was enough.
  const usual = (state.stations > 0 && state.boards > 0) || state.approved > 0
  return { ...state, ready: people && places, complete: people && usual }
}

/** One province with what is in it. */
export interface ProvinceSummary {
  code: string
  name: string
  communes: number
  ended: number
  stations: number
  boards: number
  citizens: number
  withoutStation: number
  withoutBoard: number
}

/**
 * Present provinces with their communes and what belongs to them. One pass over each table, by commune: a province has some
 * hundred communes, the register may have millions of people (index citizens_area).
 * @throws AppError auth.forbidden
 */
export async function provinceSummaries(sql: Sql, actor: Actor): Promise<ProvinceSummary[]> {
  requirePermission(actor, 'place.manage')
  const { rows } = await sql.query<ProvinceSummary>(
    `with st as (select area_code, count(*) as n from stations where retired_at is null group by 1),
       bo as (select area_code, count(*) as n from boards where retired_at is null group by 1),
       ci as (select area_code, count(*) as n from citizens group by 1),
       communes as (
         select a.parent_code, coalesce(a.valid_to <= current_date, false) as ended, coalesce(st.n, 0) as stations,
           coalesce(bo.n, 0) as boards, coalesce(ci.n, 0) as citizens
         from areas a left join st on st.area_code = a.code left join bo on bo.area_code = a.code
           left join ci on ci.area_code = a.code
         where a.kind = 'commune'
       )
     select p.code, p.name, count(c.*) filter (where not c.ended)::int as communes,
       count(c.*) filter (where c.ended)::int as ended, coalesce(sum(c.stations), 0)::int as stations,
       coalesce(sum(c.boards), 0)::int as boards, coalesce(sum(c.citizens), 0)::int as citizens,
       count(c.*) filter (where not c.ended and c.stations = 0)::int as "withoutStation",
       count(c.*) filter (where not c.ended and c.boards = 0)::int as "withoutBoard"
     from areas p left join communes c on c.parent_code = p.code
     where p.kind = 'province' and (p.valid_to is null or p.valid_to > current_date)
     group by p.code, p.name order by p.code`,
  )
  return rows
}
