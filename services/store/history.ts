import type { DeliveryState } from '../domain/delivery.ts'
import type { Sql } from './db.ts'

export interface PersonHistoryRow {
  dispatchId: string
  announcementId: string
  title: string
  channel: string
  round: number
  /** When the audience was frozen. */
  frozenAt: Date
  state: DeliveryState
  code: string | null
  /** When the state was recorded; null where the chunk says it (waiting, cancelled, excluded). */
  at: Date | null
}

/** The newest dispatches a person was in; more would be a page that nobody reads. */
const mostDispatches = 500

/**
 * What one person was in, newest first, and what became of it. Looks only at chunks of the communes in which the person is
 * or was registered and whose ids can hold the person, then asks each dispatch's own partition for the outcome: the cost
 * grows with the person's messages, not with everybody's. In a chunk without an outcome a position says the state; a target
 * that moved to a follow-up chunk appears there.
 * Indexes: chunks_people, outcomes_target.
 * @param channelsOfPlaces whose targets are no people, though a place may have a person's id
 */
export async function personHistory(
  sql: Sql,
  person: { id: string; areas: string[] },
  channelsOfPlaces: string[],
): Promise<PersonHistoryRow[]> {
  const { rows } = await sql.query(
    `with member as materialized (
       select c.id, c.dispatch_id, c.done_to, c.up_to, c.rest_state, c.rest_reason,
         array_position(c.target_ids, $1::bigint) as position
       from chunks c join dispatches m on m.id = c.dispatch_id and m.channel <> all($3::text[])
       where (c.area_code = any($2::text[]) or c.area_code is null) and c.first_id <= $1 and c.last_id >= $1
     ), latest as (
       -- Of several chunks of one dispatch the last one holds the present position.
       select distinct on (dispatch_id) * from member where position is not null order by dispatch_id desc, id desc
       limit ${mostDispatches}
     )
     select d.id as "dispatchId", d.announcement_id as "announcementId", a.content->>'title' as title, d.channel, d.round,
       d.frozen_at as "frozenAt", coalesce(o.state, case
         when l.position <= l.up_to then 'sending' else coalesce(l.rest_state, 'waiting') end) as state,
       coalesce(o.code, case when l.position > l.up_to then l.rest_reason end) as code, o.at
     from latest l
     join dispatches d on d.id = l.dispatch_id
     join announcements a on a.id = d.announcement_id
     left join lateral (
       select state, code, at from outcomes where dispatch_id = l.dispatch_id and target_id = $1 order by rank desc limit 1
     ) o on true
     order by d.id desc`,
    [person.id, person.areas, channelsOfPlaces],
  )
  return rows
}

/** Who has this phone number or email address now. Indexes: citizens by phone and by email. */
export async function findPerson(
  sql: Sql,
  address: { phone: string } | { email: string },
): Promise<{ id: string; areas: string[] } | undefined> {
  const column = 'phone' in address ? 'phone' : 'email'
  const { rows } = await sql.query(
    `select id, array_prepend(area_code, former_areas) as areas from citizens where ${column} = $1`,
    [Object.values(address)[0]],
  )
  return rows[0]
}

/**
 * The address at which a dispatch's channel reaches one of its people now; undefined when the person was not in that
 * dispatch, is gone, or has no such address any more. An outcome is enough of a proof that somebody was in it: whom nothing
 * was tried for is in no state that a person would ask about.
 * Indexes: primary key of citizens; outcomes_target.
 */
export async function addressOfTarget(
  sql: Sql,
  dispatchId: string,
  targetId: string,
  column: 'phone' | 'email',
): Promise<string | undefined> {
  const { rows } = await sql.query(
    `select ${column} as address from citizens
     where id = $2 and ${column} is not null
       and exists (select 1 from outcomes where dispatch_id = $1 and target_id = $2)`,
    [dispatchId, targetId],
  )
  return rows[0]?.address
}
