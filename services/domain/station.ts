import { z } from 'zod'

/**
 * What Loa and a player at a station say to each other. The manifest is a signed statement (JWS compact, EdDSA over
 * Ed25519, `kid` in its header) of what the station is to play and when; a device keeps the last valid one with its files
 * and plays by it without the network. It refuses an unknown key, a sequence not above the one it has (an equal one with the
 * same body is no news), another station's manifest, and a file whose SHA-256 is not the one named.
 */
const when = z.iso.datetime()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
/** Within what a bigint holds. */
const id = z.string().regex(/^\d{1,18}$/)

/** An emergency without an end of its own is over after this long: a forgotten one must not play for a month. */
export const emergencyHoursWithoutEnd = 12

export const manifestFileSchema = z.object({
  /** Absolute or relative to the server; signed for a limited time, so not part of what makes a manifest new. */
  url: z.string(),
  bytes: z.number().int().positive(),
  sha256: hash,
  durationMs: z.number().int().positive(),
  lufs: z.number(),
})

/** A piece of a slot's file: one play of one announcement. */
export const slotPartSchema = z.object({
  dispatchId: id,
  title: z.string(),
  play: z.number().int().positive(),
  startMs: z.number().int().nonnegative(),
  endMs: z.number().int().positive(),
})

export const manifestSlotSchema = z.object({
  slotId: id,
  startsAt: when,
  /** A player that is ready later than this leaves the slot out and reports it missed. */
  startUntil: when,
  file: manifestFileSchema,
  parts: z.array(slotPartSchema),
})

export const manifestEmergencySchema = z.object({
  dispatchId: id,
  title: z.string(),
  /** When it was put on the station's shelf; plays are counted from here. */
  issuedAt: when,
  expiresAt: when,
  /** Played so often at once, with a gap; then once again each time `everySeconds` have passed, until the end; null: not again. */
  times: z.number().int().positive(),
  gapSeconds: z.number().int().nonnegative(),
  everySeconds: z.number().int().positive().nullable(),
  /** What an interrupted slot does afterwards: goes on with the part that was cut, or is given up. */
  afterwards: z.enum(['resume', 'skip']),
  file: manifestFileSchema,
})

export const stationManifestSchema = z.object({
  v: z.literal(1),
  stationId: id,
  stationName: z.string(),
  /** Grows with every change of the rest (signed addresses aside). */
  seq: z.number().int().positive(),
  issuedAt: when,
  /** After this the device plays nothing by it any more. */
  expiresAt: when,
  slots: z.array(manifestSlotSchema),
  emergencies: z.array(manifestEmergencySchema),
  /**
   * Announcements that must not be heard (cancelled, superseded), also where a file that is there still holds them: a part is
   * left out, one on air is stopped at once. Kept as long as any file that a device may hold has them.
   */
  withdrawn: z.array(id),
  /** Ask again after so long without a poke. */
  pollSeconds: z.number().int().positive(),
  demo: z.boolean(),
})
export type StationManifest = z.infer<typeof stationManifestSchema>
export type ManifestSlot = z.infer<typeof manifestSlotSchema>
export type ManifestEmergency = z.infer<typeof manifestEmergencySchema>
export type ManifestFile = z.infer<typeof manifestFileSchema>
export type SlotPart = z.infer<typeof slotPartSchema>

/**
 * fetched: the file is on the device and its hash is right. started, ended: a part (or an emergency's play) was begun, was
 * played to its end; both say nothing of whether anybody heard it. interrupted: stopped in the middle, `reason` says why.
 * skipped: left out on purpose (withdrawn). missed: could not be played, `reason` says why. refused: a manifest or file was
 * not accepted. fault: something is wrong with the device itself.
 */
export const deviceEventKinds = [
  'fetched',
  'started',
  'ended',
  'interrupted',
  'skipped',
  'missed',
  'refused',
  'fault',
] as const

/** Any clock that is off, but no time that a database or a calendar cannot hold. */
const eventTime = when.refine(text => text >= '1970' && text < '2200', 'a time between 1970 and 2200')
/** A word or two; a NUL can be kept by no database. */
const word = z
  .string()
  .max(40)
  .refine(text => !text.includes('\u0000'), 'no NUL')

export const deviceEventSchema = z.object({
  /** Counts the device's events from 1 without gaps: a repeat is recognised, a gap shows. */
  n: z.number().int().positive(),
  /** By the device's corrected clock. */
  at: eventTime,
  kind: z.enum(deviceEventKinds),
  /** Sequence of the manifest it acted by; absent before the first. */
  seq: z.number().int().positive().optional(),
  slotId: id.optional(),
  dispatchId: id.optional(),
  /** Which play: of a slot's part, or the how-manieth of an emergency (1, 2, ...). */
  play: z.number().int().positive().max(1_000_000).optional(),
  sha256: hash.optional(),
  /** Where in the part it began or stopped. */
  positionMs: z.number().int().nonnegative().optional(),
  /**
   * withdrawn | emergency | power-cut | too-late | no-file | bad-hash | old-sequence | unknown-key | bad-signature |
   * bad-manifest | other-station | expired | sink-failed | disk-full | operator
   */
  reason: word.optional(),
})
export type DeviceEventKind = (typeof deviceEventKinds)[number]
export type DeviceEvent = z.infer<typeof deviceEventSchema>

export const deviceStateSchema = z.object({
  version: word,
  seq: z.number().int().nonnegative(),
  playing: z.object({ slotId: id.optional(), dispatchId: id, since: when }).nullable(),
  /** Corrected clock minus the device's own, milliseconds. */
  clockSkewMs: z.number().int(),
  freeBytes: z.number().int().nonnegative().optional(),
  /** Files that the manifest names and the device does not have yet. */
  filesMissing: z.number().int().nonnegative(),
  volumePercent: z.number().int().min(0).max(100).optional(),
  /** True when the sink (sound card, program) takes sound. */
  soundOk: z.boolean(),
})
export type DeviceState = z.infer<typeof deviceStateSchema>

export const deviceReportSchema = z.object({
  state: deviceStateSchema,
  events: z.array(deviceEventSchema).max(500),
})
/** `upTo`: every event up to this number is stored; the device may forget them. */
export const deviceReportAnswerSchema = z.object({ upTo: z.number().int().nonnegative() })
