import type { Log, VendorPort } from '../../channels/contract.ts'
import type { ShareStep, VendorCondition } from '../domain/vendor-health.ts'
import { nextShares, restingShares, vendorHealthSettings } from '../domain/vendor-health.ts'
import type { Db, Sql } from './db.ts'
import { transaction } from './db.ts'

/** A process may work with shares that are this old. */
const freshForMs = 1_000
const keepTroubles = '10 minutes'

/**
 * Shares of the vendors of one channel, kept in the database for all workers. What a worker reports and what time
 * brings back are judged by the rule in services/domain/vendor-health.ts, on the database's clock. A database that is
 * away costs nobody a message: the last known shares go on.
 */
export function createVendors(db: Db, channel: string, log: Log): VendorPort {
  let known: { setting: string; shares: Record<string, number>; at: number } | undefined

  async function judge(weights: Record<string, number>): Promise<Record<string, number>> {
    const setting = settingOf(weights)
    try {
      const shares = await currentShares(db, channel, setting, weights, log)
      if (known?.setting !== setting) await markUsed(db, channel, setting)
      known = { setting, shares, at: performance.now() }
    } catch (error) {
      log.warn({ channel, err: error }, 'the shares of the vendors could not be read; the last ones go on')
      const shares = known?.setting === setting ? known.shares : restingShares(weights)
      known = { setting, shares, at: performance.now() }
    }
    return known.shares
  }

  return {
    async shares(weights) {
      const isFresh = known?.setting === settingOf(weights) && performance.now() - known.at < freshForMs
      return known && isFresh ? known.shares : await judge(weights)
    },
    async report(weights, vendor, troubles) {
      if (troubles <= 0) return
      try {
        await recordTroubles(db, channel, vendor, troubles)
      } catch (error) {
        log.warn({ channel, vendor, troubles, err: error }, 'troubles of a vendor could not be recorded')
        return
      }
      await judge(weights)
    },
  }
}

/** Once per process: the setting in use is the one that people are shown. */
async function markUsed(db: Db, channel: string, setting: string): Promise<void> {
  await db.query('update vendor_shares set used_at = statement_timestamp() where channel = $1 and setting = $2', [
    channel,
    setting,
  ])
}

function settingOf(weights: Record<string, number>): string {
  return Object.keys(weights)
    .sort()
    .map(id => `${id}:${weights[id]}`)
    .join(',')
}

async function recordTroubles(db: Db, channel: string, vendor: string, troubles: number): Promise<void> {
  await db.query(
    `with gone as (delete from vendor_troubles where at < now() - interval '${keepTroubles}')
     insert into vendor_troubles (channel, vendor, troubles) values ($1, $2, $3)`,
    [channel, vendor, troubles],
  )
}

/** Reads the shares; only when a step is due is the setting locked, judged again and changed. */
async function currentShares(
  db: Db,
  channel: string,
  setting: string,
  weights: Record<string, number>,
  log: Log,
): Promise<Record<string, number>> {
  const seen = await readConditions(db, channel, setting)
  if (seen.vendors.length === Object.keys(weights).length) {
    const { shares, steps } = nextShares(seen.vendors, seen.at)
    if (steps.length === 0) return shares
  }
  const { shares, steps } = await transaction(db, async sql => {
    await ensureRows(sql, channel, setting, weights)
    await sql.query('select 1 from vendor_shares where channel = $1 and setting = $2 order by vendor for update', [
      channel,
      setting,
    ])
    const locked = await readConditions(sql, channel, setting)
    const next = nextShares(locked.vendors, locked.at)
    if (next.steps.length > 0) await writeSteps(sql, channel, setting, next.shares, next.steps)
    return next
  })
  for (const step of steps) log.warn({ channel, ...step }, 'a vendor gets another share of the messages')
  return shares
}

async function ensureRows(sql: Sql, channel: string, setting: string, weights: Record<string, number>): Promise<void> {
  const resting = restingShares(weights)
  const ids = Object.keys(resting).sort()
  await sql.query(
    `insert into vendor_shares (channel, setting, vendor, resting, share)
     select $1, $2, * from unnest($3::text[], $4::int[], $4::int[]) on conflict do nothing`,
    [channel, setting, ids, ids.map(id => resting[id])],
  )
}

/** The statement's own clock, not that of the transaction: what waited for a lock judges by what is true now. */
async function readConditions(
  sql: Sql,
  channel: string,
  setting: string,
): Promise<{ vendors: VendorCondition[]; at: number }> {
  const { rows } = await sql.query(
    `select s.vendor as id, s.resting, s.share,
       extract(epoch from s.left_at)::float8 * 1000 as "leftAt",
       extract(epoch from s.moved_at)::float8 * 1000 as "movedAt",
       coalesce(sum(t.troubles), 0)::int as troubles,
       coalesce(sum(t.troubles) filter (where s.moved_at is null or t.at > s.moved_at), 0)::int as "freshTroubles",
       extract(epoch from statement_timestamp())::float8 * 1000 as at
     from vendor_shares s left join vendor_troubles t on t.channel = s.channel and t.vendor = s.vendor
       and t.at > statement_timestamp() - $3 * interval '1 ms'
     where s.channel = $1 and s.setting = $2
     group by s.channel, s.setting, s.vendor order by s.vendor`,
    [channel, setting, vendorHealthSettings.windowMs],
  )
  return { vendors: rows, at: rows[0]?.at ?? 0 }
}

async function writeSteps(
  sql: Sql,
  channel: string,
  setting: string,
  shares: Record<string, number>,
  steps: ShareStep[],
): Promise<void> {
  const ids = Object.keys(shares)
  await sql.query(
    `update vendor_shares s set share = n.share,
       left_at = case when n.away then statement_timestamp() else s.left_at end,
       moved_at = case when n.stepped then statement_timestamp() else s.moved_at end
     from unnest($3::text[], $4::int[], $5::boolean[], $6::boolean[]) as n (vendor, share, away, stepped)
     where s.channel = $1 and s.setting = $2 and s.vendor = n.vendor`,
    [
      channel,
      setting,
      ids,
      ids.map(id => shares[id]),
      ids.map(id => steps.some(s => s.vendor === id && s.reason === 'troubles')),
      ids.map(id => steps.some(s => s.vendor === id)),
    ],
  )
  await sql.query(
    `insert into vendor_steps (channel, vendor, from_share, to_share, reason, troubles)
     select $1, * from unnest($2::text[], $3::int[], $4::int[], $5::text[], $6::int[])`,
    [
      channel,
      steps.map(s => s.vendor),
      steps.map(s => s.from),
      steps.map(s => s.to),
      steps.map(s => s.reason),
      steps.map(s => s.troubles),
    ],
  )
}

/** How one vendor stands now, and what moved its share lately. */
export interface VendorState {
  channel: string
  vendor: string
  /** Percent when all is well, and now. */
  resting: number
  share: number
  /** Troubles within the last minute. */
  troubles: number
  /** Newest first. */
  steps: { at: Date; from: number; to: number; reason: ShareStep['reason']; troubles: number }[]
}

/**
 * All vendors with a share, for people: those of the setting that a process took up last, per channel.
 * @param stepsEach steps per vendor at the most
 */
export async function vendorStates(sql: Sql, stepsEach = 20): Promise<VendorState[]> {
  const { rows } = await sql.query(
    `with latest as (
       select distinct on (channel) channel, setting from vendor_shares order by channel, used_at desc, setting
     )
     select s.channel, s.vendor, s.resting, s.share,
       (select coalesce(sum(t.troubles), 0)::int from vendor_troubles t
        where t.channel = s.channel and t.vendor = s.vendor and t.at > now() - $1 * interval '1 ms') as troubles,
       (select coalesce(json_agg(step order by step.id desc), '[]') from (
          select id, at, from_share as "from", to_share as "to", reason, troubles from vendor_steps
          where channel = s.channel and vendor = s.vendor order by id desc limit $2) step) as steps
     from vendor_shares s join latest using (channel, setting)
     order by s.channel, s.resting desc, s.vendor`,
    [vendorHealthSettings.windowMs, stepsEach],
  )
  return rows.map(row => ({
    ...row,
    steps: row.steps.map(({ id: _id, at, ...step }: { id: number; at: string } & Record<string, unknown>) => ({
      ...step,
      at: new Date(at),
    })),
  }))
}
