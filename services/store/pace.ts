import { setTimeout as wait } from 'node:timers/promises'
import type { PacePort } from '../../channels/contract.ts'
import type { Db } from './db.ts'
import { isDatabaseAway } from './db.ts'

/** Work that can wait reserves no further ahead than this, so that an emergency is never behind more than that. */
const aheadMs = 200
/** An emergency takes the very next place, whatever is reserved. */
const aheadUrgentMs = 3_600_000
/** How often the database is asked again while it is away. */
const awayMs = 500

/**
 * The rate limits of the vendors' accounts, shared by all processes: one row per account says when its next message
 * may start (GCRA without a burst). One conditional statement reserves a turn and moves that time on; the database's
 * clock is the one clock of all workers.
 */
export function createPace(db: Db): PacePort {
  return {
    async take(account, { parts, perSecond, urgent }, signal) {
      const costMs = (parts * 1000) / perSecond
      while (!signal.aborted) {
        const turn = await reserve(db, account, costMs, urgent ? aheadUrgentMs : aheadMs)
        const ended = await waited(turn.waitMs, signal)
        if (turn.startsAt !== undefined) return ended ? turn.startsAt : undefined
      }
      return undefined
    },
  }
}

/** A turn with its start, or how long to wait before asking again. */
interface Turn {
  startsAt?: Date
  waitMs: number
}

async function reserve(db: Db, account: string, costMs: number, ahead: number): Promise<Turn> {
  try {
    const { rows } = await db.query(
      `insert into pace as p (account, next_free_at) values ($1, now() + $2 * interval '1 ms')
       on conflict (account) do update set next_free_at = greatest(p.next_free_at, now()) + $2 * interval '1 ms'
         where p.next_free_at <= now() + $3 * interval '1 ms'
       returning next_free_at - $2 * interval '1 ms' as "startsAt",
         extract(epoch from next_free_at - clock_timestamp())::float8 * 1000 - $2 as "waitMs"`,
      [account, costMs, ahead],
    )
    if (rows[0] !== undefined) return rows[0]
    const taken = await db.query(
      `select extract(epoch from next_free_at - clock_timestamp())::float8 * 1000 - $2 as "waitMs"
       from pace where account = $1`,
      [account, ahead],
    )
    // At least a moment: the clocks of two statements differ.
    return { waitMs: Math.max(taken.rows[0]?.waitMs ?? 0, 1) }
  } catch (error) {
    // Nobody is uncertain here yet, so a database that is away is simply waited for.
    if (!isDatabaseAway(error)) throw error
    return { waitMs: awayMs }
  }
}

/** @returns false when the signal fired first */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  if (ms <= 0) return !signal.aborted
  return await wait(ms, true, { signal }).catch(() => false)
}
