import type { ResendableState } from '../domain/delivery.ts'
import type { Sql } from './db.ts'
import { isFirmest } from './ranks.ts'

/**
 * Further rounds: the same revision on the same channel once more, for those whom the earlier rounds did not reach.
 * Nobody whom any round has reached is in it, and who was in several rounds counts with the state of the last one.
 */

/**
 * Ids of the targets whom the rounds before dispatch $1 left in one of the states $2 (rejected, unknown, skipped).
 * Indexes: outcomes_unreached finds them without reading those who were reached; outcomes_target; chunks_of_dispatch.
 */
export const unreachedBefore = `
  with rounds as materialized (
    select r.id, r.round from dispatches d
    join dispatches r on r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
    where d.id = $1 and r.round < d.round
  ), left_over as (
    select o.target_id, r.round from rounds r join outcomes o on o.dispatch_id = r.id
    where o.state in ('rejected', 'skipped', 'unknown') and o.state = any($2::text[])
      and ${isFirmest}
    union all
    select t.id, r.round from rounds r join chunks c on c.dispatch_id = r.id
    cross join lateral unnest(c.target_ids[c.up_to + 1 : c.size]) as t (id)
    where c.rest_state = any($2::text[]) and c.up_to < c.size
  ), seen_last as (
    select t.id as target_id, max(r.round) as round from rounds r join chunks c on c.dispatch_id = r.id
    cross join lateral unnest(c.target_ids) as t (id) where r.round > 1 group by 1
  )
  select u.target_id from left_over u left join seen_last s on s.target_id = u.target_id
  where coalesce(s.round, 1) <= u.round
    and not exists (
      select 1 from rounds r join outcomes o on o.dispatch_id = r.id
      where o.target_id = u.target_id and o.state in ('accepted', 'confirmed')
        -- A message that was taken over and then came back has not reached anybody.
        and ${isFirmest}
    )`

/**
 * Adds the next round of a dispatch: same announcement, revision, channel and rendition. The caller holds the
 * announcement.
 * @returns its id and number
 */
export async function insertRound(
  sql: Sql,
  dispatchId: string,
  states: ResendableState[],
  now: Date,
): Promise<{ id: string; round: number }> {
  const { rows } = await sql.query(
    `insert into dispatches (announcement_id, revision, channel, method, priority, rendition_id, unit_cost_dong, not_before,
       expires_at, round, resend_states)
     select announcement_id, revision, channel, method, priority, rendition_id, unit_cost_dong, $3, expires_at,
       1 + (select max(round) from dispatches l where l.announcement_id = d.announcement_id
         and l.revision = d.revision and l.channel = d.channel), $2
     from dispatches d where id = $1
     returning id, round`,
    [dispatchId, states, now],
  )
  return rows[0]
}

/**
 * Writes on a frozen round how many of its targets may have got the message before, since their fate was unknown.
 * Index: outcomes_unreached.
 */
export async function countPossibleRepeats(sql: Sql, dispatchId: string): Promise<void> {
  await sql.query(
    `update dispatches d set possible_repeats = (
       select count(*) from chunks c cross join lateral unnest(c.target_ids) as t (id)
       where c.dispatch_id = d.id and c.rest_state is null and exists (
         select 1 from dispatches r join outcomes o on o.dispatch_id = r.id
         where r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
           and r.round < d.round and o.target_id = t.id and o.state = 'unknown'
           and ${isFirmest}))
     where id = $1`,
    [dispatchId],
  )
}

/** True when a round of the same revision and channel still has somebody to send to. Index: dispatches by announcement. */
export async function hasOpenRound(sql: Sql, dispatchId: string): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from dispatches d
     join dispatches r on r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
     where d.id = $1 and r.settled_at is null limit 1`,
    [dispatchId],
  )
  return rows.length > 0
}

/** How many the rounds before this one did not reach, and of how many of them the fate is unknown. */
export async function unreachedOf(
  sql: Sql,
  dispatchId: string,
  states: ResendableState[],
): Promise<{ total: number; unknown: number }> {
  const count = async (wanted: ResendableState[]) => {
    const { rows } = await sql.query(`select count(*)::float8 as n from (${unreachedBefore}) u`, [dispatchId, wanted])
    return rows[0].n as number
  }
  const unknown = states.includes('unknown') ? await count(['unknown']) : 0
  const others = states.filter(s => s !== 'unknown')
  return { total: unknown + (others.length > 0 ? await count(others) : 0), unknown }
}

/** True while no further round has been added after this one. */
export async function isLastRound(sql: Sql, dispatchId: string): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from dispatches d
     join dispatches l on l.announcement_id = d.announcement_id and l.revision = d.revision and l.channel = d.channel
     where d.id = $1 and l.round > d.round limit 1`,
    [dispatchId],
  )
  return rows.length === 0
}
