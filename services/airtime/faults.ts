import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { appendAsRun } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'
import { airtimeScope, inScope } from './scope.ts'
import { noSuchStation, ownStations, requireStation } from './stations.ts'

/** A fault of a station as a person reported it. */
export interface FaultRow {
  id: string
  stationId: string
  stationName: string
  slotId: string | null
  kind: 'no-sound' | 'bad-sound' | 'no-power' | 'no-network' | 'device' | 'wrong-content' | 'other'
  text: string
  by: string
  at: Date
  resolvedAt: Date | null
  resolvedBy: string | null
}

const columns = `f.id, f.station_id as "stationId", st.name as "stationName", f.slot_id as "slotId", f.kind, f.text,
  f.reported_by as by, f.at, f.resolved_at as "resolvedAt", f.resolved_by as "resolvedBy"`
const tables = `station_faults f join stations st on st.id = f.station_id join areas a on a.code = st.area_code`
/** Resolved ones are shown for so long. */
const shownDays = 60

/** Faults of the stations that a person works for or looks after: open ones first, then the newest. */
export async function listFaults(ctx: DispatchContext, actor: Actor): Promise<FaultRow[]> {
  const { rows } = await ctx.db.query(
    `select ${columns} from ${tables}
     where ${inScope('$1')} and (f.resolved_at is null or f.resolved_at > $2::timestamptz - interval '${shownDays} days')
     order by f.resolved_at is not null, f.at desc limit 1000`,
    [airtimeScope(actor), ctx.now()],
  )
  return rows
}

/** Faults that name these slots. */
export async function faultsOfSlots(
  sql: Sql,
  slotIds: string[],
): Promise<Map<string, { id: string; kind: string; text: string; at: string; by: string }[]>> {
  const { rows } = await sql.query<{ slotId: string; id: string; kind: string; text: string; at: Date; by: string }>(
    `select slot_id as "slotId", id, kind, text, at, reported_by as by from station_faults
     where slot_id = any($1::bigint[]) order by id`,
    [slotIds],
  )
  const bySlot = new Map<string, { id: string; kind: string; text: string; at: string; by: string }[]>()
  for (const { slotId, at, ...fault } of rows) {
    bySlot.set(slotId, [...(bySlot.get(slotId) ?? []), { ...fault, at: at.toISOString() }])
  }
  return bySlot
}

/**
 * Notes that something is wrong at a station, here and in its as-run log.
 * @throws AppError not-found for other people's stations and slots of other areas
 */
export async function reportFault(
  ctx: DispatchContext,
  actor: Actor,
  fault: { stationId: string; slotId: string | null; kind: FaultRow['kind']; text: string },
): Promise<FaultRow> {
  const station = requireStation(await ownStations(ctx.db, actor), fault.stationId)
  return transaction(ctx.db, async sql => {
    const now = ctx.now()
    if (fault.slotId !== null) {
      const { rowCount } = await sql.query('select 1 from slots where id = $1 and area_code = $2', [
        fault.slotId,
        station.areaCode,
      ])
      if (!rowCount) throw noSuchStation()
    }
    const { rows } = await sql.query<{ id: string }>(
      `insert into station_faults (station_id, slot_id, kind, text, reported_by, at) values ($1, $2, $3, $4, $5, $6)
       returning id`,
      [fault.stationId, fault.slotId, fault.kind, fault.text, actor.name, now],
    )
    const row = await findFault(sql, rows[0]?.id ?? '')
    const body = { fault: row.id, slot: row.slotId, what: row.kind, text: row.text, by: actor.name }
    await appendAsRun(sql, fault.stationId, [{ at: now, kind: 'fault', body }])
    return row
  })
}

/** Notes that a fault is mended; a second time changes nothing. @throws AppError not-found */
export async function resolveFault(ctx: DispatchContext, actor: Actor, id: string): Promise<FaultRow> {
  const stations = await ownStations(ctx.db, actor)
  return transaction(ctx.db, async sql => {
    const fault = await findFault(sql, id, true)
    requireStation(stations, fault.stationId)
    if (fault.resolvedAt !== null) return fault
    const now = ctx.now()
    await sql.query('update station_faults set resolved_at = $2, resolved_by = $3 where id = $1', [id, now, actor.name])
    const body = { fault: id, by: actor.name }
    await appendAsRun(sql, fault.stationId, [{ at: now, kind: 'fault-resolved', body }])
    return findFault(sql, id)
  })
}

async function findFault(sql: Sql, id: string, lock = false): Promise<FaultRow> {
  const { rows } = await sql.query<FaultRow>(
    `select ${columns} from ${tables} where f.id = $1 ${lock ? 'for update of f' : ''}`,
    [id],
  )
  if (rows[0]) return rows[0]
  throw new AppError('not-found', { vi: 'Không tìm thấy sự cố này.', en: 'There is no such fault.' })
}
