import type { OperatorItem } from '../../../../http/schemas.ts'
import { dayOf } from './format.ts'

/** What an operator should do with an item. Withdrawn outranks everything: it must not be aired. */
export type ItemState = 'withdrawn' | 'aired' | 'expired' | 'to-air'

/** The state of one item at `now`. */
export function itemState(item: OperatorItem, now: Date): ItemState {
  if (item.withdrawnAt !== null) return 'withdrawn'
  if (item.airedAt !== null) return 'aired'
  if (item.expiresAt !== null && new Date(item.expiresAt) <= now) return 'expired'
  return 'to-air'
}

const weight = { emergency: 0, priority: 1, routine: 2 } as const

/**
 * Items of today and of earlier days (by the time they were put on the shelf, in Viet Nam). An item that still waits
 * to be aired belongs to today whatever its age. Within a group: to air first, then by priority, then the newest.
 */
export function groupItems(items: OperatorItem[], now: Date): { today: OperatorItem[]; earlier: OperatorItem[] } {
  const order = (item: OperatorItem) => (itemState(item, now) === 'to-air' ? 0 : 1)
  const sorted = [...items].sort(
    (a, b) =>
      order(a) - order(b) ||
      (order(a) === 0 ? weight[a.priority] - weight[b.priority] : 0) ||
      b.putAt.localeCompare(a.putAt),
  )
  const isToday = (item: OperatorItem) => order(item) === 0 || dayOf(item.putAt) === dayOf(now)
  return { today: sorted.filter(isToday), earlier: sorted.filter(item => !isToday(item)) }
}
