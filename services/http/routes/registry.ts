import { z } from 'zod'
import { placeLists } from '../../domain/places.ts'
import { importAreas } from '../../places/import/areas.ts'
import { importPlaces } from '../../places/import/places.ts'
import { addPlace, editPlace, type ManagedPlace, managedPlaces, setPlaceInUse } from '../../places/manage.ts'
import { provinceSummaries, setupState } from '../../places/setup.ts'
import type { HttpDeps } from '../deps.ts'
import { aboutListUploads, flag, importJobRoutes, uploadQuery } from '../import-jobs.ts'
import { listUploads } from '../list-uploads.ts'
import { type RouteDef, route } from '../route.ts'
import {
  areaReportSchema,
  managedPlaceSchema,
  placeInputSchema,
  placeReportSchema,
  provinceSummarySchema,
  setupSchema,
} from '../schemas-registry.ts'

/** The whole country with all its stations is some MB. */
const limitBytes = 256 * 1024 ** 2
const aboutUploads = aboutListUploads('at most 256 MB', '/api/registry/imports')

const listParams = z.object({ list: z.enum(placeLists) })
const placeParams = listParams.extend({ id: z.string().regex(/^\d{1,18}$/) })

/** What an administrator keeps: areas, stations and boards, by lists and one by one. */
export function registryRoutes(deps: HttpDeps): RouteDef[] {
  const take = listUploads(deps, limitBytes)
  return [
    route({
      method: 'get',
      path: '/api/setup',
      summary: 'How far a new instance is: what there is of each thing it needs',
      tag: 'registry',
      access: 'place.manage',
      response: setupSchema,
      handle: ({ actor }) => setupState(deps.db, actor),
    }),
    route({
      method: 'get',
      path: '/api/registry/areas',
      summary: 'Provinces with the number of their communes, stations, boards and citizens',
      tag: 'registry',
      access: 'place.manage',
      response: z.array(provinceSummarySchema),
      handle: ({ actor }) => provinceSummaries(deps.db, actor),
    }),
    route({
      method: 'post',
      path: '/api/registry/areas/import',
      summary:
        `Import provinces and communes, JSON as well: ${aboutUploads} ` +
        '`retireMissing=1` ends the units of the provinces in the file that it does not name; without it they are reported.',
      tag: 'registry',
      access: 'place.manage',
      query: uploadQuery.extend({ retireMissing: flag.default(false) }),
      response: areaReportSchema,
      handle: ({ query: { id, dryRun, retireMissing }, actor, req, res }) =>
        take({ kind: 'areas', actorId: actor.id, id, dryRun, req, res }, (bytes, control) =>
          importAreas(deps.db, actor, bytes, { ...control, dryRun, retireMissing, now: deps.now }),
        ),
    }),
    ...importJobRoutes(deps, '/api/registry/imports', 'registry', 'place.manage'),
    route({
      method: 'post',
      path: '/api/registry/:list/import',
      summary: `Import stations or boards: ${aboutUploads}`,
      tag: 'registry',
      access: 'place.manage',
      params: listParams,
      query: uploadQuery,
      response: placeReportSchema,
      handle: ({ params: { list }, query: { id, dryRun }, actor, req, res }) =>
        take({ kind: list, actorId: actor.id, id, dryRun, req, res }, (bytes, control) =>
          importPlaces(deps.db, actor, list, bytes, { ...control, dryRun, now: deps.now }),
        ),
    }),
    route({
      method: 'get',
      path: '/api/registry/:list',
      summary: 'All stations or boards, those out of use too',
      tag: 'registry',
      access: 'place.manage',
      params: listParams,
      response: z.array(managedPlaceSchema),
      handle: async ({ params, actor }) => (await managedPlaces(deps.db, actor, params.list)).map(presented),
    }),
    route({
      method: 'post',
      path: '/api/registry/:list',
      summary: 'Add a station or a board',
      tag: 'registry',
      access: 'place.manage',
      params: listParams,
      body: placeInputSchema,
      response: managedPlaceSchema,
      status: 201,
      idempotent: true,
      handle: async ({ params, body, actor }) => presented(await addPlace(deps.db, actor, params.list, given(body))),
    }),
    route({
      method: 'put',
      path: '/api/registry/:list/:id',
      summary: 'Change a station or a board; a former name stays as an alias',
      tag: 'registry',
      access: 'place.manage',
      params: placeParams,
      body: placeInputSchema,
      response: managedPlaceSchema,
      handle: async ({ params: { list, id }, body, actor }) =>
        presented(await editPlace(deps.db, actor, list, id, given(body), deps.now())),
    }),
    ...([false, true] as const).map(inUse =>
      route({
        method: 'post',
        path: `/api/registry/:list/:id/${inUse ? 'restore' : 'retire'}`,
        summary: inUse
          ? 'Take a station or a board back into use'
          : 'Take a station or a board out of use; nothing is deleted',
        tag: 'registry',
        access: 'place.manage',
        params: placeParams,
        body: z.object({}),
        response: managedPlaceSchema,
        handle: async ({ params: { list, id }, actor }) =>
          presented(await setPlaceInUse(deps.db, actor, list, id, inUse, deps.now())),
      }),
    ),
  ]
}

function given(body: z.output<typeof placeInputSchema>) {
  return { ...body, operatorEmail: body.operatorEmail ?? null, kind: body.kind ?? null, board: body.board ?? null }
}

function presented({ retiredAt, ...place }: ManagedPlace) {
  return { ...place, retiredAt: retiredAt?.toISOString() ?? null }
}
