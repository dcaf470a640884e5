import { z } from 'zod'
import { summariseCitizens } from '../../people/citizens.ts'
import { importCitizens } from '../../people/import.ts'
import { importOptOuts } from '../../people/opt-outs.ts'
import { refusableChannels } from '../../people/refusable.ts'
import type { HttpDeps } from '../deps.ts'
import { aboutListUploads, flag, importJobRoutes, uploadQuery } from '../import-jobs.ts'
import { listUploads, uploadLimitBytes } from '../list-uploads.ts'
import { type RouteDef, route } from '../route.ts'
import { importReportSchema } from '../schemas.ts'

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

const aboutUploads = aboutListUploads('at most 4 GB', '/api/citizens/imports')

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
    ...importJobRoutes(deps, '/api/citizens/imports', 'citizens', 'citizen.import'),
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
