import { type Registry, register } from 'prom-client'
import { z } from 'zod'
import type { Auth } from '../../accounts/auth.ts'
import { actorOf } from '../../accounts/sessions.ts'
import { may } from '../../domain/accounts.ts'
import { AppError } from '../../domain/errors.ts'
import type { HttpDeps } from '../deps.ts'
import { openApiDocument } from '../openapi.ts'
import { type RouteDef, route } from '../route.ts'

/** Named parts that must answer before this process may get requests; each check throws when its part is away. */
export type ReadyChecks = Record<string, () => Promise<unknown>>

const checkMs = 2_000

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), checkMs)
  })
  const answer = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    )
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

/** Health, metrics and the API's own description. */
export function systemRoutes(
  deps: HttpDeps,
  auth: Auth,
  options: { checks?: ReadyChecks; registry?: Registry; routes: () => RouteDef[] },
): RouteDef[] {
  const checks: ReadyChecks = { database: () => deps.db.query('select 1'), ...options.checks }
  const registry = options.registry ?? register
  return [
    route({
      method: 'get',
      path: '/healthz',
      summary: 'The process is alive',
      tag: 'system',
      access: 'public',
      response: z.object({ ok: z.literal(true) }),
      handle: async () => ({ ok: true }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      summary: 'Every part this process needs can be reached; 503 otherwise',
      tag: 'system',
      access: 'public',
      response: z.object({ ok: z.boolean(), parts: z.record(z.string(), z.boolean()) }),
      async handle({ res }) {
        const results = await Promise.all(
          Object.entries(checks).map(async ([part, check]) => [part, await passes(check)] as const),
        )
        const ok = results.every(([, up]) => up)
        res.set('Cache-Control', 'no-store')
        const answer = { ok, parts: Object.fromEntries(results) }
        // The table's own status would be 200.
        if (!ok) res.status(503).json(answer)
        return answer
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      summary: 'Prometheus metrics; from this machine, or signed in with system.read',
      tag: 'system',
      access: 'token',
      async handle({ req, res }) {
        const local = loopback.test(req.ip ?? '') && req.get('x-forwarded-for') === undefined
        const actor = local ? undefined : await actorOf(auth, req)
        if (!local && !(actor && may(actor.role, 'system.read'))) {
          throw new AppError('auth.forbidden', {
            vi: 'Số đo hệ thống chỉ đọc được từ chính máy chủ hoặc sau khi đăng nhập.',
            en: 'Metrics can be read from the server itself or after signing in.',
          })
        }
        res
          .set('Cache-Control', 'no-store')
          .type(registry.contentType)
          .send(await registry.metrics())
      },
    }),
    route({
      method: 'get',
      path: '/api/openapi.json',
      summary: 'This API as OpenAPI 3.1',
      tag: 'system',
      access: 'public',
      response: z.record(z.string(), z.unknown()),
      handle: async () =>
        openApiDocument(options.routes(), {
          version: deps.version,
          publicUrl: deps.links.publicUrl,
          demo: deps.demo,
        }),
    }),
  ]
}
