import { previewLed } from '../../dispatch/preview-led.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { ledPreviewRequestSchema, ledPreviewSchema } from '../schemas-led.ts'
import { createTurnstile } from '../turnstile.ts'

/** What LED strips show, for the officer who writes. */
export function ledRoutes(deps: HttpDeps): RouteDef[] {
  const turnstile = createTurnstile(2, 30)
  return [
    route({
      method: 'post',
      path: '/api/boards/led-preview',
      summary: 'Pages that an LED strip of this size would show of this content',
      tag: 'boards',
      access: 'announcement.read',
      body: ledPreviewRequestSchema,
      response: ledPreviewSchema,
      handle: ({ body: { content, ...size }, res }) =>
        turnstile.pass(res, () => previewLed(deps, deps.withWorkDir, content, size)),
    }),
  ]
}
