import type { Job, Processor } from 'bullmq'
import { UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Log } from '../channels/contract.ts'
import { dispatchSettings, queueSettings } from '../config/queues.ts'
import { isAppError } from '../services/domain/errors.ts'
import type { JobName, JobPayload, Lane } from '../services/queue/catalog.ts'
import { parseJob, queueName } from '../services/queue/catalog.ts'

export interface WorkerSpec<N extends JobName> {
  job: N
  channel?: string
  lane?: Lane
  handle: (payload: JobPayload<N>, signal: AbortSignal) => Promise<void>
}

/**
 * Runs one queue: parses the payload, calls the use case, maps failures. A handler's failure is ours (a database that
 * is away), never a vendor's outcome; BullMQ tries again, and when it gives up, the sweep asks for the work anew.
 * @param stopping fires on shutdown, so that a long job ends after what it has under way
 */
export function runQueue<N extends JobName>(
  spec: WorkerSpec<N>,
  connection: Redis,
  log: Log,
  stopping: AbortSignal,
): Worker {
  const settings = queueSettings[spec.job]
  const process: Processor = async (job: Job) => {
    let payload: JobPayload<N>
    try {
      payload = parseJob(spec.job, job.data)
    } catch (error) {
      // Trying the same words again cannot help.
      throw new UnrecoverableError(isAppError(error) ? error.message : String(error))
    }
    await spec.handle(payload, stopping)
  }
  const worker = new Worker(queueName(spec.job, spec.channel, spec.lane), process, {
    connection,
    concurrency: settings.concurrency,
    // A killed worker's job is given back no later than its chunk: until then a new job for the same chunk counts as a
    // repeat of the one that seems to be under way, and is held back.
    lockDuration: dispatchSettings.leaseMs,
    stalledInterval: dispatchSettings.leaseMs / 2,
  })
  worker.on('failed', (job, error) => {
    const last = job === undefined || job.attemptsMade >= settings.attempts || error.name === 'UnrecoverableError'
    const fields = { queue: worker.name, jobId: job?.id, attempt: job?.attemptsMade, err: error }
    if (last) log.error(fields, 'a job failed for good; the sweep will ask for its work again')
    else log.warn(fields, 'a job failed and will be tried again')
  })
  // Connection troubles; the worker reconnects by itself and the health check shows them.
  worker.on('error', () => undefined)
  return worker
}
