import { jobCatalog } from '../queue/catalog.ts'
import type { JobRequest, Producer } from '../queue/producer.ts'
import type { Db } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import { takeFromOutbox } from '../store/outbox.ts'

const batch = 500

/**
 * Moves due outbox messages to the queue. The rows are deleted in the same transaction in which Redis has confirmed
 * the jobs: a crash between the two adds a job twice, which every handler stands, and never loses one.
 * @returns how many were moved
 */
export async function relayOutbox(db: Db, producer: Producer): Promise<number> {
  return await transaction(db, async sql => {
    const rows = await takeFromOutbox(sql, batch)
    if (rows.length > 0) {
      await producer.add(rows.filter(row => row.job in jobCatalog).map(row => row as unknown as JobRequest))
    }
    return rows.length
  })
}
