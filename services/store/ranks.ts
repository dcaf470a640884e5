import { recordedRank } from '../domain/delivery.ts'

/** How firm the recorded state in a column is, as SQL. */
export function rankOf(column: string): string {
  const cases = Object.entries(recordedRank).map(([state, rank]) => `when '${state}' then ${rank}`)
  return `case ${column} ${cases.join(' ')} end`
}

/**
 * True when outcome `o` is the firmest of its target in its dispatch, and so the target's state, as SQL. Whoever asks about a
 * state asks this too: a message that was taken over and then came back is not accepted. Index: outcomes_target.
 */
export const isFirmest = `not exists (
  select 1 from outcomes f where f.dispatch_id = o.dispatch_id and f.target_id = o.target_id and f.rank > o.rank)`
