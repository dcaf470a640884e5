import { z } from 'zod'
import { scriptReadingSchema } from '../domain/reading.ts'
import { entryKinds } from '../text/speech/entry.ts'

/** The shapes of the pronunciation dictionary, for the routes and (as types) for the console. */
const sentence = z.object({ vi: z.string(), en: z.string() })
const areaCode = z.string().regex(/^\d{2}(\d{3})?$/)

/** What an officer writes of an entry. Lengths and letters are checked by text/speech/entry.ts, with clear sentences. */
export const pronunciationInputSchema = z.object({
  /** null: the whole instance; a province or a commune otherwise. */
  areaCode: areaCode.nullable(),
  kind: z.enum(entryKinds),
  written: z.string().max(2_000),
  spoken: z.string().max(2_000),
  caseSensitive: z.boolean().default(false),
  note: z.string().max(2_000).default(''),
})

const entryStateSchema = pronunciationInputSchema.required()

export const pronunciationSchema = entryStateSchema.extend({
  id: z.string(),
  areaName: z.string().nullable(),
  revision: z.number().int(),
  updatedAt: z.string(),
  updatedBy: z.string(),
  removed: z.boolean(),
})

export const pronunciationPageSchema = z.object({
  items: z.array(pronunciationSchema),
  nextCursor: z.string().nullable(),
  /** Entries that fit the filter. */
  total: z.number().int(),
})

export const pronunciationChangeSchema = z.object({
  at: z.string(),
  actorName: z.string(),
  action: z.enum(['create', 'update', 'remove', 'restore', 'import']),
  before: entryStateSchema.nullable(),
  after: entryStateSchema.nullable(),
})

export const pronunciationImportSchema = z.object({
  dryRun: z.boolean(),
  rows: z.number().int(),
  added: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  rejectedCount: z.number().int(),
  /** The first 200. */
  rejected: z.array(z.object({ row: z.number().int(), reason: sentence })),
})

/** Longest text that is tried out, characters: two minutes of speech. */
export const trialCharacters = 2_000

export const pronunciationTrialSchema = z.object({
  text: z.string().trim().min(1).max(trialCharacters),
  /** As the areas of an audience: who would hear it. */
  areas: z.array(areaCode).max(5_000).default([]),
  /** Tried out as if it were saved; `id`: the entry that it would replace. */
  entry: pronunciationInputSchema.extend({ id: z.string().optional() }).optional(),
  audio: z.boolean().default(false),
})

export const pronunciationTrialResultSchema = z.object({
  reading: scriptReadingSchema,
  /** Signed, for an hour; null unless asked for. */
  audioUrl: z.string().nullable(),
})

export type PronunciationInput = z.input<typeof pronunciationInputSchema>
export type Pronunciation = z.infer<typeof pronunciationSchema>
export type PronunciationPage = z.infer<typeof pronunciationPageSchema>
export type PronunciationChange = z.infer<typeof pronunciationChangeSchema>
export type PronunciationImport = z.infer<typeof pronunciationImportSchema>
/** As it is sent; the server works with the parsed one. */
export type PronunciationTrial = z.input<typeof pronunciationTrialSchema>
export type ParsedTrial = z.infer<typeof pronunciationTrialSchema>
export type PronunciationTrialResult = z.infer<typeof pronunciationTrialResultSchema>
