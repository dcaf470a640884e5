import { repeatableRandom } from '../../config/demo/random.ts'

/** One thing that goes wrong, when the dispatch has come so far. */
export interface Trouble {
  kind: 'kill' | 'empty-redis' | 'stop-postgres'
  /** Share of the audience that is done when its time has come, 0 to 1. */
  atFraction: number
  /** A little later still, so that it hits any instant of a flush. */
  afterMs: number
  /** Index of the worker that is killed. For `stop-postgres`: of the one killed while the database is away. */
  worker: number
  /** How long a killed worker stays dead. */
  deadMs: number
  /** For `stop-postgres`: this long into the outage a worker is killed as well; undefined leaves them alive. */
  killAfterMs?: number
}

export interface PlanOptions {
  kills: number
  workers: number
  postgresStoppedMs: number
}

/**
 * Draws up what goes wrong and when. The same seed gives the same plan: kills are spread over the whole dispatch, one
 * in each equal stretch of it, Redis is emptied in its first half and PostgreSQL stopped in its second. With four kills
 * or more, one of them hits a worker while the database is away, when it may hold outcomes that are written nowhere.
 * @returns in the order in which they happen; exactly `kills` workers are killed
 */
export function planTroubles(seed: number, { kills, workers, postgresStoppedMs }: PlanOptions): Trouble[] {
  const random = repeatableRandom(seed)
  const within = (from: number, to: number) => from + random() * (to - from)
  const base = () => ({
    afterMs: Math.round(within(0, 400)),
    worker: Math.floor(random() * workers),
    deadMs: Math.round(within(0, 1_500)),
  })
  const inOutage = kills >= 4 ? 1 : 0
  const stretch = 0.9 / Math.max(kills - inOutage, 1)
  const troubles: Trouble[] = Array.from({ length: kills - inOutage }, (_, i) => ({
    kind: 'kill',
    atFraction: 0.04 + stretch * (i + random()),
    ...base(),
  }))
  troubles.push({ kind: 'empty-redis', atFraction: within(0.2, 0.45), ...base() })
  troubles.push({
    kind: 'stop-postgres',
    atFraction: within(0.5, 0.8),
    ...base(),
    ...(inOutage ? { killAfterMs: Math.round(within(0, postgresStoppedMs * 0.8)) } : {}),
  })
  return troubles.sort((a, b) => a.atFraction - b.atFraction)
}
