import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { asRunOfMonth, asRunRecords, asRunText, verifyChain } from '../../airtime/as-run.ts'
import type { Actor } from '../../domain/accounts.ts'
import { stationScope } from '../../places/devices.ts'
import { listStations } from '../../places/stations.ts'
import { publicJwkSchema } from '../../runtime/keys.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { asRunPageSchema } from '../schemas-airtime.ts'
import { loggedStationSchema } from '../schemas-devices.ts'

const month = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/)
const stationId = z.string().regex(/^\d{1,18}$/)

/** The as-run log (nhật ký phát sóng): to read, to check, to take away. */
export function asRunRoutes(deps: HttpDeps): RouteDef[] {
  const stationsOf = async (actor: Actor, id?: string) => {
    const scope = stationScope(actor)
    const stations = await listStations(deps.db, { retired: true })
    const theirs = stations.filter(s => scope === null || scope.includes(s.areaCode) || scope.includes(s.parentCode))
    return id === undefined ? theirs : theirs.filter(s => s.id === id)
  }
  const requireStation = async (actor: Actor, id: string) => {
    const [station] = await stationsOf(actor, id)
    if (!station) throw notFound()
    return station
  }

  return [
    route({
      method: 'get',
      path: '/api/as-run/stations',
      summary: 'Stations whose log a person may read: an operator, those of the own areas; with those no longer in use',
      tag: 'stations',
      access: 'device.read',
      response: z.array(loggedStationSchema),
      handle: async ({ actor }) =>
        (await stationsOf(actor)).map(({ id, name, areaName, retired }) => ({ id, name, areaName, retired })),
    }),
    route({
      method: 'get',
      path: '/api/stations/:id/as-run',
      summary: 'As-run log of a station for a month of Viet Nam, and whether its chain holds',
      tag: 'stations',
      access: 'device.read',
      params: z.object({ id: stationId }),
      query: z.object({ month }),
      response: asRunPageSchema,
      async handle({ actor, params, query }) {
        const station = await requireStation(actor, params.id)
        const lines = await asRunOfMonth(deps.db, station.id, query.month)
        return {
          stationId: station.id,
          stationName: station.name,
          month: query.month,
          lines: lines.map(line => ({
            ...line,
            at: line.at.toISOString(),
            entry: JSON.parse(line.entry) as Record<string, unknown>,
          })),
          verified: await verifyChain(deps.db, station.id),
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/as-run/verify',
      summary: 'Checks the chains of all stations, or of one, from its origin or from a line whose hash is known',
      tag: 'stations',
      access: 'device.read',
      query: z.object({
        station: stationId.optional(),
        n: z.coerce.number().int().positive().optional(),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
      response: z.array(
        z.object({
          stationId: z.string(),
          stationName: z.string(),
          ok: z.boolean(),
          lines: z.number().int(),
          brokenAt: z.number().int().nullable(),
        }),
      ),
      async handle({ actor, query }) {
        const known = query.station && query.n && query.hash ? { n: query.n, hash: query.hash } : undefined
        const answers = []
        for (const { id, name } of await stationsOf(actor, query.station)) {
          answers.push({ stationId: id, stationName: name, ...(await verifyChain(deps.db, id, known)) })
        }
        return answers
      },
    }),
    route({
      method: 'get',
      path: '/api/as-run/key',
      summary: 'The public key that exports are signed with (JWK, Ed25519), to check them without this server',
      tag: 'stations',
      access: 'device.read',
      response: publicJwkSchema,
      handle: async () => deps.links.keys.asRun.jwk,
    }),
    route({
      method: 'get',
      path: '/api/as-run/export',
      summary: 'A month of one station or of all, as CSV or JSONL with a signed end',
      tag: 'stations',
      access: 'device.read',
      query: z.object({ month, station: stationId.optional(), format: z.enum(['csv', 'jsonl']).default('csv') }),
      async handle({ actor, query, res }) {
        const stations = query.station ? [await requireStation(actor, query.station)] : await stationsOf(actor)
        const { format } = query
        res.set({
          'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
          'Content-Disposition': `attachment; filename="loa-nhat-ky-phat-song-${query.month}.${format}"`,
        })
        const records = asRunRecords(deps.db, stations, query.month, deps.now(), deps.links.keys)
        await pipeline(Readable.from(asRunText(records, format)), res)
      },
    }),
  ]
}
