import { z } from 'zod'
import { pauseDispatch, resumeDispatch } from '../../dispatch/control.ts'
import { areaResults, progressOf, targetResults } from '../../dispatch/progress.ts'
import { resendDispatch } from '../../dispatch/resend.ts'
import { settleByPerson } from '../../dispatch/resolve.ts'
import { deliveryStates, resendableStates } from '../../domain/delivery.ts'
import type { HttpDeps } from '../deps.ts'
import { createProgressStream } from '../progress-stream.ts'
import { type RouteDef, route } from '../route.ts'
import { areaResultSchema, progressSchema, targetResultSchema } from '../schemas.ts'
import { announcementParams } from './announcements.ts'

const dispatchParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })

function watching(deps: HttpDeps): RouteDef[] {
  const stream = createProgressStream(id => progressOf(deps, id))
  return [
    route({
      method: 'get',
      path: '/api/announcements/:id/progress',
      summary: 'How far every channel is',
      tag: 'progress',
      access: 'announcement.read',
      params: announcementParams,
      response: progressSchema,
      handle: ({ params }) => progressOf(deps, params.id),
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id/progress/stream',
      summary: 'The same as server-sent events named `progress`, on each change, until everything has settled',
      tag: 'progress',
      access: 'announcement.read',
      params: announcementParams,
      handle: ({ params, req, res }) => stream(params.id, req, res),
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id/results/areas',
      summary: 'Results per commune and channel',
      tag: 'progress',
      access: 'announcement.read',
      params: announcementParams,
      response: z.array(areaResultSchema),
      async handle({ params }) {
        // Says "not found" for an announcement that is not there; an empty list would hide the mistake.
        await progressOf(deps, params.id)
        return areaResults(deps, params.id)
      },
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id/targets',
      summary: 'Single addressees of one channel, addresses masked, in pages',
      tag: 'progress',
      access: 'announcement.read',
      params: announcementParams,
      query: z.object({
        channel: z.string().min(1).max(64),
        state: z.enum(deliveryStates).optional(),
        round: z.coerce.number().int().min(1).max(1000).optional(),
        cursor: z.string().max(200).optional(),
      }),
      response: z.object({ items: z.array(targetResultSchema), nextCursor: z.string().nullable() }),
      handle: ({ params, query }) => targetResults(deps, params.id, query),
    }),
  ]
}

/** What became of an announcement, live and afterwards, and the brakes. */
export function progressRoutes(deps: HttpDeps): RouteDef[] {
  const control = (action: 'pause' | 'resume', summary: string) =>
    route({
      method: 'post',
      path: `/api/dispatches/:id/${action}`,
      summary,
      tag: 'progress',
      access: 'announcement.control',
      params: dispatchParams,
      body: z.object({}),
      response: progressSchema,
      idempotent: true,
      handle: ({ actor, params }) => (action === 'pause' ? pauseDispatch : resumeDispatch)(deps, actor, params.id),
    })
  return [
    ...watching(deps),
    control('pause', 'Stop one channel after the flush that is under way'),
    control('resume', 'Go on where it stopped'),
    route({
      method: 'post',
      path: '/api/dispatches/:id/resend',
      summary:
        'Send once more, as a further round, to those whom the channel left in these states; never to anybody reached',
      tag: 'progress',
      access: 'announcement.control',
      params: dispatchParams,
      body: z.object({ states: z.array(z.enum(resendableStates)).min(1) }),
      response: progressSchema,
      idempotent: true,
      handle: ({ actor, params, body }) => resendDispatch(deps, actor, params.id, [...new Set(body.states)]),
    }),
    route({
      method: 'post',
      path: '/api/dispatches/:id/targets/:targetId/settle',
      summary:
        'Say what became of somebody whose message is unknown, after having asked; recorded with the name of who says it',
      tag: 'progress',
      access: 'announcement.control',
      params: dispatchParams.extend({ targetId: dispatchParams.shape.id }),
      body: z.object({ reached: z.boolean() }),
      response: progressSchema,
      idempotent: true,
      handle: ({ actor, params, body }) => settleByPerson(deps, actor, params.id, params.targetId, body.reached),
    }),
  ]
}
