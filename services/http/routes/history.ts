import { z } from 'zod'
import { addressInDispatch, historyOf } from '../../people/history.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { personHistorySchema } from '../schemas.ts'

const idSchema = z.string().regex(/^\d{1,18}$/)

/** What one person was sent, and where to ask them. The address travels in the body: addresses of requests end up in logs. */
export function historyRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/citizens/history',
      summary:
        'What the person with this phone number or email address was sent, and what became of it; who asks is recorded',
      tag: 'citizens',
      access: 'citizen.history',
      body: z.object({ address: z.string().trim().min(3).max(320) }),
      response: z.object({ items: z.array(personHistorySchema) }),
      handle: async ({ actor, body }) => ({
        items: (await historyOf(deps, actor, body.address)).map(row => ({
          ...row,
          frozenAt: row.frozenAt.toISOString(),
          at: row.at?.toISOString() ?? null,
        })),
      }),
    }),
    route({
      // A look-up that is recorded each time: no GET, and no kept answer for a repeated key.
      method: 'post',
      path: '/api/dispatches/:id/targets/:targetId/address',
      summary:
        'The full phone number or email address of one person of this dispatch, to ask what became of a message; who asks is recorded',
      tag: 'citizens',
      access: 'citizen.history',
      params: z.object({ id: idSchema, targetId: idSchema }),
      body: z.object({}),
      response: z.object({ address: z.string() }),
      handle: async ({ actor, params }) => ({
        address: await addressInDispatch(deps, actor, params.id, params.targetId),
      }),
    }),
  ]
}
