import { z } from 'zod'
import { priorities } from '../domain/announcement.ts'
import { programmeSchema } from '../domain/programme.ts'
import { deviceStateSchema } from '../domain/station.ts'

/**
 * Shapes of the airtime, device and as-run resources. Dates are ISO 8601 in UTC, ids opaque strings; `date` is a day in
 * Viet Nam, YYYY-MM-DD.
 */
const id = z.string().min(1).max(64)
const when = z.string()
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const sessionStart = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const sentence = z.object({ vi: z.string(), en: z.string() })

export const slotItemSchema = z.object({
  dispatchId: id,
  announcementId: id,
  title: z.string(),
  priority: z.enum(priorities),
  plays: z.number().int(),
  /** Of one play. */
  seconds: z.number(),
  /** A person put it there. */
  pinned: z.boolean(),
  /** Cancelled or superseded since: will not be heard. */
  withdrawn: z.boolean(),
})

/** What is known of a slot's playing: by devices' reports and by the operator's tick. */
export const slotPlaybackSchema = z.object({
  devices: z.number().int(),
  played: z.number().int(),
  partly: z.number().int(),
  missed: z.number().int(),
  /** No report yet although the slot is over. */
  silent: z.number().int(),
  tickedAt: when.nullable(),
  tickedBy: z.string().nullable(),
})

export const slotSchema = z.object({
  id,
  areaCode: z.string(),
  areaName: z.string(),
  startsAt: when,
  maxSeconds: z.number(),
  /** Of everything in it, greeting, chime and sign-off included; measured once rendered, else estimated. */
  seconds: z.number(),
  relay: z.boolean(),
  state: z.enum(['planned', 'locked', 'void']),
  voidReason: z.string().nullable(),
  problem: z.string().nullable(),
  items: z.array(slotItemSchema),
  /** Null until rendered. */
  file: z
    .object({
      url: z.string(),
      mp3Url: z.string(),
      wavUrl: z.string(),
      sizeBytes: z.number(),
      durationSeconds: z.number(),
      lufs: z.number(),
      dbtp: z.number(),
    })
    .nullable(),
  playback: slotPlaybackSchema,
})
export type Slot = z.infer<typeof slotSchema>

/** An item that has no slot, and why: waits for room, held by the operator, no session before its end, no programme. */
export const waitingItemSchema = slotItemSchema.extend({
  reason: z.enum(['no-room', 'held', 'ends-before', 'no-session', 'too-long']),
  note: z.string().nullable(),
  expiresAt: when.nullable(),
})

export const programmeExceptionSchema = z.object({
  id,
  areaCode: z.string(),
  date,
  /** Start of the session it concerns; null: the whole day. */
  start: z.string().nullable(),
  /** off: nothing on air; move: begins at `to`; extra: one more session; longer: may take `minutes`. */
  kind: z.enum(['off', 'move', 'extra', 'longer']),
  to: z.string().nullable(),
  minutes: z.number().int().nullable(),
  reason: z.string(),
  madeBy: z.string(),
  madeAt: when,
})

/** A wish for an exception. `extra` names its time in `to`. */
export const newExceptionSchema = z.object({
  areaCode: z.string().regex(/^\d{2}(\d{3})?$/),
  date,
  start: sessionStart.nullable().default(null),
  kind: programmeExceptionSchema.shape.kind,
  to: sessionStart.nullable().default(null),
  minutes: z.number().int().min(1).max(60).nullable().default(null),
  reason: z.string().trim().min(3).max(300),
})

/** Who changed what in the airtime of an area. */
export const airtimeChangeSchema = z.object({
  at: when,
  actorName: z.string(),
  action: z.enum(['programme', 'exception', 'exception-removed', 'choice', 'again']),
  detail: z.record(z.string(), z.unknown()),
})

export const effectiveProgrammeSchema = z.object({
  areaCode: z.string(),
  areaName: z.string(),
  /** Whose programme it is: the commune's own, its province's, or the built-in usual one. */
  from: z.enum(['own', 'province', 'usual']),
  programme: programmeSchema,
  /** The province's quota that binds it; null: none. */
  boundBy: programmeSchema.shape.quota,
  /** What breaks a rule, e.g. a session in the quiet hours. Saving is refused while there are any. */
  problems: z.array(sentence),
  updatedBy: z.string().nullable(),
  updatedAt: when.nullable(),
})
export type EffectiveProgramme = z.infer<typeof effectiveProgrammeSchema>

export const emergencyOnAirSchema = z.object({
  dispatchId: id,
  announcementId: id,
  title: z.string(),
  issuedAt: when,
  expiresAt: when,
  seconds: z.number(),
})

/** "What will air this week, when, for how long." */
export const airWeekSchema = z.object({
  areaCode: z.string(),
  areaName: z.string(),
  from: date,
  programme: effectiveProgrammeSchema,
  days: z.array(
    z.object({
      date,
      /** Quota of the day in seconds; null: no rule. */
      quotaSeconds: z.number().nullable(),
      usedSeconds: z.number(),
      slots: z.array(slotSchema),
      exceptions: z.array(programmeExceptionSchema),
    }),
  ),
  waiting: z.array(waitingItemSchema),
  emergencies: z.array(emergencyOnAirSchema),
})
export type AirWeek = z.infer<typeof airWeekSchema>

/** A commune in the list of programmes. */
export const airAreaSchema = z.object({
  areaCode: z.string(),
  areaName: z.string(),
  kind: z.enum(['province', 'commune']),
  stations: z.number().int(),
  from: z.enum(['own', 'province', 'usual']),
  nextSlotAt: when.nullable(),
  nextSlotSeconds: z.number().nullable(),
  waiting: z.number().int(),
  problems: z.number().int(),
})

/** What an operator decides about an item: hold it back, put it into a slot, put it first there. `auto` undoes. */
export const slotChoiceSchema = z.object({
  dispatchId: id,
  kind: z.enum(['hold', 'slot', 'first', 'auto']),
  slotId: id.optional(),
  reason: z.string().max(300).default(''),
})

/** Slots of the person's stations, for the phone. */
export const operatorSlotSchema = slotSchema.extend({
  stations: z.array(z.object({ id, name: z.string() })),
  /** The script of everything in it, as a person would read it aloud. */
  script: z.string(),
  faults: z.array(z.object({ id, kind: z.string(), text: z.string(), at: when, by: z.string() })),
})
export type OperatorSlot = z.infer<typeof operatorSlotSchema>

export const faultKinds = [
  'no-sound',
  'bad-sound',
  'no-power',
  'no-network',
  'device',
  'wrong-content',
  'other',
] as const
export const faultSchema = z.object({
  id,
  stationId: id,
  stationName: z.string(),
  slotId: id.nullable(),
  kind: z.enum(faultKinds),
  text: z.string(),
  by: z.string(),
  at: when,
  resolvedAt: when.nullable(),
  resolvedBy: z.string().nullable(),
})

/** never: not seen yet; online; late: silent for over 3 minutes; offline: over 10; revoked. */
export const deviceStates = ['never', 'online', 'late', 'offline', 'revoked'] as const
export const stationDeviceSchema = z.object({
  id,
  stationId: id,
  stationName: z.string(),
  areaName: z.string(),
  name: z.string(),
  state: z.enum(deviceStates),
  lastSeenAt: when.nullable(),
  reported: deviceStateSchema.nullable(),
  /** Sequence of the station's manifest now; the device has `reported.seq`. */
  seq: z.number().int(),
  /** What an operator should look at, e.g. no sound, missed the last slot, clock 3 days off. */
  attention: z.array(sentence),
  createdAt: when,
  revokedAt: when.nullable(),
})
export type StationDevice = z.infer<typeof stationDeviceSchema>

/** `link` holds the token and the key's fingerprint and is shown once. */
export const newDeviceSchema = z.object({ device: stationDeviceSchema, link: z.string(), keyId: z.string() })

export const asRunLineSchema = z.object({
  n: z.number().int(),
  at: when,
  kind: z.string(),
  /** Parsed entry. */
  entry: z.record(z.string(), z.unknown()),
  hash: z.string(),
})
export const asRunPageSchema = z.object({
  stationId: id,
  stationName: z.string(),
  month: z.string(),
  lines: z.array(asRunLineSchema),
  /** Chain of the whole station checked from its origin to the last line. */
  verified: z.object({ ok: z.boolean(), lines: z.number().int(), brokenAt: z.number().int().nullable() }),
})
