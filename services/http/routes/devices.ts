import { z } from 'zod'
import { evidenceNames } from '../../domain/evidence.ts'
import {
  createDevice,
  type DeviceRow,
  listDevices,
  type NewDevice,
  renameDevice,
  revokeDevice,
  rotateDevice,
} from '../../places/devices.ts'
import { playbackOf } from '../../places/playback.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { deviceStates, newDeviceSchema, type StationDevice, stationDeviceSchema } from '../schemas-airtime.ts'
import { stationPlaybackSchema } from '../schemas-devices.ts'
import { announcementParams } from './announcements.ts'

const idParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })
const nameBody = z.object({ name: z.string().trim().min(1).max(100) })

/** The stations' devices as people see and change them, and what they played of an announcement. */
export function deviceRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/devices',
      summary: 'Devices of the stations; an operator sees those of the own stations',
      tag: 'stations',
      access: 'device.read',
      query: z.object({ area: z.string().max(10).optional(), state: z.enum(deviceStates).optional() }),
      response: z.array(stationDeviceSchema),
      handle: async ({ actor, query }) => (await listDevices(deps, actor, query)).map(presentDevice),
    }),
    route({
      method: 'get',
      path: '/api/stations/:id/devices',
      summary: 'Devices of one station',
      tag: 'stations',
      access: 'device.read',
      params: idParams,
      response: z.array(stationDeviceSchema),
      handle: async ({ actor, params }) =>
        (await listDevices(deps, actor, { stationId: params.id })).map(presentDevice),
    }),
    route({
      method: 'post',
      path: '/api/stations/:id/devices',
      summary: 'A new device; its link is in this answer and nowhere else',
      tag: 'stations',
      access: 'device.write',
      params: idParams,
      body: nameBody,
      response: newDeviceSchema,
      status: 201,
      handle: async ({ actor, params, body }) => presentNew(await createDevice(deps, actor, params.id, body.name)),
    }),
    route({
      method: 'put',
      path: '/api/devices/:id',
      summary: 'Another name for a device',
      tag: 'stations',
      access: 'device.write',
      params: idParams,
      body: nameBody,
      response: stationDeviceSchema,
      handle: async ({ actor, params, body }) => presentDevice(await renameDevice(deps, actor, params.id, body.name)),
    }),
    route({
      method: 'post',
      path: '/api/devices/:id/revoke',
      summary: 'Shut a device out at once',
      tag: 'stations',
      access: 'device.write',
      params: idParams,
      body: z.object({}),
      response: stationDeviceSchema,
      handle: async ({ actor, params }) => presentDevice(await revokeDevice(deps, actor, params.id)),
    }),
    route({
      method: 'post',
      path: '/api/devices/:id/rotate',
      summary: 'A new link for the same device; the old one ends at once',
      tag: 'stations',
      access: 'device.write',
      params: idParams,
      body: z.object({}),
      response: newDeviceSchema,
      handle: async ({ actor, params }) => presentNew(await rotateDevice(deps, actor, params.id)),
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id/playback',
      summary: 'What the stations are known to have played, also before it was withdrawn',
      tag: 'progress',
      access: 'announcement.read',
      params: announcementParams,
      response: z.array(stationPlaybackSchema),
      async handle({ params }) {
        const iso = (at: Date | null) => at?.toISOString() ?? null
        return (await playbackOf(deps, params.id)).map(p => ({
          ...p,
          fetchedAt: iso(p.fetchedAt),
          withdrawnAt: iso(p.withdrawnAt),
          lastPlayedAt: iso(p.lastPlayedAt),
          interruptedAt: iso(p.interruptedAt),
          airedAt: iso(p.airedAt),
          evidenceText: p.evidence === null ? null : evidenceNames[p.evidence],
        }))
      },
    }),
  ]
}

function presentNew({ device, link, keyId }: NewDevice): z.input<typeof newDeviceSchema> {
  return { device: presentDevice(device), link, keyId }
}

function presentDevice({ areaCode: _, reach, ...row }: DeviceRow): StationDevice {
  return {
    ...row,
    state: reach,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
