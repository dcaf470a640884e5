import { type Sql, snapshotTransaction } from '../store/db.ts'
import { countsOfDispatches } from '../store/progress.ts'
import { listTargets } from '../store/target-states.ts'
import type { Evidence } from './chaos-verdict.ts'
import type { World } from './chaos-world.ts'
import { phoneOf } from './registry.ts'
import { vendorCounts } from './vendor.ts'

const pageSize = 5_000

type Gathered = Omit<Evidence, 'completedByItself' | 'kills' | 'lanes'> & { unknownFromTimeouts: number }

/**
 * Reads both records: the vendor's counts per number, and what the database says of every target. The database is read in
 * one snapshot: a late receipt between two reads would look like an equation that does not hold.
 */
export async function gatherEvidence(world: World, announcementId: string, recipients: number): Promise<Gathered> {
  const { db } = world
  const { rows } = await db.query('select id from dispatches where announcement_id = $1', [announcementId])
  const dispatchId: string = rows[0].id
  const said = await snapshotTransaction(db, async sql => {
    const counts = (await countsOfDispatches(sql, [dispatchId])).get(dispatchId)
    if (!counts) throw new Error(`dispatch ${dispatchId} has no counts`)
    return { counts, targets: await readStates(sql, dispatchId), ...(await readLedger(sql, dispatchId)) }
  })
  return {
    addresses: Array.from({ length: recipients }, (_, i) => phoneOf(i + 1)),
    vendor: await vendorCounts(world.simulatorUrl),
    ...said,
  }
}

/** What officers see of every target, page by page. */
async function readStates(sql: Sql, dispatchId: string): Promise<Evidence['targets']> {
  const targets: Evidence['targets'] = []
  let cursor: string | undefined
  do {
    const page = await listTargets(sql, dispatchId, 'citizens', { address: 'phone', cursor, limit: pageSize })
    for (const { label, state, code } of page.rows) targets.push({ address: label, state, code })
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return targets
}

/**
 * The ledger is append-only: what was ever unknown is in it, though a receipt may have settled it since. Outcomes of
 * one flush are written by one statement and share its time.
 */
async function readLedger(
  sql: Sql,
  dispatchId: string,
): Promise<Pick<Gathered, 'unknownFromKills' | 'unknownFromTimeouts' | 'largestFlush'>> {
  const { rows } = await sql.query(
    `select
       (select count(*) from outcomes where dispatch_id = $1 and state = 'unknown' and code = 'interrupted')::int
         as "unknownFromKills",
       (select count(*) from outcomes where dispatch_id = $1 and state = 'unknown' and code <> 'interrupted')::int
         as "unknownFromTimeouts",
       (select coalesce(max(n), 0) from (
          select count(*) as n from outcomes where dispatch_id = $1 and state <> 'confirmed' group by chunk_id, at
        ) flushes)::int as "largestFlush"`,
    [dispatchId],
  )
  return rows[0]
}
