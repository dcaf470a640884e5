import { z } from 'zod'
import { announcementContentSchema } from '../domain/announcement.ts'
import { boardSettingsSchema } from '../domain/board.ts'

const size = boardSettingsSchema.shape.led.unwrap().unwrap()

export const ledPreviewRequestSchema = size.extend({ content: announcementContentSchema })

/** What a strip of this size would show, page by page. */
export const ledPreviewSchema = z.object({
  /** Why there are no pages: the strip is too small. Null when there are. */
  warning: z.object({ vi: z.string(), en: z.string() }).nullable(),
  pages: z.array(
    z.object({
      /** PNG of one bit per lamp, as a data address. */
      image: z.string(),
      /** How long the page stays. */
      dwellMs: z.number().int(),
      text: z.string(),
    }),
  ),
})
export type LedPreview = z.infer<typeof ledPreviewSchema>
