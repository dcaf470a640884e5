import { isJobName, jobCatalog } from '../queue/catalog.ts'
import type { JobRequest, Producer } from '../queue/producer.ts'
import { transaction } from '../store/db.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { takeFromOutbox } from '../store/outbox.ts'
import type { DispatchContext } from './context.ts'

const batch = 500

/**
 * Moves due outbox messages to the queue. The rows are deleted in the same transaction in which Redis has confirmed
 * the jobs: a crash between the two adds a job twice, which every handler stands, and never loses one. A message that
 * no worker of this release would understand is dropped with a complaint: it must not hold up those behind it, and the
 * sweep asks for its work from the state of the database.
 * @returns how many were taken
 */
export async function relayOutbox(ctx: Pick<DispatchContext, 'db' | 'log'>, producer: Producer): Promise<number> {
  return await transaction(ctx.db, async sql => {
    const rows = await takeFromOutbox(sql, batch)
    const jobs = rows.flatMap(row => asJob(row) ?? [])
    if (jobs.length > 0) await producer.add(jobs)
    for (const { id, job } of rows.filter(row => !asJob(row))) {
      ctx.log.error({ outboxId: id, job }, 'a message to the queue is of no known kind and was dropped')
    }
    return rows.length
  })
}

function asJob({ job, payload, priority, turn }: OutboxRow): JobRequest | undefined {
  if (!isJobName(job)) return undefined
  const parsed = jobCatalog[job].safeParse(payload)
  return parsed.success ? { job, payload: parsed.data, priority, turn } : undefined
}
