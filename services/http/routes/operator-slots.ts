import { z } from 'zod'
import { type FaultRow, listFaults, reportFault, resolveFault } from '../../airtime/faults.ts'
import { operatorSlots } from '../../airtime/operator-slots.ts'
import { tickSlot, untickSlot } from '../../airtime/slot-ticks.ts'
import { isDay } from '../../domain/airtime/calendar.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { faultKinds, faultSchema, operatorSlotSchema } from '../schemas-airtime.ts'

const id = z.string().regex(/^\d{1,18}$/)
const slotParams = z.object({ id })

/** The operator's phone: today's slots with file and script, the tick that one was on air, faults. */
export function operatorSlotRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/operator/slots',
      summary: "Slots of the person's stations on a day (today), with file and script",
      tag: 'stations',
      access: 'station.operate',
      query: z.object({ date: z.string().refine(isDay, 'YYYY-MM-DD').optional() }),
      response: z.array(operatorSlotSchema),
      handle: ({ actor, query }) => operatorSlots(deps, actor, query.date),
    }),
    route({
      method: 'post',
      path: '/api/operator/slots/:id/aired',
      summary: 'Tick: this slot was on air at a station (at: when it began). It can be taken back for some minutes',
      tag: 'stations',
      access: 'station.operate',
      params: slotParams,
      body: z.object({ stationId: id, at: z.iso.datetime({ offset: true }).optional() }),
      response: operatorSlotSchema,
      handle: ({ actor, params, body }) =>
        tickSlot(deps, actor, params.id, body.stationId, body.at === undefined ? undefined : new Date(body.at)),
    }),
    route({
      method: 'post',
      path: '/api/operator/slots/:id/not-aired',
      summary: 'Takes a tick back, until it has become part of the results',
      tag: 'stations',
      access: 'station.operate',
      params: slotParams,
      body: z.object({ stationId: id }),
      response: operatorSlotSchema,
      handle: ({ actor, params, body }) => untickSlot(deps, actor, params.id, body.stationId),
    }),
    ...faultRoutes(deps),
  ]
}

function faultRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/operator/faults',
      summary: 'Faults of the stations that a person works for or looks after, open ones first',
      tag: 'stations',
      access: 'airtime.read',
      response: z.array(faultSchema),
      handle: async ({ actor }) => (await listFaults(deps, actor)).map(presentFault),
    }),
    route({
      method: 'post',
      path: '/api/operator/faults',
      summary: 'Reports that something is wrong at a station',
      tag: 'stations',
      access: 'station.operate',
      body: z.object({
        stationId: id,
        slotId: id.nullable().default(null),
        kind: z.enum(faultKinds),
        text: z.string().trim().max(1000).default(''),
      }),
      response: faultSchema,
      status: 201,
      idempotent: true,
      handle: async ({ actor, body }) => presentFault(await reportFault(deps, actor, body)),
    }),
    route({
      method: 'post',
      path: '/api/operator/faults/:id/resolved',
      summary: 'The fault is mended',
      tag: 'stations',
      access: 'station.operate',
      params: slotParams,
      body: z.object({}),
      response: faultSchema,
      handle: async ({ actor, params }) => presentFault(await resolveFault(deps, actor, params.id)),
    }),
  ]
}

function presentFault({ at, resolvedAt, ...fault }: FaultRow) {
  return { ...fault, at: at.toISOString(), resolvedAt: resolvedAt?.toISOString() ?? null }
}
