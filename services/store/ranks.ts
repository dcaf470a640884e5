import { recordedRank } from '../domain/delivery.ts'

/** How firm the recorded state in a column is, as SQL. */
export function rankOf(column: string): string {
  const cases = Object.entries(recordedRank).map(([state, rank]) => `when '${state}' then ${rank}`)
  return `case ${column} ${cases.join(' ')} end`
}
