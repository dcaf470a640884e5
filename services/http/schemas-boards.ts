import { z } from 'zod'
import { announcementStates } from '../domain/announcement.ts'
import { boardKinds, boardSettingsSchema, showingModes } from '../domain/board.ts'
import { takeovers } from '../domain/board-content.ts'
import { boardStates, manifestStandings, tileStates } from '../domain/board-state.ts'
import { boardAlertKinds } from '../places/boards/list.ts'
import { boardPatchSchema, mostBoards } from '../places/boards/settings.ts'

/** Shapes of the console's resources about public boards. */
const id = z.string().min(1).max(64)
const when = z.string()
const int = z.number().int()
const boardId = z.string().regex(/^\d{1,18}$/)
const areaCode = z.string().regex(/^\d{2}(\d{3})?$/, 'Mã địa bàn gồm 2 chữ số (tỉnh) hoặc 5 chữ số (xã).')

export const boardParams = z.object({ id: boardId })

export const boardListQuery = z.object({
  area: areaCode.optional(),
  state: z.enum(boardStates).optional(),
  group: z.string().max(60).optional(),
  kind: z.enum(boardKinds).optional(),
  text: z.string().max(200).optional(),
  alerts: z
    .enum(['0', '1'])
    .transform(flag => flag === '1')
    .optional(),
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})

/** What a board said of itself last; `at` is when it said so. */
const reportSchema = z.object({
  at: when.nullable(),
  mode: z.enum(showingModes).nullable(),
  visible: z.boolean().nullable(),
  /** Null when nothing is shown, and when its announcement is not known here. */
  title: z.string().nullable(),
  announcementId: id.nullable(),
  /** The page without a script: the server handed it over; what is on the screen nobody reports. */
  handedOnly: z.boolean(),
  page: int.nullable(),
  pages: int.nullable(),
  since: when.nullable(),
  player: z.string().nullable(),
  screen: z.string().nullable(),
  clockSkewMs: z.number().nullable(),
  storage: z.object({ usedBytes: z.number(), quotaBytes: z.number() }).nullable(),
  offlineReady: z.boolean().nullable(),
  problems: z.array(z.string()),
})

export const boardSchema = z.object({
  id,
  name: z.string(),
  kind: z.enum(boardKinds),
  group: z.string(),
  areaCode: z.string(),
  areaName: z.string(),
  provinceName: z.string(),
  state: z.enum(boardStates),
  withinHours: z.boolean(),
  lastSeenAt: when.nullable(),
  pairedAt: when.nullable(),
  retiredAt: when.nullable(),
  onlineOnly: z.boolean(),
  settings: boardSettingsSchema,
  report: reportSchema.nullable(),
  /** How what it reports stands to what it should have; null where there is no manifest (paper, out of use). */
  manifest: z.object({ standing: z.enum(manifestStandings), changedAt: when.nullable() }).nullable(),
  alerts: z.array(z.object({ kind: z.enum(boardAlertKinds), beganAt: when })),
})

export const boardPageSchema = z.object({ items: z.array(boardSchema), nextCursor: z.string().nullable() })

const counts = Object.fromEntries(boardStates.map(state => [state, int])) as Record<
  (typeof boardStates)[number],
  z.ZodNumber
>

export const boardSummarySchema = z.object({
  byState: z.object(counts),
  boards: int,
  paired: int,
  resting: int,
  openAlerts: int,
  tiles: z.array(
    z.object({
      areaCode: z.string(),
      areaName: z.string(),
      provinceCode: z.string(),
      provinceName: z.string(),
      boards: int,
      worst: z.enum(tileStates),
      counts: z.object(counts).partial(),
    }),
  ),
  groups: z.array(z.string()),
})

export const boardAlertSchema = z.object({
  id,
  boardId: id,
  boardName: z.string(),
  areaCode: z.string(),
  areaName: z.string(),
  kind: z.enum(boardAlertKinds),
  beganAt: when,
  endedAt: when.nullable(),
  toldAt: when.nullable(),
  detail: z.record(z.string(), z.unknown()),
})

export const boardDetailSchema = boardSchema.extend({
  keeperEmail: z.string().nullable(),
  sessions: z.array(
    z.object({
      kind: z.enum(['player', 'plain']),
      createdAt: when,
      refreshedAt: when,
      expiresAt: when,
      revokedAt: when.nullable(),
      revokedWhy: z.string().nullable(),
    }),
  ),
  alertHistory: z.array(boardAlertSchema),
  /** Of the last seven days, what was on screen last first. "Displayed on the board" is not "seen". */
  displays: z.array(
    z.object({
      announcementId: id,
      title: z.string(),
      revision: int,
      firstAt: when,
      lastAt: when,
      shownMs: z.number(),
      hiddenMs: z.number(),
      times: int,
      complete: z.boolean(),
      hours: z.array(z.object({ hour: when, shownMs: z.number() })),
    }),
  ),
})

const ids = z.array(boardId).min(1).max(mostBoards)
const change = z.object({ ids, patch: boardPatchSchema })
/** One change, or several at once, as an undo needs them. */
export const boardSettingsBody = z.union([change, z.object({ changes: z.array(change).min(1).max(mostBoards) })])
export const boardSettingsAnswer = z.object({
  changed: int,
  /** What they had before; given back as `changes`, it undoes this. */
  former: z.array(z.object({ ids: z.array(id), patch: z.record(z.string(), z.unknown()) })),
})

export const boardReachBody = z.object({ areas: z.array(areaCode).min(1).max(5_000) })
export const boardReachSchema = z.object({
  communes: int,
  boards: int,
  byState: z.object(counts),
  byKind: z.object({ screen: int, led: int, paper: int }),
  without: z.array(z.object({ code: z.string(), name: z.string() })),
  withoutCount: int,
})

/** An emergency that is on boards, or waits for its approval. */
export const boardEmergencySchema = z.object({
  id,
  title: z.string(),
  state: z.enum(announcementStates),
  areas: z.array(z.string()),
  takeover: z.enum(takeovers),
  /** A start still to come; it is on no board before. */
  scheduleAt: when.nullable(),
  /** Null: until somebody takes it off. */
  expiresAt: when.nullable(),
  authorName: z.string(),
  approvedByName: z.string().nullable(),
  /** Actions the asking person may take now. */
  allowedActions: z.array(z.string()),
})

export type BoardEmergency = z.infer<typeof boardEmergencySchema>
export type Board = z.infer<typeof boardSchema>
export type BoardPage = z.infer<typeof boardPageSchema>
export type BoardSummary = z.infer<typeof boardSummarySchema>
export type BoardAlert = z.infer<typeof boardAlertSchema>
export type BoardDetail = z.infer<typeof boardDetailSchema>
export type BoardDisplay = BoardDetail['displays'][number]
export type BoardTile = BoardSummary['tiles'][number]
export type BoardPatch = z.infer<typeof boardPatchSchema>
export type BoardChange = z.infer<typeof change>
export type BoardSettingsAnswer = z.infer<typeof boardSettingsAnswer>
export type BoardReach = z.infer<typeof boardReachSchema>
