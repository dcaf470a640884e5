import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Actor, Permission } from '../domain/accounts.ts'
import { cancelImport, importJob, type JobOwner } from '../people/jobs.ts'
import { rejectedCsv } from '../people/rejected.ts'
import type { HttpDeps } from './deps.ts'
import { notFound } from './problem.ts'
import { type RouteDef, route } from './route.ts'
import { importJobSchema } from './schemas.ts'

/** A yes or no in a query. */
export const flag = z.enum(['0', '1', 'true', 'false']).transform(value => value === '1' || value === 'true')

/** What every upload of a list may say. */
export const uploadQuery = z.object({
  /** Chosen by the caller: the answer comes as soon as the file is taken, and the job tells the rest. */
  id: z.uuid().optional(),
  dryRun: flag.default(false),
})

const jobParams = z.object({ id: z.uuid() })

/** A person sees the imports of their own; an administrator all of them, to help. */
const ownerFor = (actor: Actor): JobOwner => (actor.role === 'admin' ? null : actor.id)

/** What the API's document says of every upload. */
export function aboutListUploads(size: string, jobs: string): string {
  return (
    `CSV or XLSX as the raw body, ${size}. \`dryRun=1\` checks without importing. With an \`id\` (a fresh UUID) the answer ` +
    `is 202 once the file is taken, and \`GET ${jobs}/{id}\` tells how far it is and what came of it.`
  )
}

/**
 * An import as its caller watches it: how far it is, stopping it, the rows it refused.
 * @param path below which the jobs are
 */
export function importJobRoutes(deps: HttpDeps, path: string, tag: string, access: Permission): RouteDef[] {
  return [
    route({
      method: 'get',
      path: `${path}/:id`,
      summary: 'How far an import is, and what came of it; kept for three days',
      tag,
      access,
      params: jobParams,
      response: importJobSchema,
      async handle({ params, actor }) {
        const job = await importJob(deps.db, params.id, ownerFor(actor as Actor))
        if (!job) throw notFound()
        return job
      },
    }),
    route({
      method: 'post',
      path: `${path}/:id/cancel`,
      summary: 'Ask a running import to stop; nothing of it is imported',
      tag,
      access,
      params: jobParams,
      body: z.object({}),
      response: importJobSchema,
      async handle({ params, actor }) {
        await cancelImport(deps.db, params.id, ownerFor(actor as Actor))
        const job = await importJob(deps.db, params.id, ownerFor(actor as Actor))
        if (!job) throw notFound()
        return job
      },
    }),
    route({
      method: 'get',
      path: `${path}/:id/rejected.csv`,
      summary: 'All rows that an import refused, with their reasons, as CSV',
      tag,
      access,
      params: jobParams,
      async handle({ params, actor, res }) {
        if (!(await importJob(deps.db, params.id, ownerFor(actor as Actor)))) throw notFound()
        res.set({
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="loa-dong-bi-loai.csv"',
        })
        await pipeline(Readable.from(rejectedCsv(deps.db, params.id)), res)
      },
    }),
  ]
}
