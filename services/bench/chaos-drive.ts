import { setTimeout as delay } from 'node:timers/promises'
import type { DeliveryCounts } from '../domain/delivery.ts'
import type { Db } from '../store/db.ts'
import { countsOfDispatches } from '../store/progress.ts'
import type { Trouble } from './chaos-plan.ts'
import type { World } from './chaos-world.ts'
import { round, timed } from './report.ts'

export interface DriveOptions {
  recipients: number
  postgresStoppedMs: number
  leaseSeconds: number
  sweepSeconds: number
  onStep: (step: string) => void
  onProgress: (fraction: number) => void
}

export interface ChaosTroubles {
  kills: number
  /** Kills after which a window of targets stayed open for ever: they did hit work in flight. */
  killsInFlight: number
  killsWhileDatabaseAway: number
  redisEmptied: number
  postgresStoppedSeconds: number
  /** From the approval to the end of the dispatch. */
  seconds: number
  completedByItself: boolean
}

const pollMs = 50
/** The figures must not have moved for so long before they are compared: late receipts are still coming in. */
const restMs = 4_000

/** A flush that was under way when somebody looked. */
interface OpenWindow {
  chunkId: string
  doneTo: number
}

/**
 * Watches the dispatch, lets each trouble happen when its time has come, and waits for the end. Nobody helps: nothing
 * is resent, resumed or rung for.
 */
export async function driveToEnd(
  world: World,
  announcementId: string,
  troubles: Trouble[],
  options: DriveOptions,
): Promise<ChaosTroubles> {
  const { db } = world
  const done = { kills: 0, killsWhileDatabaseAway: 0, redisEmptied: 0, postgresStoppedSeconds: 0 }
  const windows: OpenWindow[][] = []
  const kill = async (worker: number, deadMs: number) => {
    await world.killWorker(worker, deadMs)
    done.kills += 1
  }
  const happen = async (trouble: Trouble) => {
    await delay(trouble.afterMs)
    options.onStep(`${trouble.kind} at ${Math.round(trouble.atFraction * 100)} %`)
    if (trouble.kind === 'kill') {
      await kill(trouble.worker, trouble.deadMs)
      windows.push(await openWindows(db))
    } else if (trouble.kind === 'empty-redis') {
      await world.emptyRedis()
      done.redisEmptied += 1
    } else {
      const away = performance.now()
      await world.stopPostgres()
      if (trouble.killAfterMs !== undefined) {
        await delay(trouble.killAfterMs)
        await kill(trouble.worker, trouble.deadMs)
        done.killsWhileDatabaseAway += 1
      }
      await delay(options.postgresStoppedMs - (performance.now() - away))
      await world.startPostgres()
      done.postgresStoppedSeconds = Math.round((performance.now() - away) / 100) / 10
      if (trouble.killAfterMs !== undefined) windows.push(await openWindows(db))
    }
  }
  const { seconds, result: settled } = await timed(() => watch(db, announcementId, options, troubles, happen))
  options.onStep('late receipts')
  const completedByItself = settled && (await comesToRest(db, announcementId, options.recipients))
  return { ...done, seconds: round(seconds), killsInFlight: await countHits(db, windows), completedByItself }
}

/** @returns false when it took longer than anybody should have to wait */
async function watch(
  db: Db,
  announcementId: string,
  options: DriveOptions,
  troubles: Trouble[],
  happen: (trouble: Trouble) => Promise<void>,
): Promise<boolean> {
  const waiting = [...troubles]
  const patienceMs = 60_000 + options.recipients * 15 + (options.leaseSeconds + options.sweepSeconds) * 4_000
  const end = performance.now() + patienceMs
  while (performance.now() < end) {
    const { counts, settled } = await stand(db, announcementId)
    const fraction = counts.audience === 0 ? 0 : 1 - (counts.waiting + counts.sending) / counts.audience
    options.onProgress(fraction)
    const next = waiting[0]
    if (next !== undefined && counts.audience > 0 && fraction >= next.atFraction && !settled) {
      waiting.shift()
      await happen(next)
      continue
    }
    if (settled) return true
    await delay(pollMs)
  }
  return false
}

async function stand(db: Db, announcementId: string): Promise<{ counts: DeliveryCounts; settled: boolean }> {
  const { rows } = await db.query(
    `select d.id, d.settled_at is not null and a.state = 'completed' as settled
     from dispatches d join announcements a on a.id = d.announcement_id where a.id = $1`,
    [announcementId],
  )
  const { id, settled } = rows[0]
  return { counts: (await countsOfDispatches(db, [id])).get(id) as DeliveryCounts, settled }
}

/** Receipts come in more slowly than messages go out: two for each, and each is stored before it is answered. */
async function comesToRest(db: Db, announcementId: string, recipients: number): Promise<boolean> {
  let last = ''
  let since = performance.now()
  const end = since + 120_000 + recipients * 15
  while (performance.now() < end) {
    const { counts } = await stand(db, announcementId)
    const now = JSON.stringify(counts)
    if (now !== last) since = performance.now()
    else if (performance.now() - since > restMs) return true
    last = now
    await delay(pollMs * 4)
  }
  return false
}

async function openWindows(db: Db): Promise<OpenWindow[]> {
  const { rows } = await db.query(
    `select id as "chunkId", done_to as "doneTo" from chunks where up_to > done_to and closed_at is null`,
  )
  return rows
}

/**
 * A window that was open at a kill and whose first target was later recorded as interrupted belonged to the killed
 * worker. It counts for the first kill that saw it.
 */
async function countHits(db: Db, kills: OpenWindow[][]): Promise<number> {
  const seen = new Set<string>()
  let hits = 0
  for (const windows of kills) {
    const { rows } = await db.query(
      `select w.chunk_id || ':' || w.done_to as name
       from unnest($1::bigint[], $2::int[]) as w (chunk_id, done_to)
       join chunks c on c.id = w.chunk_id
       where exists (
         select 1 from outcomes o
         where o.dispatch_id = c.dispatch_id and o.target_id = c.target_ids[w.done_to + 1] and o.chunk_id = c.id
           and o.state = 'unknown' and o.code = 'interrupted'
       )`,
      [windows.map(w => w.chunkId), windows.map(w => w.doneTo)],
    )
    const fresh = rows.map(r => r.name as string).filter(name => !seen.has(name))
    for (const name of fresh) seen.add(name)
    if (fresh.length > 0) hits += 1
  }
  return hits
}
