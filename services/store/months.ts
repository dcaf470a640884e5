import type { Db, Sql } from './db.ts'
import { transaction } from './db.ts'

/** Partitions of the tables that are kept per month: made ahead of time, dropped when their time is over. */

/** Months made ahead of time; should none be made for so long, rows go to the default partition and nobody is lost. */
const monthsAhead = 2
/** Taking a partition away waits for everybody who is at work with the table; better later than holding them up. */
const patienceMs = 2_000
const chunksAtOnce = 1_000

/** Makes what is missing. Safe to call at any time, from any process. */
export async function ensureMonths(sql: Sql): Promise<void> {
  await sql.query('select ensure_months($1)', [monthsAhead])
}

/**
 * Forgets who was sent what more than `keepMonths` ago: partitions of outcomes and message parts are dropped, the lists in
 * chunks emptied. Counters, costs and events stay, so that reports of later years still add up. A month in which a dispatch was
 * approved that has not ended stays as well.
 * @returns how many partitions went
 */
export async function forgetOldMonths(db: Db, keepMonths: number): Promise<number> {
  const { rows } = await db.query(
    `with kept as (select to_char(now() at time zone 'UTC' - make_interval(months => $1), 'YYYYMM') as month)
     select c.relname as name, kept.month || '00000000' as bound
     from pg_inherits i join pg_class c on c.oid = i.inhrelid, kept
     where i.inhparent in ('outcomes'::regclass, 'message_parts'::regclass)
       and c.relname ~ '_\\d{6}$' and right(c.relname, 6) < kept.month
       -- Approved long ago and still under way (a late start, a long pause): who has been sent to must stay known.
       and not exists (
         select 1 from dispatches d where d.settled_at is null and left(d.id::text, 6) = right(c.relname, 6)
       )`,
    [keepMonths],
  )
  for (const { name, bound } of rows) {
    // The lists first: a history that finds a list without its outcomes would say that everybody was being sent to.
    while ((await emptyLists(db, bound)) === chunksAtOnce);
    await transaction(db, async sql => {
      await sql.query(`set local lock_timeout = ${patienceMs}`)
      await sql.query(`drop table ${name}`)
    })
    // What is older than all partitions, or came before its month was made, stands in the default one.
    await db.query(
      `delete from ${name.replace(/\d{6}$/, 'other')}
       where dispatch_id < $1 and dispatch_id not in (select id from dispatches where settled_at is null)`,
      [bound],
    )
  }
  return rows.length
}

/** Index: chunks_of_dispatch. */
async function emptyLists(sql: Sql, bound: string): Promise<number> {
  const { rowCount } = await sql.query(
    `update chunks set target_ids = '{}', first_id = null, last_id = null where id in (
       select id from chunks where dispatch_id < $1 and first_id is not null and closed_at is not null
         and dispatch_id not in (select id from dispatches where settled_at is null) limit $2
     )`,
    [bound, chunksAtOnce],
  )
  return rowCount ?? 0
}
