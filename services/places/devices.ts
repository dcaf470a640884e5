import type { Actor } from '../domain/accounts.ts'
import { AppError, type Sentence } from '../domain/errors.ts'
import { type DeviceState, deviceStateSchema } from '../domain/station.ts'
import { appendAsRun } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'
import { pokeStations } from '../store/shelf.ts'
import { type DeviceFault, type DeviceReach, deviceAttention, deviceReach } from './device-state.ts'
import { hashOfToken, newDeviceToken, noSuchDevice } from './device-tokens.ts'
import { publishAnew } from './push/settings.ts'
import type { StationContext } from './station-context.ts'

/** A player at a station, with what is known of it. */
export interface DeviceRow {
  id: string
  stationId: string
  stationName: string
  areaCode: string
  areaName: string
  name: string
  createdAt: Date
  revokedAt: Date | null
  lastSeenAt: Date | null
  reach: DeviceReach
  reported: DeviceState | null
  seq: number
  attention: Sentence[]
}

/** Stations whose area, or whose province, is one of the person's. Officers look after the whole instance. */
const theirs = '($1::text[] is null or s.area_code = any($1) or a.parent_code = any($1))'

/** What an operator sees are the own stations; everybody else who may look sees all. */
export function stationScope(actor: Actor): string[] | null {
  return actor.role === 'operator' ? actor.areas : null
}

export interface DeviceFilter {
  stationId?: string | undefined
  /** Commune or province. */
  area?: string | undefined
  state?: DeviceReach | undefined
  deviceId?: string | undefined
}

/**
 * Devices by area, station and name, each with what an operator should look at. Revoked ones come last.
 * Indexes: station_devices_station, device_events_recent.
 */
export async function listDevices(ctx: StationContext, actor: Actor, filter: DeviceFilter = {}): Promise<DeviceRow[]> {
  const now = ctx.now()
  const { rows } = await ctx.db.query(
    `select d.id, d.station_id as "stationId", s.name as "stationName", s.area_code as "areaCode",
       a.name as "areaName", d.name, d.created_at as "createdAt", d.revoked_at as "revokedAt",
       d.last_seen_at as "lastSeenAt", d.last_state as "lastState", d.faults, coalesce(m.seq, 0)::float8 as seq,
       m.issued_at as "issuedAt", coalesce(e.recent, '[]') as recent
     from station_devices d
       join stations s on s.id = d.station_id
       join areas a on a.code = s.area_code
       left join station_manifests m on m.station_id = s.id
       left join lateral (
         select jsonb_agg(x order by x.at desc) as recent from (
           select distinct on (kind) kind, body->>'reason' as reason, at from device_events v
           where v.station_id = d.station_id and v.device_id = d.id and v.at > $5::timestamptz - interval '1 day'
             and v.kind in ('missed', 'refused', 'fault')
           order by kind, at desc
         ) x
       ) e on true
     where ${theirs} and s.retired_at is null
       and ($2::bigint is null or d.station_id = $2)
       and ($3::text is null or s.area_code = $3 or a.parent_code = $3)
       and ($4::bigint is null or d.id = $4)
     order by d.revoked_at is not null, s.area_code, s.name, d.station_id, d.name, d.id limit 5000`,
    [stationScope(actor), filter.stationId ?? null, filter.area ?? null, filter.deviceId ?? null, now],
  )
  const devices = rows.map(row => present(row, now))
  return filter.state === undefined ? devices : devices.filter(d => d.reach === filter.state)
}

type KeptDevice = Omit<DeviceRow, 'reach' | 'reported' | 'attention'> & {
  lastState: unknown
  faults: DeviceFault[]
  issuedAt: Date | null
  recent: { kind: string; reason: string | null; at: string }[]
}

function present({ lastState, faults, issuedAt, recent, ...row }: KeptDevice, now: Date): DeviceRow {
  const reach = deviceReach(row, now)
  const reported = deviceStateSchema.safeParse(lastState).data ?? null
  const facts = { reach, reported, faults, issuedAt, now, lastSeenAt: row.lastSeenAt, seq: row.seq }
  const attention = deviceAttention({ ...facts, recent: recent.map(r => ({ ...r, at: new Date(r.at) })) })
  return { ...row, reach, reported, attention }
}

/** One device. @throws AppError not-found, also for other people's stations */
export async function getDevice(ctx: StationContext, actor: Actor, deviceId: string): Promise<DeviceRow> {
  const [device] = await listDevices(ctx, actor, { deviceId })
  if (!device) throw noSuchDevice()
  return device
}

/** A device with its link, which is shown this once. */
export interface NewDevice {
  device: DeviceRow
  link: string
  keyId: string
}

/**
 * Address that a player is set up with: whoever has it may read the station's manifest and report in its name. Behind the #
 * is the fingerprint of the key that signs manifests: it never travels to the server, so a device that was given the right
 * link cannot be handed another key.
 */
function deviceLink(ctx: StationContext, token: string): string {
  return `${ctx.links.publicUrl}/station-device/${token}#${ctx.links.keys.manifest.kid}`
}

/** Adds a device to a station. @throws AppError not-found */
export async function createDevice(
  ctx: StationContext,
  actor: Actor,
  stationId: string,
  name: string,
): Promise<NewDevice> {
  const token = newDeviceToken()
  const id = await transaction(ctx.db, async sql => {
    const station = await sql.query('select 1 from stations where id = $1 and retired_at is null', [stationId])
    if (station.rowCount === 0) throw noSuchDevice()
    const { rows } = await sql.query<{ id: string }>(
      `insert into station_devices (station_id, name, token_hash, created_by, created_at) values ($1, $2, $3, $4, $5)
       returning id`,
      [stationId, name.normalize('NFC'), hashOfToken(token), actor.name, ctx.now()],
    )
    const added = rows[0]?.id ?? ''
    await note(ctx, sql, stationId, 'device.added', { device: added, name, by: actor.name })
    return added
  })
  const device = await getDevice(ctx, actor, id)
  return { device, link: deviceLink(ctx, token), keyId: ctx.links.keys.manifest.kid }
}

/** Another name for a device. @throws AppError not-found */
export async function renameDevice(
  ctx: StationContext,
  actor: Actor,
  deviceId: string,
  name: string,
): Promise<DeviceRow> {
  await getDevice(ctx, actor, deviceId)
  await ctx.db.query('update station_devices set name = $2 where id = $1', [deviceId, name.normalize('NFC')])
  return await getDevice(ctx, actor, deviceId)
}

/**
 * Shuts a device out at once: its next request is refused, and its open stream is ended. A second call changes nothing.
 * @throws AppError not-found
 */
export async function revokeDevice(ctx: StationContext, actor: Actor, deviceId: string): Promise<DeviceRow> {
  const { stationId } = await getDevice(ctx, actor, deviceId)
  await transaction(ctx.db, async sql => {
    const { rowCount } = await sql.query(
      'update station_devices set revoked_at = $2 where id = $1 and revoked_at is null',
      [deviceId, ctx.now()],
    )
    if (rowCount === 0) return
    await note(ctx, sql, stationId, 'device.revoked', { device: deviceId, by: actor.name })
    await pokeStations(sql, [stationId])
  })
  return await getDevice(ctx, actor, deviceId)
}

/**
 * A new link for the same device, for one whose link may have been seen by others; the old one ends at once.
 * @throws AppError not-found | device.wrong-state for a revoked one
 */
export async function rotateDevice(ctx: StationContext, actor: Actor, deviceId: string): Promise<NewDevice> {
  const { stationId } = await getDevice(ctx, actor, deviceId)
  const token = newDeviceToken()
  await transaction(ctx.db, async sql => {
    const { rowCount } = await sql.query(
      'update station_devices set token_hash = $2 where id = $1 and revoked_at is null',
      [deviceId, hashOfToken(token)],
    )
    if (rowCount === 0) {
      throw new AppError('device.wrong-state', {
        vi: 'Thiết bị này đã bị thu hồi. Ông/Bà vui lòng tạo thiết bị mới.',
        en: 'This device was revoked. Please create a new one.',
      })
    }
    await note(ctx, sql, stationId, 'device.rotated', { device: deviceId, by: actor.name })
    await pokeStations(sql, [stationId])
  })
  const device = await getDevice(ctx, actor, deviceId)
  return { device, link: deviceLink(ctx, token), keyId: ctx.links.keys.manifest.kid }
}

async function note(
  ctx: StationContext,
  sql: Sql,
  stationId: string,
  kind: string,
  body: Record<string, unknown>,
): Promise<void> {
  await appendAsRun(sql, stationId, [{ at: ctx.now(), kind, body }])
  await publishAnew(sql, stationId)
}
