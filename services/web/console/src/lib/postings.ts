import type { Posting, Postings } from '../../../../http/schemas-postings.ts'
import type { postingWords } from '../i18n/postings.ts'
import { formatNear } from './format.ts'

type Words = (typeof postingWords)['vi']

/** What became of the mails to a board's keeper; that there is nobody to write to, where it matters. */
export function reminderWords(
  w: Words,
  item: Pick<Posting, 'reminders' | 'hasKeeper' | 'standing'>,
  now: Date,
): string[] {
  const lines = item.reminders.map(({ kind, at, result }) => {
    if (result === 'accepted') return w.reminded[kind](formatNear(at, now))
    // One that is being sent is uncertain until its answer is there, and for ever if the process died with it.
    if (!result.startsWith('rejected')) return w.unsureReminded
    return w.notReminded(result.replace(/^rejected: /, ''))
  })
  const up = item.standing === 'posted' || item.standing === 'to-remove'
  return !item.hasKeeper && up ? [...lines, w.noKeeper] : [...new Set(lines)]
}

/** The standings that occur, with their numbers, in the order of work. */
export function standingCounts(counts: Postings['counts']): [key: keyof Words['counts'], n: number][] {
  const keys = ['toRemove', 'toPost', 'posted', 'notPosted', 'removed'] as const
  return keys.map(key => [key, counts[key]] as [keyof Words['counts'], number]).filter(([, n]) => n > 0)
}
