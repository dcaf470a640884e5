import { z } from 'zod'
import { listAirAreas } from '../../airtime/areas.ts'
import { chooseSlot, planAgain } from '../../airtime/choices.ts'
import { addException, dropException, listExceptions } from '../../airtime/exceptions.ts'
import { getProgramme, programmeHistory, saveProgramme } from '../../airtime/programmes.ts'
import { airWeek, presentException } from '../../airtime/week.ts'
import { isDay } from '../../domain/airtime/calendar.ts'
import { programmeSchema } from '../../domain/programme.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import {
  airAreaSchema,
  airtimeChangeSchema,
  airWeekSchema,
  effectiveProgrammeSchema,
  newExceptionSchema,
  programmeExceptionSchema,
  slotChoiceSchema,
  slotSchema,
} from '../schemas-airtime.ts'

const areaCode = z.string().regex(/^\d{2}(\d{3})?$/)
const id = z.string().regex(/^\d{1,18}$/)
const day = z.string().refine(isDay, 'YYYY-MM-DD')

/** When stations are on air, what is aired in which slot, and what people decide about it. */
export function airtimeRoutes(deps: HttpDeps): RouteDef[] {
  return [...programmeRoutes(deps), ...exceptionRoutes(deps), ...slotRoutes(deps)]
}

function programmeRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/airtime/areas',
      summary: 'Areas with stations, and their provinces: whose programme they have, when they are on air next',
      tag: 'airtime',
      access: 'airtime.read',
      response: z.array(airAreaSchema),
      handle: async ({ actor }) =>
        (await listAirAreas(deps, actor)).map(area => ({
          ...area,
          nextSlotAt: area.nextSlotAt?.toISOString() ?? null,
        })),
    }),
    route({
      method: 'get',
      path: '/api/airtime/programmes/:areaCode',
      summary: 'The programme that holds in an area, whose it is, and what breaks a rule in it',
      tag: 'airtime',
      access: 'airtime.read',
      params: z.object({ areaCode }),
      response: effectiveProgrammeSchema,
      handle: ({ actor, params }) => getProgramme(deps, actor, params.areaCode),
    }),
    route({
      method: 'put',
      path: '/api/airtime/programmes/:areaCode',
      summary: 'Stores the programme of an area; refused with a sentence for each rule it breaks',
      tag: 'airtime',
      access: 'airtime.write',
      params: z.object({ areaCode }),
      body: programmeSchema,
      response: effectiveProgrammeSchema,
      handle: ({ actor, params, body }) => saveProgramme(deps, actor, params.areaCode, body),
    }),
    route({
      method: 'get',
      path: '/api/airtime/programmes/:areaCode/history',
      summary: 'Who changed the airtime of an area, newest first: programme, exceptions, choices',
      tag: 'airtime',
      access: 'airtime.read',
      params: z.object({ areaCode }),
      response: z.array(airtimeChangeSchema),
      handle: async ({ actor, params }) =>
        (await programmeHistory(deps, actor, params.areaCode)).map(c => ({ ...c, at: c.at.toISOString() })),
    }),
  ]
}

function exceptionRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/airtime/exceptions',
      summary: 'Days of an area that differ from its programme, from a day on (today)',
      tag: 'airtime',
      access: 'airtime.read',
      query: z.object({ area: areaCode, from: day.optional() }),
      response: z.array(programmeExceptionSchema),
      handle: async ({ actor, query }) =>
        (await listExceptions(deps, actor, query.area, query.from)).map(presentException),
    }),
    route({
      method: 'post',
      path: '/api/airtime/exceptions',
      summary: 'Makes a day differ from the programme, with a reason',
      tag: 'airtime',
      access: 'airtime.write',
      body: newExceptionSchema,
      response: programmeExceptionSchema,
      status: 201,
      idempotent: true,
      handle: async ({ actor, body }) => presentException(await addException(deps, actor, body)),
    }),
    route({
      method: 'delete',
      path: '/api/airtime/exceptions/:id',
      summary: 'Takes an exception back',
      tag: 'airtime',
      access: 'airtime.write',
      params: z.object({ id }),
      response: programmeExceptionSchema,
      handle: async ({ actor, params }) => presentException(await dropException(deps, actor, params.id)),
    }),
  ]
}

function slotRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/airtime/week',
      summary: 'What an area airs in seven days (from Monday of this week), when and for how long, and what waits',
      tag: 'airtime',
      access: 'airtime.read',
      query: z.object({ area: areaCode, from: day.optional() }),
      response: airWeekSchema,
      handle: ({ actor, query }) => airWeek(deps, actor, query.area, query.from),
    }),
    route({
      method: 'post',
      path: '/api/airtime/choices',
      summary: 'Holds an item back, puts it into a slot or first there, or leaves it to the planning again',
      tag: 'airtime',
      access: 'airtime.write',
      body: slotChoiceSchema.extend({ areaCode: areaCode.optional(), dispatchId: id, slotId: id.optional() }),
      response: z.object({ ok: z.literal(true) }),
      async handle({ actor, body }) {
        await chooseSlot(deps, actor, body)
        return { ok: true }
      },
    }),
    route({
      method: 'post',
      path: '/api/airtime/slots/:id/again',
      summary: 'What a slot held is planned once more, since it was not on air; with the reason',
      tag: 'airtime',
      access: 'airtime.write',
      params: z.object({ id }),
      body: z.object({ reason: z.string().trim().min(3).max(300) }),
      response: slotSchema,
      handle: ({ actor, params, body }) => planAgain(deps, actor, params.id, body.reason),
    }),
  ]
}
