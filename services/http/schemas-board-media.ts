import { z } from 'zod'
import { boardMediaSchema, captionSchema } from '../domain/board-content.ts'
import type { Problem } from './schemas.ts'

const sentence = z.object({ vi: z.string(), en: z.string() })

/** An uploaded picture, page or video for boards: what it was, what was made of it, and where to look at it. */
export const boardUploadSchema = z.object({
  /** Goes into `variants.board.media` as it is; only `caption` and, of a video, `cues` are to be filled in. */
  media: boardMediaSchema,
  original: z.object({
    name: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    /** By its bytes: JPEG, PNG, PDF, MP4... */
    format: z.string(),
    /** Pixels; points for a PDF. */
    width: z.number(),
    height: z.number(),
    durationSeconds: z.number().nullable(),
    /** Which page of a PDF this is, and how many it has. */
    page: z.number().nullable(),
    pages: z.number().nullable(),
  }),
  /** What was done to it, for people. */
  done: z.array(sentence),
  warnings: z.array(sentence),
  uploadedByName: z.string(),
  uploadedAt: z.string(),
  /** Signed addresses below this server, good for an hour. */
  url: z.string(),
  posterUrl: z.string().nullable(),
})
export type BoardUpload = z.infer<typeof boardUploadSchema>

/** Pictures of the pages of a PDF, for choosing one. */
export const pdfPagesSchema = z.object({
  pages: z.number().int(),
  /** Page of the first picture. */
  first: z.number().int(),
  /** `data:` addresses of small JPEG pictures. */
  pictures: z.array(z.string()),
})
export type PdfPages = z.infer<typeof pdfPagesSchema>

/** Captions brought into order. */
export const captionsReadSchema = z.object({ cues: z.array(captionSchema), warnings: z.array(sentence) })

/** A line of the answer to an upload that asked for `application/x-ndjson`; the last one is `upload` or `problem`. */
export type UploadLine = { progress: number } | { upload: BoardUpload } | { problem: Problem }
