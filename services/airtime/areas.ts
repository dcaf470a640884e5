import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { programmeProblems } from '../domain/airtime/rules.ts'
import { programmesOf } from '../store/airtime/programmes.ts'
import { airtimeScope, inScope } from './scope.ts'
import { secondsOfSlots } from './views.ts'

/** An area in the list of programmes. */
export interface AirAreaRow {
  areaCode: string
  areaName: string
  kind: 'province' | 'commune'
  stations: number
  from: 'own' | 'province' | 'usual'
  nextSlotAt: Date | null
  nextSlotSeconds: number | null
  waiting: number
  problems: number
}

interface AreaFacts {
  areaCode: string
  stations: number
  nextSlotAt: Date | null
  nextSlotId: string | null
  waiting: number
}

/**
 * Areas with stations, and their provinces, that a person works for: whose programme they have and when they are on air next
 * with something to say.
 */
export async function listAirAreas(ctx: DispatchContext, actor: Actor): Promise<AirAreaRow[]> {
  const { rows } = await ctx.db.query<AreaFacts>(
    `with here as (
       select st.area_code as code, a.parent_code from stations st join areas a on a.code = st.area_code
       where st.retired_at is null
     ), counts as (
       select code, count(*)::int as stations from (
         select code from here union all select parent_code from here where parent_code is not null
       ) both_levels group by code
     )
     select a.code as "areaCode", c.stations, n.id as "nextSlotId", n.starts_at as "nextSlotAt",
       coalesce(jsonb_array_length(p.waiting), 0) as waiting
     from counts c join areas a on a.code = c.code left join airtime_plans p on p.area_code = a.code
       left join lateral (
         select s.id, s.starts_at from slots s where s.area_code = a.code and s.starts_at > $2 and s.state <> 'void'
           and exists (select from slot_items i where i.slot_id = s.id and i.withdrawn_at is null)
         order by s.starts_at limit 1
       ) n on true
     where ${inScope('$1')}`,
    [airtimeScope(actor), ctx.now()],
  )
  const facts = new Map(rows.map(r => [r.areaCode, r]))
  const seconds = await secondsOfSlots(
    ctx,
    rows.flatMap(r => r.nextSlotId ?? []),
  )
  const areas = await programmesOf(ctx.db, [...facts.keys()])
  return areas.map(area => {
    const fact = facts.get(area.areaCode)
    return {
      areaCode: area.areaCode,
      areaName: area.areaName,
      kind: area.kind,
      stations: fact?.stations ?? 0,
      from: area.from,
      nextSlotAt: fact?.nextSlotAt ?? null,
      nextSlotSeconds: fact?.nextSlotId ? (seconds.get(fact.nextSlotId) ?? null) : null,
      waiting: fact?.waiting ?? 0,
      problems: programmeProblems(area.programme, area.bound).length,
    }
  })
}
