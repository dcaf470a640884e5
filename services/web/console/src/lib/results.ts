import type { DeliveryCounts, DeliveryState } from '../../../../domain/delivery.ts'
import type { AreaResult } from '../../../../http/schemas.ts'
import { sumCounts } from './equation.ts'
import { matches } from './fold.ts'

/** One commune with the sum of the chosen channels. */
export interface AreaRow {
  areaCode: string
  areaName: string
  counts: DeliveryCounts
  /** Taken over or confirmed, as a share of the total between 0 and 1. */
  reached: number
}

export type SortKey = 'areaName' | 'reached' | 'audience' | DeliveryState

/** The rounds that there are, for one channel or for any when `channel` is empty. The first one is always there. */
export function roundsOf(results: readonly { channel: string; round: number }[], channel: string): number[] {
  const rounds = results.filter(r => channel === '' || r.channel === channel).map(r => r.round)
  return [...new Set([1, ...rounds])].sort((a, b) => a - b)
}

/**
 * Communes with their results in one round, for one channel or for all of them when `channel` is empty. Rounds are never
 * added together: whoever is in a second round was in the first one too.
 */
export function areaRows(results: AreaResult[], channel: string, round: number): AreaRow[] {
  const byArea = new Map<string, AreaResult[]>()
  for (const result of results) {
    if (result.round !== round || (channel !== '' && result.channel !== channel)) continue
    byArea.set(result.areaCode, [...(byArea.get(result.areaCode) ?? []), result])
  }
  return [...byArea].map(([areaCode, list]) => {
    const counts = sumCounts(list.map(one => one.counts))
    const reached = counts.audience === 0 ? 0 : (counts.accepted + counts.confirmed) / counts.audience
    return { areaCode, areaName: list[0]?.areaName ?? areaCode, counts, reached }
  })
}

/** Rows whose name fits the search, in the asked order; equal values are ordered by name. */
export function arrangeRows(rows: AreaRow[], search: string, key: SortKey, descending: boolean): AreaRow[] {
  const value = (row: AreaRow): number => (key === 'reached' ? row.reached : key === 'areaName' ? 0 : row.counts[key])
  const byName = (a: AreaRow, b: AreaRow) => a.areaName.localeCompare(b.areaName, 'vi')
  const sign = descending ? -1 : 1
  return rows
    .filter(row => matches(row.areaName, search))
    .sort((a, b) => (key === 'areaName' ? sign * byName(a, b) : sign * (value(a) - value(b)) || byName(a, b)))
}
