import { z } from 'zod'
import type { Actor } from '../../domain/accounts.ts'
import { pushKinds } from '../../domain/station-push.ts'
import { stationScope } from '../../places/devices.ts'
import { listPushes, type PushRow, removePush, republishAll, setPush } from '../../places/push/settings.ts'
import { listStations } from '../../places/stations.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { type StationPush, stationPushSchema } from '../schemas-devices.ts'

const stationParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })
const pushParams = stationParams.extend({ kind: z.enum(pushKinds) })

/** How stations are served beside pull: MQTT, an Icecast mount, a network loudspeaker. */
export function stationPushRoutes(deps: HttpDeps): RouteDef[] {
  const requireStation = async (actor: Actor, id: string) => {
    const scope = stationScope(actor)
    const station = (await listStations(deps.db)).find(s => s.id === id)
    if (!station || !(scope === null || scope.includes(station.areaCode) || scope.includes(station.parentCode))) {
      throw notFound()
    }
  }
  return [
    route({
      method: 'get',
      path: '/api/stations/:id/pushes',
      summary: 'How a station is served beside pull, and how that went last',
      tag: 'stations',
      access: 'device.read',
      params: stationParams,
      response: z.array(stationPushSchema),
      async handle({ actor, params }) {
        await requireStation(actor, params.id)
        return (await listPushes(deps.db, params.id)).map(presentPush)
      },
    }),
    route({
      method: 'put',
      path: '/api/stations/:id/pushes/:kind',
      summary:
        'Serve a station by mqtt {}, icecast {url, user, password, silence} or axis {url, user, password}; a password that is left out stays',
      tag: 'stations',
      access: 'device.write',
      params: pushParams,
      body: z.record(z.string(), z.unknown()),
      response: z.array(stationPushSchema),
      async handle({ actor, params, body }) {
        await requireStation(actor, params.id)
        return (await setPush(deps, actor, params.id, params.kind, body)).map(presentPush)
      },
    }),
    route({
      method: 'delete',
      path: '/api/stations/:id/pushes/:kind',
      summary: 'No longer serve a station in this way',
      tag: 'stations',
      access: 'device.write',
      params: pushParams,
      response: z.array(stationPushSchema),
      async handle({ actor, params }) {
        await requireStation(actor, params.id)
        return (await removePush(deps, params.id, params.kind)).map(presentPush)
      },
    }),
    route({
      method: 'post',
      path: '/api/pushes/republish',
      summary: 'Publish every manifest to the broker again, for one that lost what it held',
      tag: 'stations',
      access: 'device.write',
      body: z.object({}),
      response: z.object({ stations: z.number().int() }),
      handle: async () => ({ stations: await republishAll(deps) }),
    }),
  ]
}

function presentPush({ stationId: _, updatedAt, triedAt, ...row }: PushRow): StationPush {
  return { ...row, updatedAt: updatedAt.toISOString(), triedAt: triedAt?.toISOString() ?? null }
}
