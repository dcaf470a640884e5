import { z } from 'zod'
import { audienceCount, previewChannel } from '../../dispatch/preview.ts'
import { announcementContentSchema, limits } from '../../domain/announcement.ts'
import { smsForms } from '../../text/sms.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { audienceCountSchema, previewSchema } from '../schemas.ts'
import { createTurnstile } from '../turnstile.ts'

const smsCountSchema = z.object({
  text: z.string(),
  encoding: z.enum(['GSM-7', 'UCS-2']),
  characters: z.number().int(),
  /** Septets or UTF-16 units, after the encoding. */
  units: z.number().int(),
  parts: z.number().int(),
  perPart: z.number().int(),
  left: z.number().int(),
})
const smsFormsSchema = z.object({
  unicode: smsCountSchema,
  /** `unmapped`: characters that have no unaccented form. */
  unaccented: smsCountSchema.extend({ unmapped: z.array(z.string()) }),
})

/** What the officer sees while writing: the rendition of each channel, SMS parts, audience. */
export function previewRoutes(deps: HttpDeps): RouteDef[] {
  // Speech and audio take a processor each; two at a time leave room for the sending.
  const turnstile = createTurnstile(2, 30)
  return [
    route({
      method: 'post',
      path: '/api/preview/:channel',
      summary: 'What a channel would make of this content, by the same function that sends',
      tag: 'preview',
      access: 'announcement.read',
      params: z.object({ channel: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) }),
      // `announcementId`: a submitted announcement is looked at; what it says is spoken as it was pinned.
      body: z.object({ content: announcementContentSchema, announcementId: z.uuid().optional() }),
      response: previewSchema,
      handle: ({ params, body, res }) =>
        turnstile.pass(res, () => previewChannel(deps, deps, params.channel, body.content, body.announcementId)),
    }),
    route({
      method: 'post',
      path: '/api/text/sms',
      summary: 'Parts and encoding of a text, with and without diacritics',
      tag: 'preview',
      access: 'announcement.read',
      body: z.object({ text: z.string().max(limits.bodyCharacters) }),
      response: smsFormsSchema,
      handle: async ({ body }) => smsForms(body.text),
    }),
    route({
      method: 'post',
      path: '/api/audience/count',
      summary: 'How many each channel would reach with this audience',
      tag: 'preview',
      access: 'announcement.read',
      body: z.object({ audience: announcementContentSchema.shape.audience }),
      response: audienceCountSchema,
      handle: ({ body }) => audienceCount(deps, body.audience),
    }),
  ]
}
