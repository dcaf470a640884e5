import { z } from 'zod'
import { historyOf } from '../../people/history.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { personHistorySchema } from '../schemas.ts'

/** What one person was sent. The address travels in the body: addresses of requests end up in logs. */
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
  ]
}
