import type { z } from 'zod'
import type { Receipt } from '../../channels/contract.ts'
import { recordReceipts } from '../dispatch/receipts.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { DeviceEvent, deviceReportSchema } from '../domain/station.ts'
import { markStale } from '../store/airtime/plans.ts'
import { type AsRunNews, appendAsRun } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'
import { pokeStations } from '../store/shelf.ts'
import { whatWasStarted } from './as-run-detail.ts'
import type { DeviceFault } from './device-state.ts'
import { deviceRevoked } from './device-tokens.ts'
import type { StationContext } from './station-context.ts'

export type DeviceReport = z.output<typeof deviceReportSchema>

/** Older faults are in the as-run log. */
const faultsKept = 20

/**
 * Takes what a device says of itself and of what it has played, in one transaction: its events are kept as they came, the
 * as-run log of the station gets an entry for each, what was played to its end becomes a receipt, and what was fetched is
 * marked on the shelf. The device numbers its events, so a repeat changes nothing; a number that it left out or used
 * twice is kept as a fault of the device, and the second use is not believed.
 * @returns upTo: every event up to this number is stored, or is missing and noted as such
 * @throws AppError device.revoked when it was shut out meanwhile
 */
export async function recordReport(
  ctx: StationContext,
  device: { id: string; stationId: string },
  report: DeviceReport,
): Promise<{ upTo: number }> {
  const now = ctx.now()
  return await transaction(ctx.db, async sql => {
    const { rows } = await sql.query<{ upTo: number; gone: boolean; faults: DeviceFault[] }>(
      `select up_to::float8 as "upTo", revoked_at is not null as gone, faults from station_devices where id = $1
       for no key update`,
      [device.id],
    )
    const kept = rows[0]
    if (!kept || kept.gone) throw deviceRevoked()
    const { fresh, conflicts } = await sortOut(sql, device.id, report.events)
    const gaps = gapsOf(kept.upTo, fresh)
    const upTo = Math.max(kept.upTo, ...fresh.map(e => e.n))
    const faults = newFaults(kept.faults, [...gaps, ...conflicts], now)
    await sql.query(
      `update station_devices set last_seen_at = $2, last_state = $3, up_to = $4, faults = $5 where id = $1`,
      [
        device.id,
        now,
        JSON.stringify(report.state),
        upTo,
        JSON.stringify([...kept.faults, ...faults].slice(-faultsKept)),
      ],
    )
    await store(sql, device, fresh, now)
    await markFetched(sql, device.stationId, fresh, now)
    await planAnew(sql, device.id, fresh)
    await catchUp(sql, device.stationId, report.state.seq, fresh)
    await recordReceipts(ctx, 'loudspeaker', await receiptsOf(sql, device.stationId, fresh, now), sql)
    await appendAsRun(sql, device.stationId, await entriesOf(sql, device, fresh, faults, now))
    return { upTo }
  })
}

/** Which events are new, and which numbers stood for something else before. Served by the primary key. */
async function sortOut(
  sql: Sql,
  deviceId: string,
  events: DeviceEvent[],
): Promise<{ fresh: DeviceEvent[]; conflicts: { kind: 'conflict'; from: number; to: number }[] }> {
  if (events.length === 0) return { fresh: [], conflicts: [] }
  const { rows } = await sql.query<{ n: number; body: unknown }>(
    'select n::float8 as n, body from device_events where device_id = $1 and n = any($2::bigint[])',
    [deviceId, events.map(e => e.n)],
  )
  const known = new Map(rows.map(r => [r.n, canonicalJson(r.body)]))
  const fresh: DeviceEvent[] = []
  const conflicts: { kind: 'conflict'; from: number; to: number }[] = []
  for (const event of [...events].sort((a, b) => a.n - b.n)) {
    const body = canonicalJson(event)
    const before = known.get(event.n)
    if (before === undefined) {
      known.set(event.n, body)
      fresh.push(event)
    } else if (before !== body) conflicts.push({ kind: 'conflict', from: event.n, to: event.n })
  }
  return { fresh, conflicts }
}

/** Numbers that the device left out between what was stored and what came now. */
function gapsOf(upTo: number, fresh: DeviceEvent[]): { kind: 'gap'; from: number; to: number }[] {
  const gaps: { kind: 'gap'; from: number; to: number }[] = []
  let last = upTo
  for (const { n } of fresh) {
    if (n > last + 1) gaps.push({ kind: 'gap', from: last + 1, to: n - 1 })
    last = Math.max(last, n)
  }
  return gaps
}

/** A device that repeats its mistake with every report is noted once. */
function newFaults(known: DeviceFault[], found: Omit<DeviceFault, 'at'>[], now: Date): DeviceFault[] {
  const noted = (fault: Omit<DeviceFault, 'at'>) =>
    known.some(k => k.kind === fault.kind && k.from === fault.from && k.to === fault.to)
  return found.filter(fault => !noted(fault)).map(fault => ({ ...fault, at: now.toISOString() }))
}

/**
 * Keeps the events as they came. Only a slot of the station's own commune is found by them: what one device says must not
 * let the slot of another commune count as missed or heard.
 */
async function store(
  sql: Sql,
  device: { id: string; stationId: string },
  events: DeviceEvent[],
  now: Date,
): Promise<void> {
  if (events.length === 0) return
  const own = await ownSlots(sql, device.stationId, events)
  await sql.query(
    `insert into device_events (device_id, station_id, received_at, n, at, kind, slot_id, dispatch_id, play, body)
     select $1, $2, $3, * from unnest($4::bigint[], $5::timestamptz[], $6::text[], $7::bigint[], $8::bigint[], $9::int[],
       $10::jsonb[])`,
    [
      device.id,
      device.stationId,
      now,
      events.map(e => e.n),
      events.map(e => e.at),
      events.map(e => e.kind),
      events.map(e => (e.slotId !== undefined && own.has(e.slotId) ? e.slotId : null)),
      events.map(e => e.dispatchId ?? null),
      events.map(e => e.play ?? null),
      events.map(e => JSON.stringify(e)),
    ],
  )
}

/** A slot that was released was heard after all: what it held need not be aired once more. */
async function planAnew(sql: Sql, deviceId: string, events: DeviceEvent[]): Promise<void> {
  const heard = events.filter(e => (e.kind === 'started' || e.kind === 'ended') && e.slotId !== undefined)
  if (heard.length === 0) return
  const { rows } = await sql.query<{ areaCode: string }>(
    `select distinct s.area_code as "areaCode" from device_events e join slots s on s.id = e.slot_id
     where e.device_id = $1 and e.n = any($2::bigint[]) and s.released_at is not null`,
    [deviceId, heard.map(e => e.n)],
  )
  await markStale(
    sql,
    rows.map(r => r.areaCode),
  )
}

/** Changes of a manifest that a lost day may hold, and many times more; what is beyond is a device gone mad. */
const mostSeqLost = 1_000_000

/**
 * A device that has a higher sequence than the server got it from this server before it was restored from a backup, and would
 * refuse everything, emergencies too, until the server has come as far. So the sequence moves on behind the device's: the
 * hash of no body makes the next look at the manifest give it a new number.
 */
async function catchUp(sql: Sql, stationId: string, seq: number, events: DeviceEvent[]): Promise<void> {
  const refusedSame = events.some(e => e.kind === 'refused' && e.reason === 'bad-manifest')
  const { rowCount } = await sql.query(
    `update station_manifests set seq = $2, body_hash = ''
     where station_id = $1 and seq < $2::bigint + $3 and seq >= $2::bigint - $4 and body_hash <> ''`,
    [stationId, seq, refusedSame ? 1 : 0, mostSeqLost],
  )
  if (rowCount) await pokeStations(sql, [stationId])
}

async function ownSlots(sql: Sql, stationId: string, events: DeviceEvent[]): Promise<Set<string>> {
  const named = [...new Set(events.flatMap(e => e.slotId ?? []))]
  if (named.length === 0) return new Set()
  const { rows } = await sql.query<{ id: string }>(
    `select s.id from slots s join stations st on st.area_code = s.area_code where st.id = $1 and s.id = any($2::bigint[])`,
    [stationId, named],
  )
  return new Set(rows.map(r => r.id))
}

/**
 * Marks what the device has on disk: the item it names, or everything that is in the file. Indexes: shelf_items_place,
 * slot_files_sha.
 */
async function markFetched(sql: Sql, stationId: string, events: DeviceEvent[], now: Date): Promise<void> {
  const fetched = events.filter(e => e.kind === 'fetched')
  if (fetched.length === 0) return
  await sql.query(
    // By id, like a withdrawal, which must not fail because the device is just telling what it has.
    `with held as (
       select s.id, x.at
       from unnest($3::bigint[], $4::text[], $5::timestamptz[]) as x (dispatch_id, sha, at), shelf_items s, renditions r
       where s.kind = 'stations' and s.place_id = $1 and s.fetched_at is null and r.id = s.rendition_id
         and (s.dispatch_id = x.dispatch_id
           or r.files @> jsonb_build_array(jsonb_build_object('sha256', x.sha))
           or exists (
             select 1 from slot_files f, jsonb_array_elements(f.parts) p
             where f.sha256 = x.sha and coalesce(p->>'dispatchId', p->>'id') = s.dispatch_id::text))
       order by s.id for no key update of s
     ), earliest as (
       select id, min(at) as at from held group by id
     )
     update shelf_items s set fetched_at = least(earliest.at, $2::timestamptz) from earliest where s.id = earliest.id`,
    [stationId, now, fetched.map(e => e.dispatchId ?? null), fetched.map(e => e.sha256 ?? ''), fetched.map(e => e.at)],
  )
}

/**
 * What was played to its end for the first time, as receipts of the loudspeaker channel: the device says that it played, not
 * that anybody heard. Only for items that this station was given; a relayed part is the province's.
 */
async function receiptsOf(sql: Sql, stationId: string, events: DeviceEvent[], now: Date): Promise<Receipt[]> {
  const ended = new Map<string, DeviceEvent>()
  for (const event of events) {
    if (event.kind === 'ended' && event.dispatchId && !ended.has(event.dispatchId)) ended.set(event.dispatchId, event)
  }
  if (ended.size === 0) return []
  const { rows } = await sql.query<{ dispatchId: string; putAt: Date }>(
    `select dispatch_id as "dispatchId", put_at as "putAt" from shelf_items
     where kind = 'stations' and place_id = $1 and dispatch_id = any($2::bigint[])`,
    [stationId, [...ended.keys()]],
  )
  return rows.map(({ dispatchId, putAt }) => {
    const at = Date.parse(ended.get(dispatchId)?.at ?? now.toISOString())
    return {
      ref: `station-${dispatchId}-${stationId}`,
      dispatchId,
      targetId: stationId,
      state: 'confirmed',
      code: 'played',
      // A clock that is off must not put the play before the item or into the future.
      at: new Date(Math.min(now.getTime(), Math.max(putAt.getTime(), at))),
    }
  })
}

async function entriesOf(
  sql: Sql,
  device: { id: string; stationId: string },
  events: DeviceEvent[],
  faults: DeviceFault[],
  now: Date,
): Promise<AsRunNews[]> {
  const details = await whatWasStarted(sql, device.stationId, events)
  const heardAt = now.toISOString()
  return [
    ...faults.map(({ kind, from, to }) => ({ at: now, kind: `device.${kind}`, body: { device: device.id, from, to } })),
    ...events.map((event, i) => {
      const { n, at, kind, slotId, dispatchId, ...rest } = event
      const body = { device: device.id, event: n, slot: slotId, dispatch: dispatchId, ...rest, heardAt, ...details[i] }
      return { at: new Date(at), kind: `device.${kind}`, body }
    }),
  ]
}
