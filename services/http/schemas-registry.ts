import { z } from 'zod'
import { roles } from '../domain/accounts.ts'
import { boardKinds, boardSettingsSchema } from '../domain/board.ts'
import { stationKinds } from '../domain/places.ts'

/*
 * Shapes of what administrators keep: lists of areas, stations and boards, accounts, and how far a new instance is.
 */
const id = z.string().min(1).max(64)
const when = z.string()
const sentence = z.object({ vi: z.string(), en: z.string() })
const int = z.number().int()
const areaCode = z.string().regex(/^\d{2}(\d{3})?$/)

const listReport = z.object({
  id: z.string(),
  dryRun: z.boolean(),
  rows: int,
  added: int,
  updated: int,
  unchanged: int,
  rejectedCount: int,
  rejected: z.array(z.object({ row: int, reason: sentence })),
  ignoredColumns: z.array(z.string()),
})
export const placeReportSchema = listReport
export const areaReportSchema = listReport.extend({
  /** New names; the old ones stay as aliases. The first 200. */
  renamed: z.array(z.object({ code: z.string(), from: z.string(), to: z.string() })),
  renamedCount: int,
  /** Units that had ended and that the file names as present again. */
  reopened: int,
  /** Units of the provinces in the file that it does not name. The first 200. */
  missing: z.array(z.object({ code: z.string(), name: z.string() })),
  missingCount: int,
  /** What belongs to missing communes. */
  missingHold: z.object({ citizens: int, stations: int, boards: int }),
  retired: int,
  /** Nothing was ended although it was asked, because rows were refused. */
  retireHeld: z.boolean(),
})

/** What a board is; `led` are the pixels of an LED strip. */
const boardFacts = z.object({
  kind: z.enum(boardKinds),
  keeperEmail: z.string().max(254).nullable(),
  led: boardSettingsSchema.shape.led.unwrap(),
})

export const managedPlaceSchema = z.object({
  id,
  name: z.string(),
  areaCode: z.string(),
  areaName: z.string(),
  /** Null for boards. */
  operatorEmail: z.string().nullable(),
  kind: z.enum(stationKinds).nullable(),
  /** Null for stations. */
  board: boardFacts.nullable(),
  /** Former names: a list with one of them still finds the place. */
  aliases: z.array(z.string()),
  retiredAt: when.nullable(),
})
export const placeInputSchema = z.object({
  areaCode: z.string().regex(/^\d{5}$/),
  name: z.string().min(1).max(400),
  operatorEmail: z.string().max(254).nullish(),
  kind: z.enum(stationKinds).nullish(),
  /** Of a board; without it a new board is a screen, and an old one stays what it is. */
  board: boardFacts.nullish(),
})

export const provinceSummarySchema = z.object({
  code: z.string(),
  name: z.string(),
  communes: int,
  /** Communes that were merged away and keep their row. */
  ended: int,
  stations: int,
  boards: int,
  citizens: int,
  /** Present communes without a station in use, without a board in use. */
  withoutStation: int,
  withoutBoard: int,
})

export const accountSchema = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  areas: z.array(z.string()),
  createdAt: when,
  lastSignInAt: when.nullable(),
  disabledAt: when.nullable(),
})
export const accountInputSchema = z.object({
  email: z.string().trim().min(3).max(254),
  name: z.string().trim().min(1).max(200),
  role: z.enum(roles),
  areas: z.array(areaCode).max(500).default([]),
})
export const accountChangeSchema = accountInputSchema.omit({ email: true })
/** The password is in no other answer, ever. */
export const accountPasswordSchema = z.object({ account: accountSchema, password: z.string() })
export const accountEventSchema = z.object({
  at: when,
  kind: z.enum(['created', 'password-set', 'changed', 'disabled', 'enabled']),
  actorName: z.string().nullable(),
  accountName: z.string().nullable(),
  accountEmail: z.string().nullable(),
})

/** How far a new instance is: what there is of each thing it needs. */
export const setupSchema = z.object({
  communes: int,
  /** Accounts in use. */
  officers: int,
  approvers: int,
  operators: int,
  stations: int,
  boards: int,
  /** Boards that want pairing, and those that are paired. */
  screens: int,
  paired: int,
  citizens: int,
  /** Announcements that were approved. */
  approved: int,
  /** Without areas, somebody who writes, somebody who approves, and a place to send to, nothing can be announced. */
  ready: z.boolean(),
  /** What a usual instance has is there, stations and boards, or it has announced something without. */
  complete: z.boolean(),
})

export type PlaceReport = z.infer<typeof placeReportSchema>
export type AreaReport = z.infer<typeof areaReportSchema>
export type ManagedPlace = z.infer<typeof managedPlaceSchema>
export type PlaceInput = z.infer<typeof placeInputSchema>
export type ProvinceSummary = z.infer<typeof provinceSummarySchema>
export type Account = z.infer<typeof accountSchema>
export type AccountInput = z.infer<typeof accountInputSchema>
export type AccountChange = z.infer<typeof accountChangeSchema>
export type AccountPassword = z.infer<typeof accountPasswordSchema>
export type AccountEvent = z.infer<typeof accountEventSchema>
export type Setup = z.infer<typeof setupSchema>
