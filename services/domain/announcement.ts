import { z } from 'zod'
import { boardShowing } from './board-content.ts'
import { planTopics } from './plan.ts'

/**
 * An announcement and its life. States and transitions are data: the use cases look them up here, the console asks
 * for `allowedActions`, and no other place decides what may follow what.
 */
export const announcementStates = [
  'draft',
  'submitted',
  'approved',
  'dispatching',
  'completed',
  'cancelled',
  'expired',
  'superseded',
] as const
export type AnnouncementState = (typeof announcementStates)[number]

export const transitions = {
  submit: { from: ['draft'], to: 'submitted' },
  withdraw: { from: ['submitted'], to: 'draft' },
  return: { from: ['submitted'], to: 'draft' },
  approve: { from: ['submitted'], to: 'approved' },
  start: { from: ['approved'], to: 'dispatching' },
  complete: { from: ['dispatching'], to: 'completed' },
  cancel: { from: ['draft', 'submitted', 'approved', 'dispatching', 'completed'], to: 'cancelled' },
  expire: { from: ['submitted', 'approved', 'dispatching'], to: 'expired' },
  /** A further round to those whom a channel did not reach. */
  resend: { from: ['dispatching', 'completed'], to: 'dispatching' },
  supersede: { from: ['approved', 'dispatching', 'completed'], to: 'superseded' },
} as const satisfies Record<string, { from: readonly AnnouncementState[]; to: AnnouncementState }>
export type AnnouncementAction = keyof typeof transitions

/** The state after `action`, or undefined when the action is not allowed in `state`. */
export function nextState(state: AnnouncementState, action: AnnouncementAction): AnnouncementState | undefined {
  const rule = transitions[action]
  return (rule.from as readonly AnnouncementState[]).includes(state) ? rule.to : undefined
}

/** The three priorities of TT 39/2020/TT-BTTTT: thông thường, ưu tiên, khẩn cấp. */
export const priorities = ['routine', 'priority', 'emergency'] as const
export type Priority = (typeof priorities)[number]

export const limits = {
  titleCharacters: 300,
  bodyCharacters: 20_000,
  variantCharacters: 20_000,
  smsCharacters: 2_000,
  boardCaptionCharacters: 300,
  areas: 5_000,
  tags: 50,
} as const

export const smsForms = ['unicode', 'unaccented'] as const
export type SmsForm = (typeof smsForms)[number]

/** Languages by their ISO 639 code: `vi`, or e.g. `bru` (Bru - Vân Kiều), `pac` (Pa Kô), `hmn` (Mông). */
export const languageCode = z.string().regex(/^[a-z]{2,3}$/, 'Mã ngôn ngữ gồm 2 hoặc 3 chữ cái (ISO 639).')

const recordingVariantSchema = z.object({
  recordingId: z.uuid(),
  /** Of the sound as it is played, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  language: languageCode,
  transcript: z.string(),
})

/**
 * What the officer writes and the approver signs. Texts that are left out are derived from the body. Lengths are
 * checked by `services/text/input.ts`, so that the officer gets one clear sentence instead of a schema's.
 */
export const announcementContentSchema = z.object({
  title: z.string(),
  body: z.string(),
  issuer: z.string().max(200).default(''),
  documentNumber: z.string().max(100).default(''),
  priority: z.enum(priorities).default('routine'),
  urgencyReason: z.string().max(500).default(''),
  topics: z.array(z.enum(Object.keys(planTopics) as [keyof typeof planTopics])).default([]),
  audience: z
    .object({
      /** Area codes: a province ('44') or communes ('19333'). */
      areas: z
        .array(
          z.string().regex(/^\d{2}(\d{3})?$/, 'Mã địa bàn gồm 2 chữ số (tỉnh) hoặc 5 chữ số (xã, phường, đặc khu).'),
        )
        .max(limits.areas)
        .default([]),
      /** Only citizens with at least one of these tags; empty means everybody in the areas. */
      tags: z.array(z.string().min(1).max(50)).max(limits.tags).default([]),
    })
    .prefault({}),
  channels: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/))
    .max(32)
    .default([]),
  variants: z
    .object({
      sms: z
        .object({ text: z.string(), form: z.enum(smsForms) })
        .partial()
        .optional(),
      speech: z.object({ text: z.string() }).partial().optional(),
      board: z
        .object({ text: z.string(), ...boardShowing })
        .partial()
        .optional(),
      /**
       * Played by the loudspeakers instead of the spoken text. The hash of the sound is part of what is approved; the
       * transcript is what the operator reads aloud if the sound fails.
       */
      recording: recordingVariantSchema.optional(),
    })
    .prefault({}),
  scheduleAt: z.iso.datetime({ offset: true }).nullable().default(null),
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
})
export type AnnouncementContent = z.infer<typeof announcementContentSchema>
