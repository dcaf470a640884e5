import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'

/** 256 random bits in 43 characters; only their hash is kept. */
export function newDeviceToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a token. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** What is said of a device or station that is not there, or not the asking person's. */
export function noSuchDevice(): AppError {
  return new AppError('not-found', { vi: 'Không tìm thấy thiết bị hoặc đài này.', en: 'No such device or station.' })
}

/** The device that shows itself with a token. */
export interface KnownDevice {
  id: string
  stationId: string
  tokenHash: string
}

/**
 * Who comes with this token. Served by the unique index on the hash.
 * @throws AppError not-found for a token that nobody has, device.revoked for one that was taken back
 */
export async function deviceByToken(sql: Sql, token: string): Promise<KnownDevice> {
  if (!/^[\w-]{43}$/.test(token)) throw noSuchDevice()
  const tokenHash = hashOfToken(token)
  const { rows } = await sql.query<{ id: string; stationId: string; gone: boolean }>(
    `select d.id, d.station_id as "stationId", d.revoked_at is not null or s.retired_at is not null as gone
     from station_devices d join stations s on s.id = d.station_id where d.token_hash = $1`,
    [tokenHash],
  )
  const found = rows[0]
  if (!found) throw noSuchDevice()
  if (found.gone) throw deviceRevoked()
  return { id: found.id, stationId: found.stationId, tokenHash }
}

/** What a device that was shut out is told. */
export function deviceRevoked(): AppError {
  return new AppError('device.revoked', {
    vi: 'Thiết bị này đã bị thu hồi. Vui lòng liên hệ cán bộ phụ trách để nhận đường dẫn mới.',
    en: 'This device was revoked. Ask the officer in charge for a new link.',
  })
}

/** Those of these devices that may still listen with the token they came with. */
export async function devicesStillIn(sql: Sql, devices: KnownDevice[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ hash: string }>(
    `select d.token_hash as hash from station_devices d join stations s on s.id = d.station_id
     where d.token_hash = any($1::text[]) and d.revoked_at is null and s.retired_at is null`,
    [devices.map(d => d.tokenHash)],
  )
  return new Set(rows.map(r => r.hash))
}
