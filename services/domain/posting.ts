import type { AnnouncementState } from './announcement.ts'

/*
 * A notice on a paper board, from the slip to its removal. Nobody but a person knows what hangs there: `posted` means that
 * somebody said so and sent a photo, never that anybody read it.
 */

/** Why a notice may not hang any longer. */
export type PostingEnd = 'withdrawn' | 'superseded' | 'expired'

export const postingStandings = ['to-post', 'posted', 'to-remove', 'removed', 'not-posted'] as const
/** `not-posted`: it ended before anybody said that it hangs. It may hang all the same. */
export type PostingStanding = (typeof postingStandings)[number]

export interface PostingFacts {
  state: AnnouncementState
  dispatchCancelledAt: Date | null
  removeBy: Date
  postedAt: Date | null
  removedAt: Date | null
}

/** Why it is over at `now`; undefined while it is to hang. */
export function postingEnd(facts: PostingFacts, now: Date): PostingEnd | undefined {
  if (facts.state === 'superseded') return 'superseded'
  if (facts.state === 'cancelled' || facts.dispatchCancelledAt !== null) return 'withdrawn'
  return facts.state === 'expired' || facts.removeBy <= now ? 'expired' : undefined
}

/** Where it is on its way. */
export function postingStanding(facts: PostingFacts, now: Date): PostingStanding {
  if (facts.removedAt !== null) return 'removed'
  const over = postingEnd(facts, now) !== undefined
  if (facts.postedAt !== null) return over ? 'to-remove' : 'posted'
  return over ? 'not-posted' : 'to-post'
}

/** A blurred photo may be replaced for so long; then it is what the report rests on. */
export const photoReplaceMs = 15 * 60_000

/** Keepers are reminded of what ends within so long. */
export const soonMs = 24 * 3_600_000

export const postingReminders = ['soon', 'overdue', 'withdrawn'] as const
export type PostingReminder = (typeof postingReminders)[number]

/**
 * Which reminder is due for a board's keeper at `now`, by what is known; undefined: none. A withdrawn notice is taken down
 * at once, and those are told too who never said that they had posted it.
 */
export function reminderDue(facts: PostingFacts, now: Date): PostingReminder | undefined {
  if (facts.removedAt !== null) return undefined
  const end = postingEnd(facts, now)
  if (end === 'withdrawn' || end === 'superseded') return 'withdrawn'
  if (facts.postedAt === null) return undefined
  if (end === 'expired') return 'overdue'
  return facts.removeBy.getTime() - now.getTime() <= soonMs ? 'soon' : undefined
}
