import { z } from 'zod'
import { announcementContentSchema, announcementStates, priorities } from '../domain/announcement.ts'
import { deliveryStates, resendableStates } from '../domain/delivery.ts'
import { scriptReadingSchema } from '../domain/reading.ts'

/**
 * The shapes of the HTTP API, used to check requests, to write the OpenAPI document and (as types) by the console.
 * Dates are ISO 8601 in UTC. Ids are opaque strings.
 */
const id = z.string().min(1).max(64)
const when = z.string()
const sentence = z.object({ vi: z.string(), en: z.string() })
export const countsSchema = z.object(
  Object.fromEntries(['audience', ...deliveryStates].map(k => [k, z.number().int()])) as Record<
    'audience' | (typeof deliveryStates)[number],
    z.ZodNumber
  >,
)

export const meSchema = z.object({
  id,
  name: z.string(),
  email: z.string(),
  role: z.enum(['officer', 'approver', 'operator', 'admin']),
  areas: z.array(z.string()),
})

export const channelInfoSchema = z.object({
  id: z.string(),
  name: sentence,
  method: z.string(),
  /** The plan's own number and name of the method. */
  methodNumber: z.string(),
  methodName: sentence,
  audience: z.enum(['citizens', 'stations', 'boards']),
  address: z.enum(['phone', 'email']).nullable(),
  bestEvidence: z.string(),
  bestEvidenceText: sentence,
  /** True when its routine messages wait for the end of the quiet hours. */
  waitsInQuietHours: z.boolean(),
  enabled: z.boolean(),
})

export const instanceSchema = z.object({
  demo: z.boolean(),
  version: z.string(),
  /** Address of the simulator page; null when no simulator runs with this instance. */
  simulatorUrl: z.string().nullable(),
  /** Minutes after midnight in Viet Nam, the end not included; null when there are no quiet hours. */
  quietHours: z.object({ fromMinute: z.number().int(), toMinute: z.number().int() }).nullable(),
  channels: z.array(channelInfoSchema),
})

export const areaSchema = z.object({
  code: z.string(),
  kind: z.enum(['province', 'commune']),
  name: z.string(),
  parentCode: z.string().nullable(),
})

export const announcementSummarySchema = z.object({
  id,
  state: z.enum(announcementStates),
  revision: z.number().int(),
  title: z.string(),
  priority: z.enum(priorities),
  channels: z.array(z.string()),
  authorName: z.string(),
  approvedByName: z.string().nullable(),
  scheduleAt: when.nullable(),
  expiresAt: when.nullable(),
  updatedAt: when,
  /** Totals over all dispatches; null before approval. */
  counts: countsSchema.nullable(),
})

export const announcementSchema = announcementSummarySchema.extend({
  content: announcementContentSchema,
  /** How the script is said, from the submission on; null for a draft and where no channel speaks. Part of the hash. */
  reading: scriptReadingSchema.nullable(),
  authorId: id,
  submittedBy: z.string().nullable(),
  submittedAt: when.nullable(),
  approvedAt: when.nullable(),
  cancelledAt: when.nullable(),
  cancelReason: z.string().nullable(),
  returnReason: z.string().nullable(),
  /** The hash an approver must send back: what is approved is exactly what was seen. */
  hash: z.string(),
  /** Actions the asking person may take now. */
  allowedActions: z.array(z.string()),
})

export const dispatchProgressSchema = z.object({
  id,
  channel: z.string(),
  method: z.string(),
  /** 1, or more for a further round to those not reached. */
  round: z.number().int(),
  /** The states whose targets a further round is for; null in the first. */
  resendStates: z.array(z.enum(resendableStates)).nullable(),
  /** Targets of a further round that may have got the message before, since their fate was unknown. */
  possibleRepeats: z.number().int(),
  /**
   * planned: audience not frozen yet; problem: planning, rendering or sending does not get on, see `problem`; quiet: waits
   * for `quietUntil`.
   */
  phase: z.enum([
    'planned',
    'rendering',
    'delivering',
    'quiet',
    'paused',
    'settled',
    'cancelled',
    'expired',
    'problem',
  ]),
  quietUntil: when.nullable(),
  problem: z.string().nullable(),
  counts: countsSchema,
  /** Why targets were skipped or rejected: code -> number. */
  reasons: z.record(z.string(), z.number().int()),
  /** What the vendors charge for what they accepted so far; 0 when no price is known. */
  costDong: z.number(),
  startedAt: when.nullable(),
  settledAt: when.nullable(),
})
export const progressSchema = z.object({
  announcementId: id,
  state: z.enum(announcementStates),
  dispatches: z.array(dispatchProgressSchema),
})

export const areaResultSchema = z.object({
  areaCode: z.string(),
  areaName: z.string(),
  channel: z.string(),
  round: z.number().int(),
  counts: countsSchema,
})

export const targetResultSchema = z.object({
  targetId: id,
  /** Masked unless the reader asked for more and may see it: +84 91* *** *12. */
  label: z.string(),
  areaName: z.string(),
  state: z.enum(deliveryStates),
  code: z.string().nullable(),
  at: when.nullable(),
})

export const personHistorySchema = z.object({
  dispatchId: id,
  announcementId: id,
  title: z.string(),
  channel: z.string(),
  round: z.number().int(),
  /** When the list of recipients was made. */
  frozenAt: when,
  state: z.enum(deliveryStates),
  code: z.string().nullable(),
  at: when.nullable(),
})

export const eventSchema = z.object({
  at: when,
  actorName: z.string(),
  action: z.string(),
  revision: z.number().int(),
  detail: z.record(z.string(), z.unknown()),
})

export const estimateSchema = z.object({
  costDong: z.number().optional(),
  parts: z.number().optional(),
  airSeconds: z.number().optional(),
  sendSeconds: z.number().optional(),
  warnings: z.array(sentence),
})

export const previewSchema = z.object({
  channel: z.string(),
  /** The channel's own rendition content, see the channel's type. */
  content: z.unknown(),
  files: z.array(z.object({ name: z.string(), url: z.string(), mime: z.string(), sizeBytes: z.number() })),
  /** What a channel that speaks will say; null for the others, and for a submission from before readings were kept. */
  reading: scriptReadingSchema.nullable(),
  warnings: z.array(sentence),
  estimate: estimateSchema,
  /** Targets this channel would reach with this audience, exclusions taken off. */
  audience: z.number().int(),
})

export const audienceCountSchema = z.object({
  communes: z.number().int(),
  byChannel: z.record(z.string(), z.number().int()),
})

export const operatorItemSchema = z.object({
  id,
  announcementId: id,
  title: z.string(),
  priority: z.enum(priorities),
  stationId: id,
  stationName: z.string(),
  areaName: z.string(),
  /** Signed, time-limited. */
  audioUrl: z.string(),
  downloadUrl: z.string(),
  sizeBytes: z.number(),
  durationSeconds: z.number(),
  /** The text as it is spoken. */
  script: z.string(),
  putAt: when,
  expiresAt: when.nullable(),
  withdrawnAt: when.nullable(),
  fetchedAt: when.nullable(),
  airedAt: when.nullable(),
  airedBy: z.string().nullable(),
})

export const stationSchema = z.object({
  id,
  name: z.string(),
  areaCode: z.string(),
  areaName: z.string(),
  operatorEmail: z.string().nullable(),
  /** Podcast (RSS) of this station alone; `playlistUrl` is the same as M3U. */
  feedUrl: z.string(),
  playlistUrl: z.string(),
  /** Of all stations of the commune. */
  communeFeedUrl: z.string(),
  communePlaylistUrl: z.string(),
})

const vendorMoveSchema = z.object({
  at: when,
  vendor: z.string(),
  /** Percent of the channel's messages before and after. */
  from: z.number().int(),
  to: z.number().int(),
  /** troubles: it had too many within a minute; quiet: it gets back what it had lost. */
  reason: z.enum(['troubles', 'quiet']),
  troubles: z.number().int(),
})

export const vendorSchema = z.object({
  id: z.string(),
  name: sentence,
  /** Percent of the channel's messages when all is well, and now. They sum to 100 over the vendors. */
  configuredShare: z.number().int(),
  presentShare: z.number().int(),
  /** Troubles within the last minute; null when they are not counted, because there is no other vendor. */
  troubles: z.number().int().nullable(),
  /** So many troubles that its messages should go elsewhere. */
  inTrouble: z.boolean(),
  /** What its account may be given; null for no limit. */
  partsPerSecond: z.number().nullable(),
  /** Price of one message part; null when no price is set. */
  priceDong: z.number().nullable(),
  lastMove: vendorMoveSchema.nullable(),
})

export const channelVendorsSchema = z.object({
  channel: z.string(),
  vendors: z.array(vendorSchema),
  /** Then nothing moves: the trouble is more likely ours, and there is nobody better. */
  allInTrouble: z.boolean(),
  /** True when the process that began to send last did so with other vendors or weights than this server's. */
  otherSetting: z.boolean(),
  /** The newest 50, newest first. A vendor that only takes over what another one loses has no move of its own. */
  moves: z.array(vendorMoveSchema),
})

export const importReportSchema = z.object({
  rows: z.number().int(),
  added: z.number().int(),
  updated: z.number().int(),
  rejected: z.array(z.object({ row: z.number().int(), reason: sentence })),
  rejectedCount: z.number().int(),
})

/** An import while it runs and after: how far it is, what came of it. */
export const importJobSchema = z.object({
  id,
  kind: z.enum(['citizens', 'opt-outs', 'areas', 'stations', 'boards']),
  dryRun: z.boolean(),
  /** reading: the file is read and checked; merging: its people are written; failed: see `problem`. */
  phase: z.enum(['reading', 'merging', 'done', 'failed', 'cancelled']),
  rows: z.number().int(),
  rejected: z.number().int(),
  /** Bytes read, of how many; 0 when that is not known. */
  bytes: z.number(),
  bytesTotal: z.number(),
  /** As the import's own answer would be; null until done. */
  report: z.record(z.string(), z.unknown()).nullable(),
  problem: z.object({ code: z.string(), vi: z.string(), en: z.string() }).nullable(),
})

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  detailVi: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

export type Me = z.infer<typeof meSchema>
export type Instance = z.infer<typeof instanceSchema>
export type ChannelInfo = z.infer<typeof channelInfoSchema>
export type Area = z.infer<typeof areaSchema>
export type AnnouncementSummary = z.infer<typeof announcementSummarySchema>
export type Announcement = z.infer<typeof announcementSchema>
export type DispatchProgress = z.infer<typeof dispatchProgressSchema>
export type Progress = z.infer<typeof progressSchema>
export type AreaResult = z.infer<typeof areaResultSchema>
export type TargetResult = z.infer<typeof targetResultSchema>
export type PersonHistory = z.infer<typeof personHistorySchema>
export type AnnouncementEvent = z.infer<typeof eventSchema>
export type Preview = z.infer<typeof previewSchema>
export type AudienceCount = z.infer<typeof audienceCountSchema>
export type OperatorItem = z.infer<typeof operatorItemSchema>
export type Station = z.infer<typeof stationSchema>
export type VendorMove = z.infer<typeof vendorMoveSchema>
export type Vendor = z.infer<typeof vendorSchema>
export type ChannelVendors = z.infer<typeof channelVendorsSchema>
export type ImportReport = z.infer<typeof importReportSchema>
export type ImportJob = z.infer<typeof importJobSchema>
export type Problem = z.infer<typeof problemSchema>
