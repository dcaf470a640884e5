import type { DeviceEvent } from '../domain/station.ts'
import type { Sql } from '../store/db.ts'

/** What the as-run log says of something that began to play, so that it can be read without the database. */
export interface StartedDetail {
  announcement: string
  revision: number
  title: string
  priority: string
  /** What the approver signed. */
  approvedHash: string | null
  draftedBy: string
  approvedBy: string | null
  /** The sound: hash, loudness and true peak as they were measured; null where it is not known. */
  file: { sha256: string | null; lufs: number | null; dbtp: number | null }
  voice: string | null
}

/** One detail per event in the same order; nothing for events that begin nothing. Served by primary keys. */
export async function whatWasStarted(sql: Sql, events: DeviceEvent[]): Promise<(StartedDetail | undefined)[]> {
  const started = events.filter(e => e.kind === 'started' && e.dispatchId)
  if (started.length === 0) return events.map(() => undefined)
  const details = await detailsOf(
    sql,
    started.map(e => ({ dispatchId: e.dispatchId ?? '', slotId: e.slotId ?? null })),
  )
  return events.map(e => (e.kind === 'started' ? details.get(`${e.dispatchId} ${e.slotId ?? ''}`) : undefined))
}

/** The detail of each dispatch, with the slot's file where it was part of one. Keys: `<dispatch> <slot or nothing>`. */
export async function detailsOf(
  sql: Sql,
  started: { dispatchId: string; slotId: string | null }[],
): Promise<Map<string, StartedDetail>> {
  const { rows } = await sql.query(
    `select distinct x.dispatch_id::text as "dispatchId", x.slot_id::text as "slotId", a.id as announcement, d.revision,
       a.content->>'title' as title, d.priority, a.approved_hash as "approvedHash", a.author_name as "draftedBy",
       a.approved_by_name as "approvedBy", r.content->>'voice' as voice,
       case when x.slot_id is null then o.file->>'sha256' else f.sha256 end as sha256,
       case when x.slot_id is null then (r.content->>'lufs')::float8 else f.lufs::float8 end as lufs,
       case when x.slot_id is null then (r.content->>'dbtp')::float8 else f.dbtp::float8 end as dbtp
     from unnest($1::bigint[], $2::bigint[]) as x (dispatch_id, slot_id)
       join dispatches d on d.id = x.dispatch_id
       join announcements a on a.id = d.announcement_id
       left join renditions r on r.id = d.rendition_id
       left join lateral (
         select e.file from jsonb_array_elements(r.files) as e (file) where e.file->>'mime' like 'audio/%' limit 1
       ) o on true
       left join slots s on s.id = x.slot_id
       left join slot_files f on f.key = s.file_key`,
    [started.map(s => s.dispatchId), started.map(s => s.slotId)],
  )
  return new Map(
    rows.map(({ dispatchId, slotId, sha256, lufs, dbtp, ...rest }) => [
      `${dispatchId} ${slotId ?? ''}`,
      { ...rest, file: { sha256, lufs: rounded(lufs), dbtp: rounded(dbtp) } },
    ]),
  )
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100
}
