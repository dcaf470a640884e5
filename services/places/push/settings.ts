import type { Actor } from '../../domain/accounts.ts'
import { AppError } from '../../domain/errors.ts'
import {
  type AxisSettings,
  axisSettingsSchema,
  type IcecastSettings,
  icecastSettingsSchema,
  isLoopback,
  type PushKind,
  pushChangeSchemas,
} from '../../domain/station-push.ts'
import { type Sql, transaction } from '../../store/db.ts'
import { pokeStations } from '../../store/shelf.ts'
import type { StationContext } from '../station-context.ts'

/**
 * Asks for the manifest to be published again: no sequence of a manifest, and another number each time, so that an asking
 * while it is being published is not taken for the one that is being answered.
 */
const anew = (table = '') => `least(${table}published_seq, 0) - 1`

/** One way of push of one station, as people see it: without its password. */
export interface PushRow {
  stationId: string
  kind: PushKind
  settings: Record<string, unknown>
  hasPassword: boolean
  updatedBy: string
  updatedAt: Date
  triedAt: Date | null
  problem: string | null
}

/** The ways in which a station is pushed to. */
export async function listPushes(sql: Sql, stationId: string): Promise<PushRow[]> {
  const { rows } = await sql.query<PushRow>(
    `select station_id as "stationId", kind, settings, sealed is not null as "hasPassword", updated_by as "updatedBy",
       updated_at as "updatedAt", tried_at as "triedAt", problem
     from station_pushes where station_id = $1 and not settings ? 'off' order by kind`,
    [stationId],
  )
  return rows
}

/**
 * Sets one way. A password that is left out stays as it is, unless the address changes: it must not be sent elsewhere.
 * @throws AppError not-found, setup.demo-provider, or zod's for settings that do not fit
 */
export async function setPush(
  ctx: StationContext,
  actor: Actor,
  stationId: string,
  kind: PushKind,
  raw: unknown,
): Promise<PushRow[]> {
  const { password, ...settings } = pushChangeSchemas[kind].parse(raw) as { password?: string; url?: string }
  if (ctx.demo && settings.url !== undefined && !isLoopback(settings.url)) throw outsideInDemo()
  const sealed = password === undefined ? null : ctx.links.keys.pushes.seal(password)
  await transaction(ctx.db, async sql => {
    const { rowCount } = await sql.query(
      `insert into station_pushes as p (station_id, kind, settings, sealed, updated_by, updated_at)
       select id, $2, $3, $4, $5, $6 from stations where id = $1 and retired_at is null
       on conflict (station_id, kind) do update set settings = excluded.settings,
         sealed = coalesce(excluded.sealed,
           case when p.settings->>'url' is not distinct from excluded.settings->>'url' then p.sealed end),
         updated_by = excluded.updated_by, updated_at = excluded.updated_at, problem = null, published_seq = ${anew('p.')}`,
      [stationId, kind, JSON.stringify(settings), sealed, actor.name, ctx.now()],
    )
    if (rowCount === 0) throw noStation()
    await pokeStations(sql, [stationId])
  })
  return await listPushes(ctx.db, stationId)
}

/** Ends one way. A station without MQTT keeps its row until the broker has forgotten what it kept for the devices. */
export async function removePush(ctx: StationContext, stationId: string, kind: PushKind): Promise<PushRow[]> {
  await transaction(ctx.db, async sql => {
    if (kind === 'mqtt') {
      await sql.query(
        `update station_pushes set settings = '{"off": true}', published_seq = ${anew()} where station_id = $1 and kind = $2`,
        [stationId, kind],
      )
    } else await sql.query('delete from station_pushes where station_id = $1 and kind = $2', [stationId, kind])
    await pokeStations(sql, [stationId])
  })
  return await listPushes(ctx.db, stationId)
}

/**
 * Asks for every manifest to be published to the broker again: for a broker that lost what it held.
 * @returns how many stations
 */
export async function republishAll(ctx: StationContext): Promise<number> {
  return await transaction(ctx.db, async sql => {
    const { rowCount } = await sql.query(`update station_pushes set published_seq = ${anew()} where kind = 'mqtt'`)
    await pokeStations(sql, 'all')
    return rowCount ?? 0
  })
}

/** A device was added, shut out or given a new link: what the broker holds for the station is no longer right. */
export async function publishAnew(sql: Sql, stationId: string): Promise<void> {
  await sql.query(`update station_pushes set published_seq = ${anew()} where station_id = $1 and kind = 'mqtt'`, [
    stationId,
  ])
}

/** A station that Loa itself plays to. */
export type PlayedTo =
  | { stationId: string; kind: 'icecast'; settings: IcecastSettings; password: string; version: string }
  | { stationId: string; kind: 'axis'; settings: AxisSettings; password: string; version: string }

/** All stations that Loa itself plays to. One whose settings or password cannot be read is left out, with the reason. */
export async function playedTo(ctx: StationContext): Promise<PlayedTo[]> {
  const { rows } = await ctx.db.query<{
    stationId: string
    kind: 'icecast' | 'axis'
    settings: unknown
    sealed: string | null
    version: string
  }>(
    `select p.station_id as "stationId", p.kind, p.settings, p.sealed, p.updated_at::text as version
     from station_pushes p join stations s on s.id = p.station_id
     where p.kind in ('icecast', 'axis') and s.retired_at is null order by p.station_id, p.kind`,
  )
  const found: PlayedTo[] = []
  for (const { stationId, kind, settings, sealed, version } of rows) {
    const password = sealed === null ? '' : ctx.links.keys.pushes.open(sealed)
    const parsed =
      kind === 'icecast' ? icecastSettingsSchema.safeParse(settings) : axisSettingsSchema.safeParse(settings)
    if (password === undefined || !parsed.success) {
      await noteTry(ctx, stationId, kind, 'settings-unreadable')
    } else if (ctx.demo && !isLoopback(parsed.data.url)) await noteTry(ctx, stationId, kind, 'demo')
    else found.push({ stationId, kind, settings: parsed.data, password, version } as PlayedTo)
  }
  return found
}

/** How it went last; null: well. A code, never a vendor's sentence or an address. */
export async function noteTry(
  ctx: StationContext,
  stationId: string,
  kind: PushKind,
  problem: string | null,
): Promise<void> {
  await ctx.db.query('update station_pushes set tried_at = $3, problem = $4 where station_id = $1 and kind = $2', [
    stationId,
    kind,
    ctx.now(),
    problem,
  ])
}

function noStation(): AppError {
  return new AppError('not-found', { vi: 'Không tìm thấy đài này.', en: 'There is no such station.' })
}

function outsideInDemo(): AppError {
  return new AppError('setup.demo-provider', {
    vi: 'Đây là hệ thống diễn tập: chỉ được truyền tới địa chỉ trên chính máy này.',
    en: 'This is a demo instance: it may only push to addresses on this machine.',
  })
}
