import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Actor } from '../../domain/accounts.ts'
import { summariseCitizens } from '../../people/citizens.ts'
import { importCitizens } from '../../people/import.ts'
import { cancelImport, importJob, type JobOwner } from '../../people/jobs.ts'
import { importOptOuts } from '../../people/opt-outs.ts'
import { refusableChannels } from '../../people/refusable.ts'
import { rejectedCsv } from '../../people/rejected.ts'
import type { HttpDeps } from '../deps.ts'
import { listUploads, uploadLimitBytes } from '../list-uploads.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { importJobSchema, importReportSchema } from '../schemas.ts'

const flag = z.enum(['0', '1', 'true', 'false']).transform(value => value === '1' || value === 'true')

const summarySchema = z.object({
  citizens: z.number().int(),
  withPhone: z.number().int(),
  withEmail: z.number().int(),
  consenting: z.number().int(),
  byArea: z.array(z.object({ areaCode: z.string(), areaName: z.string(), citizens: z.number().int() })),
})

const reportSchema = importReportSchema.extend({
  id: z.string(),
  dryRun: z.boolean(),
  /** Rows that spoke of a person whom another row of the file named already. */
  merged: z.number().int(),
  /** People whom the file says to agree, but who withdrew their consent earlier: the withdrawal stands. */
  keptWithdrawn: z.number().int(),
  /** Headings of columns that were not imported. */
  ignoredColumns: z.array(z.string()),
})

const optOutReportSchema = importReportSchema.omit({ updated: true }).extend({
  id: z.string(),
  dryRun: z.boolean(),
  /** Refusals that stood already. */
  known: z.number().int(),
  ignoredColumns: z.array(z.string()),
})

const uploadQuery = z.object({
  /** Chosen by the caller: the answer comes as soon as the file is taken, and the job tells the rest. */
  id: z.uuid().optional(),
  dryRun: flag.default(false),
})

const jobParams = z.object({ id: z.uuid() })

/** An officer sees the imports of their own; an administrator all of them, to help. */
const ownerFor = (actor: Actor): JobOwner => (actor.role === 'admin' ? null : actor.id)

const aboutUploads =
  'CSV or XLSX as the raw body, at most 4 GB. `dryRun=1` checks without importing. With an `id` (a fresh UUID) the answer ' +
  'is 202 once the file is taken, and `GET /api/citizens/imports/{id}` tells how far it is and what came of it.'

/**
 * The register of citizens: import from files, and how many there are. Nothing here shows who they are.
 * @param limitBytes largest file that is taken
 */
export function citizenRoutes(deps: HttpDeps, limitBytes = uploadLimitBytes): RouteDef[] {
  const take = listUploads(deps, limitBytes)
  return [
    route({
      method: 'post',
      path: '/api/citizens/import',
      summary:
        `Import citizens: ${aboutUploads} ` +
        '`consentBasis` states on what basis all agreed when the file has no consent column; ' +
        '`convertOldNumbers=1` turns 11-digit mobile numbers into what they became in 2018.',
      tag: 'citizens',
      access: 'citizen.import',
      query: uploadQuery.extend({
        consentBasis: z.string().trim().min(3).max(300).optional(),
        convertOldNumbers: flag.default(false),
      }),
      response: reportSchema,
      handle: ({ query: { id, consentBasis, ...choices }, actor, req, res }) =>
        take({ kind: 'citizens', actorId: actor.id, id, dryRun: choices.dryRun, req, res }, (bytes, control) =>
          importCitizens(deps.db, bytes, {
            ...control,
            ...choices,
            now: deps.now,
            ...(consentBasis !== undefined && { consentBasis }),
          }),
        ),
    }),
    route({
      method: 'post',
      path: '/api/citizens/opt-outs/import',
      summary: `Import addresses that may not be written to (columns of phone numbers, emails or both): ${aboutUploads}`,
      tag: 'citizens',
      access: 'citizen.import',
      query: uploadQuery,
      response: optOutReportSchema,
      handle: ({ query: { id, dryRun }, actor, req, res }) =>
        take({ kind: 'opt-outs', actorId: actor.id, id, dryRun, req, res }, (bytes, control) =>
          importOptOuts(deps.db, bytes, { ...control, dryRun, now: deps.now, channels: refusableChannels }),
        ),
    }),
    route({
      method: 'get',
      path: '/api/citizens/imports/:id',
      summary: 'How far an import is, and what came of it; kept for three days',
      tag: 'citizens',
      access: 'citizen.import',
      params: jobParams,
      response: importJobSchema,
      async handle({ params, actor }) {
        const job = await importJob(deps.db, params.id, ownerFor(actor))
        if (!job) throw notFound()
        return job
      },
    }),
    route({
      method: 'post',
      path: '/api/citizens/imports/:id/cancel',
      summary: 'Ask a running import to stop; nothing of it is imported',
      tag: 'citizens',
      access: 'citizen.import',
      params: jobParams,
      body: z.object({}),
      response: importJobSchema,
      async handle({ params, actor }) {
        await cancelImport(deps.db, params.id, ownerFor(actor))
        const job = await importJob(deps.db, params.id, ownerFor(actor))
        if (!job) throw notFound()
        return job
      },
    }),
    route({
      method: 'get',
      path: '/api/citizens/imports/:id/rejected.csv',
      summary: 'All rows that an import refused, with their reasons, as CSV',
      tag: 'citizens',
      access: 'citizen.import',
      params: jobParams,
      async handle({ params, actor, res }) {
        if (!(await importJob(deps.db, params.id, ownerFor(actor)))) throw notFound()
        res.set({
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="loa-dong-bi-loai.csv"',
        })
        await pipeline(Readable.from(rejectedCsv(deps.db, params.id)), res)
      },
    }),
    route({
      method: 'get',
      path: '/api/citizens/summary',
      summary: 'How many citizens are registered, by commune; no personal data',
      tag: 'citizens',
      access: 'citizen.import',
      response: summarySchema,
      handle: () => summariseCitizens(deps.db),
    }),
  ]
}
