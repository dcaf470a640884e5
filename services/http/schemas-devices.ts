import { z } from 'zod'
import { evidenceLevels } from '../domain/evidence.ts'
import { pushKinds } from '../domain/station-push.ts'

/** Shapes of the devices' resources beyond schemas-airtime.ts. */
const id = z.string().min(1).max(64)
const when = z.string()
const sentence = z.object({ vi: z.string(), en: z.string() })

/** What is known of an announcement's playing at one station. */
export const stationPlaybackSchema = z.object({
  stationId: id,
  stationName: z.string(),
  areaName: z.string(),
  fetchedAt: when.nullable(),
  withdrawnAt: when.nullable(),
  plays: z.number().int(),
  playsAfterWithdrawal: z.number().int(),
  lastPlayedAt: when.nullable(),
  interruptedAt: when.nullable(),
  interruptedBy: z.string().nullable(),
  missed: z.number().int(),
  airedAt: when.nullable(),
  airedBy: z.string().nullable(),
  /** Firmest that is known; null: only that the station was given it. */
  evidence: z.enum(evidenceLevels).nullable(),
  evidenceText: sentence.nullable(),
  summary: sentence,
})
export type StationPlaybackShape = z.infer<typeof stationPlaybackSchema>

/** A station whose log a person may read; one that is no longer in use keeps its log. */
export const loggedStationSchema = z.object({ id, name: z.string(), areaName: z.string(), retired: z.boolean() })
export type LoggedStation = z.infer<typeof loggedStationSchema>

/** One way in which a station is served beside pull; its password is never shown. */
export const stationPushSchema = z.object({
  kind: z.enum(pushKinds),
  settings: z.record(z.string(), z.unknown()),
  hasPassword: z.boolean(),
  updatedBy: z.string(),
  updatedAt: when,
  triedAt: when.nullable(),
  /** Why the last try failed, as a code; null: it did not. */
  problem: z.string().nullable(),
})
export type StationPush = z.infer<typeof stationPushSchema>
