import { z } from 'zod'
import { deviceReportAnswerSchema, deviceReportSchema } from '../../domain/station.ts'
import { recordReport } from '../../places/device-report.ts'
import { deviceByToken, devicesStillIn, type KnownDevice } from '../../places/device-tokens.ts'
import { createPlaceStreams, type Listening } from '../../places/place-streams.ts'
import { signedManifest, stationManifest, stationManifests } from '../../places/station-manifest.ts'
import { publicJwkSchema } from '../../runtime/keys.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { createRateLimit } from '../rate.ts'
import { type RouteDef, route } from '../route.ts'

const tokenParams = z.object({ token: z.string().max(128) })

/** A player asks once a minute and reports as often; ten a second are a fault, and some hundred at once a catching up. */
const requestsPerMinute = 600
const burst = 300

type DeviceListening = Listening & { device: KnownDevice }

/** What a player at a station talks to: the key, the signed manifest, the pokes, and its reports. */
export function stationDeviceRoutes(deps: HttpDeps): RouteDef[] {
  const limit = createRateLimit(requestsPerMinute, burst, () => deps.now().getTime())
  const streams = createPlaceStreams<DeviceListening>(deps, {
    kind: 'stations',
    async versions(listening) {
      const still = await devicesStillIn(
        deps.db,
        listening.map(l => l.device),
      )
      const stations = [...new Set(listening.map(l => l.placeId))]
      const manifests = await stationManifests(deps, stations)
      return new Map(
        listening.flatMap(({ key, placeId }) => {
          const seq = manifests.get(placeId)?.seq
          return seq === undefined || !still.has(key) ? [] : [[key, String(seq)] as const]
        }),
      )
    },
    event: seq => `event: manifest\ndata: ${JSON.stringify({ seq: Number(seq) })}\n\n`,
  })

  const admit = async (token: string): Promise<KnownDevice> => {
    const device = await deviceByToken(deps.db, token)
    limit.pass(device.id)
    return device
  }

  return [
    route({
      method: 'get',
      path: '/api/station-device/:token/key',
      summary: 'The public key that manifests are signed with (JWK, Ed25519); compare its kid with the one in the link',
      tag: 'stations',
      access: 'token',
      params: tokenParams,
      response: publicJwkSchema,
      async handle({ params }) {
        await admit(params.token)
        return deps.links.keys.manifest.jwk
      },
    }),
    route({
      method: 'get',
      path: '/api/station-device/:token/manifest',
      summary: 'What the station is to play, signed (JWS compact); ETag is its sequence',
      tag: 'stations',
      access: 'token',
      params: tokenParams,
      async handle({ params, req, res }) {
        const device = await admit(params.token)
        const manifest = await stationManifest(deps, device.stationId)
        if (!manifest) throw notFound()
        res.set({
          ETag: `"${manifest.seq}"`,
          'Cache-Control': 'private, no-cache',
          // A device without a clock battery learns the time from here.
          'Loa-Time': deps.now().toISOString(),
        })
        if (req.fresh) res.status(304).end()
        else res.type('application/jose').send(signedManifest(deps.links, manifest))
      },
    }),
    route({
      method: 'get',
      path: '/api/station-device/:token/events',
      summary: 'Server-sent events: the sequence of the manifest, whenever it changes',
      tag: 'stations',
      access: 'token',
      params: tokenParams,
      async handle({ params, req, res }) {
        const device = await admit(params.token)
        const manifest = await stationManifest(deps, device.stationId)
        if (!manifest) throw notFound()
        res.set({
          'Content-Type': 'text/event-stream; charset=utf-8',
          'Cache-Control': 'no-store, no-transform',
          'X-Accel-Buffering': 'no',
        })
        res.flushHeaders()
        if (req.method === 'HEAD') res.end()
        else {
          const who = { key: device.tokenHash, placeId: device.stationId, device }
          streams.add(who, String(manifest.seq), res)
        }
      },
    }),
    route({
      method: 'post',
      path: '/api/station-device/:token/report',
      summary: 'How the device is and what it has played; repeats change nothing',
      tag: 'stations',
      access: 'token',
      params: tokenParams,
      body: deviceReportSchema,
      response: deviceReportAnswerSchema,
      async handle({ params, body }) {
        return await recordReport(deps, await admit(params.token), body)
      },
    }),
  ]
}
