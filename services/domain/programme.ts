import { z } from 'zod'

/**
 * The programme of a commune (lịch phát thanh): when its stations are on air, for how long, and how what is there is used.
 * Airtime is limited locally (Hà Nội: 2 sessions a day, Monday to Friday, 15 minutes in the city, 45 in the suburbs; Vĩnh
 * Phúc: 3 of 45 minutes), so every limit is data. Times are those of Viet Nam, which has one zone and no summer time.
 */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

export const sessionSchema = z.object({
  start: clockTime,
  /** ISO weekdays: 1 is Monday, 7 is Sunday. */
  weekdays: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  minutes: z.number().int().min(1).max(60),
  /** own: the commune's items; relay: the province's slot of the same start is passed on. */
  source: z.enum(['own', 'relay']).default('own'),
})
export type ProgrammeSession = z.infer<typeof sessionSchema>

export const programmeSchema = z.object({
  sessions: z.array(sessionSchema).max(8),
  /** The most that the local rule allows; in a province's programme it binds its communes. Null: no rule. */
  quota: z
    .object({
      sessionsPerDay: z.number().int().min(0).max(8),
      minutesPerSession: z.number().int().min(1).max(60),
      weekdays: z.array(z.number().int().min(1).max(7)),
    })
    .nullable()
    .default(null),
  /** No session may be on air in this time; null: no quiet time. */
  quiet: z.object({ from: clockTime, to: clockTime }).nullable().default({ from: '21:00', to: '05:00' }),
  /** In how many slots an item is aired. TT 39/2020: thông thường, ưu tiên. */
  airings: z
    .object({ routine: z.number().int().min(1).max(10), priority: z.number().int().min(1).max(10) })
    .default({ routine: 1, priority: 2 }),
  /** How often in a row within a slot. */
  plays: z
    .object({ routine: z.number().int().min(1).max(5), priority: z.number().int().min(1).max(5) })
    .default({ routine: 1, priority: 1 }),
  chime: z.boolean().default(true),
  /** Silence before everything, for amplifiers that the sound switches on. */
  powerOnLeadSeconds: z.number().int().min(0).max(60).default(0),
  /** Read aloud at the beginning and the end of a slot; empty: none. Equal texts let communes share a file. */
  greeting: z.string().max(500).default(''),
  signOff: z.string().max(500).default(''),
  /** An emergency plays `times` at once, then again every `everyMinutes` until its end; afterwards an interrupted slot goes on or not. */
  emergency: z
    .object({
      times: z.number().int().min(1).max(5),
      gapSeconds: z.number().int().min(0).max(30),
      everyMinutes: z.number().int().min(5).max(120).nullable(),
      afterwards: z.enum(['resume', 'skip']),
    })
    .default({ times: 2, gapSeconds: 3, everyMinutes: 15, afterwards: 'resume' }),
})
export type Programme = z.infer<typeof programmeSchema>

/** For a commune and a province without a programme: the usual slots, within the strictest of the known quotas. */
export const usualProgramme: Programme = programmeSchema.parse({
  sessions: [
    { start: '05:30', weekdays: [1, 2, 3, 4, 5], minutes: 15 },
    { start: '17:00', weekdays: [1, 2, 3, 4, 5], minutes: 15 },
  ],
  quota: { sessionsPerDay: 2, minutesPerSession: 15, weekdays: [1, 2, 3, 4, 5] },
})
