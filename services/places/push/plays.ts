import { type AsRunNews, appendAsRun } from '../../store/as-run.ts'
import { transaction } from '../../store/db.ts'
import { readFileSlice } from '../../store/files.ts'
import { detailsOf } from '../as-run-detail.ts'
import type { StationContext } from '../station-context.ts'
import type { Begun, DuePlay } from './due.ts'

/** A station that Loa itself plays to, in one way. */
export interface PlayTarget {
  stationId: string
  kind: 'icecast' | 'axis'
}

/** What was begun to be played to the station in the last days. Served by the primary key. */
export async function begunPlays(ctx: StationContext, { stationId, kind }: PlayTarget): Promise<Begun> {
  const { rows } = await ctx.db.query<{ ref: string; beganAt: Date; ended: boolean }>(
    `select ref, began_at as "beganAt", ended_at is not null as ended from push_plays
     where station_id = $1 and kind = $2 and began_at > $3::timestamptz - interval '40 days'`,
    [stationId, kind, ctx.now()],
  )
  return new Map(rows.map(({ ref, ...rest }) => [ref, rest]))
}

/**
 * Takes a play upon itself and says so in the as-run log, in one transaction.
 * @param withdrawn what is left out of it, so that the log does not name it
 * @returns false when it was begun before, by whomever: then it must not be played
 */
export async function beginPlay(
  ctx: StationContext,
  target: PlayTarget,
  play: DuePlay,
  withdrawn: string[],
): Promise<boolean> {
  const now = ctx.now()
  return await transaction(ctx.db, async sql => {
    const { rowCount } = await sql.query(
      `insert into push_plays (station_id, kind, ref, began_at) values ($1, $2, $3, $4) on conflict do nothing`,
      [target.stationId, target.kind, play.ref, now],
    )
    if (rowCount === 0) return false
    const dispatches = play.emergency
      ? [play.emergency.dispatchId]
      : [...new Set((play.slot?.parts ?? []).map(p => p.dispatchId))].filter(id => !withdrawn.includes(id))
    const slotId = play.slot?.slotId ?? null
    const details = await detailsOf(
      sql,
      dispatches.map(dispatchId => ({ dispatchId, slotId })),
    )
    const items = dispatches.map(dispatch => ({ dispatch, ...details.get(`${dispatch} ${slotId ?? ''}`) }))
    const body = { ...about(target, play), sha256: play.file.sha256, items }
    await appendAsRun(sql, target.stationId, [{ at: now, kind: 'push.started', body }])
    return true
  })
}

/** How a play came to its end: `accepted` where a device only says that it took the clip. */
export type PlayOutcome = 'ended' | 'accepted' | 'interrupted' | 'failed'

/** Notes the end of a play. */
export async function endPlay(
  ctx: StationContext,
  target: PlayTarget,
  play: DuePlay,
  outcome: PlayOutcome,
  more: { reason?: string; positionMs?: number } = {},
): Promise<void> {
  const now = ctx.now()
  await transaction(ctx.db, async sql => {
    await sql.query(
      'update push_plays set ended_at = $4, outcome = $5 where station_id = $1 and kind = $2 and ref = $3',
      [target.stationId, target.kind, play.ref, now, outcome],
    )
    const news: AsRunNews = { at: now, kind: `push.${outcome}`, body: { ...about(target, play), ...more } }
    await appendAsRun(sql, target.stationId, [news])
  })
}

/**
 * A play that came to nothing, so that it is owed still: the log says that it failed, and it may be begun again as long as it
 * is due.
 */
export async function takeBackPlay(
  ctx: StationContext,
  target: PlayTarget,
  play: DuePlay,
  reason: string,
): Promise<void> {
  await transaction(ctx.db, async sql => {
    await sql.query('delete from push_plays where station_id = $1 and kind = $2 and ref = $3', [
      target.stationId,
      target.kind,
      play.ref,
    ])
    const body = { ...about(target, play), reason }
    await appendAsRun(sql, target.stationId, [{ at: ctx.now(), kind: 'push.failed', body }])
  })
}

/** An interrupted slot goes on: only the log hears of it, the play is the same. */
export async function resumePlay(
  ctx: StationContext,
  target: PlayTarget,
  play: DuePlay,
  positionMs: number,
): Promise<void> {
  const body = { ...about(target, play), positionMs }
  await transaction(ctx.db, sql => appendAsRun(sql, target.stationId, [{ at: ctx.now(), kind: 'push.resumed', body }]))
}

function about({ kind }: PlayTarget, { slot, emergency, play }: DuePlay): Record<string, unknown> {
  return { push: kind, slot: slot?.slotId, dispatch: emergency?.dispatchId, play }
}

const sliceBytes = 1_000_000

/** A file that is to be played, whole: at most some megabytes. */
export async function soundOf(ctx: StationContext, sha256: string): Promise<Buffer> {
  const slices: Buffer[] = []
  for (let at = 0; ; at += sliceBytes) {
    const slice = await readFileSlice(ctx.db, sha256, at, sliceBytes)
    if (!slice) throw new Error('the file of a play is not there')
    slices.push(slice)
    if (slice.length < sliceBytes) return Buffer.concat(slices)
  }
}
