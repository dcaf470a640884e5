import { z } from 'zod'
import { priorities } from '../domain/announcement.ts'
import { postingReminders, postingStandings } from '../domain/posting.ts'

/*
 * Shapes of what is known of notices on paper boards.
 */
const when = z.string()
const int = z.number().int()

export const postingSchema = z.object({
  dispatchId: z.string(),
  boardId: z.string(),
  boardName: z.string(),
  areaCode: z.string(),
  communeName: z.string(),
  announcementId: z.string(),
  title: z.string(),
  priority: z.enum(priorities),
  revision: int,
  standing: z.enum(postingStandings),
  /** Why it may not hang any longer; null while it is to hang. */
  end: z.enum(['withdrawn', 'superseded', 'expired']).nullable(),
  issuedAt: when,
  removeBy: when,
  postedAt: when.nullable(),
  /** As it was typed at the board. */
  postedBy: z.string().nullable(),
  /** Address of the photo, for signed-in people. */
  photoUrl: z.string().nullable(),
  removedAt: when.nullable(),
  removedBy: z.string().nullable(),
  removedPhotoUrl: z.string().nullable(),
  note: z.string(),
  /** Photos that came, replaced ones too. */
  photos: int,
  /** True when the board has somebody who is written to. */
  hasKeeper: z.boolean(),
  reminders: z.array(z.object({ kind: z.enum(postingReminders), at: when, result: z.string() })),
  /** The page that the slip's code leads to. */
  pageUrl: z.string(),
})
export type Posting = z.infer<typeof postingSchema>

export const postingsSchema = z.object({
  counts: z.object({ total: int, toPost: int, posted: int, toRemove: int, removed: int, notPosted: int }),
  items: z.array(postingSchema),
  /** So many are due beyond those listed and counted here. */
  more: int,
})
export type Postings = z.infer<typeof postingsSchema>
