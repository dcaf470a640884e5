import { z } from 'zod'
import { jobVersion } from '../../config/queues.ts'
import { AppError } from '../domain/errors.ts'

/**
 * Every job there is: its payload (ids only, never personal data) and its version. A payload says which version it
 * is; a worker that meets one it does not know fails the job loudly, and the sweep, which reads the database and not
 * the queue, asks for the same work again in the present form. Nothing is lost by an upgrade.
 */
const id = z.string().regex(/^\d+$/)

export const jobCatalog = {
  /** Freeze the audience of a dispatch into chunks. */
  plan: z.object({ v: z.literal(jobVersion), dispatchId: id }),
  /** Make the channel's rendition of a dispatch. */
  render: z.object({ v: z.literal(jobVersion), dispatchId: id }),
  /** Send what is open in one chunk. */
  deliver: z.object({ v: z.literal(jobVersion), dispatchId: id, chunkId: id, channel: z.string() }),
  /** Apply the receipts inbox. */
  receipts: z.object({ v: z.literal(jobVersion) }),
} as const

export type JobName = keyof typeof jobCatalog
/** True for the name of a job that this release knows. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name)
}

export type JobPayload<N extends JobName> = z.infer<(typeof jobCatalog)[N]>

/**
 * Checks a payload when it is taken from the queue.
 * @throws AppError job.unknown-version
 */
export function parseJob<N extends JobName>(name: N, payload: unknown): JobPayload<N> {
  const parsed = jobCatalog[name].safeParse(payload)
  if (!parsed.success) {
    const version = z.object({ v: z.unknown() }).safeParse(payload)
    const seen = version.success ? JSON.stringify(version.data.v) : 'none'
    throw new AppError(
      'job.unknown-version',
      {
        vi: `Công việc "${name}" trong hàng đợi không đúng phiên bản ${jobVersion}; hệ thống sẽ tự tạo lại.`,
        en: `A "${name}" job in the queue is not of version ${jobVersion}; it will be made anew.`,
      },
      { message: `job ${name}: payload version ${seen}, expected ${jobVersion}`, cause: parsed.error },
    )
  }
  return parsed.data as JobPayload<N>
}

/** Two lanes: an emergency never waits for a job that is under way for anything else. */
export const lanes = ['usual', 'emergency'] as const
export type Lane = (typeof lanes)[number]

/**
 * Name of the BullMQ queue of a job; deliveries have one queue per channel. What belongs to an emergency has queues of its
 * own. BullMQ allows no `:` in it.
 */
export function queueName(job: JobName, channel?: string, lane: Lane = 'usual'): string {
  const name = job === 'deliver' ? `deliver-${channel}` : job
  return lane === 'emergency' ? `${name}-emergency` : name
}
