import { createHash } from 'node:crypto'
import { canonicalJson } from '../domain/approval.ts'
import type { StationManifest } from '../domain/station.ts'
import type { Links } from '../runtime/links.ts'
import { type Sql, transaction } from '../store/db.ts'
import type { StationContext } from './station-context.ts'
import { type ManifestBody, readManifestBodies } from './station-manifest-parts.ts'
import type { BodyFile } from './station-slots.ts'

/** The `typ` in the head of a signed manifest: a statement for another purpose must not pass for one. */
export const manifestType = 'loa-station-manifest+json'

/** A station's manifest as it is now. */
export interface CurrentManifest {
  stationId: string
  seq: number
  manifest: StationManifest
}

interface KeptRow {
  stationId: string
  seq: number
  hash: string
  issuedAt: Date
}

/** Stations at a time: what is locked together, and for how long nothing else has its turn. */
const setSize = 500

/**
 * The manifests of many stations as they are now. What is kept is compared with what is true; only where they differ is
 * the row locked, the truth read again behind the lock, and the sequence moved on. So two processes that hear of one
 * change agree on one number, an older picture never gets a higher one, and a poll that finds no news writes nothing.
 */
export async function stationManifests(
  ctx: StationContext,
  stationIds: string[],
): Promise<Map<string, CurrentManifest>> {
  const current = new Map<string, CurrentManifest>()
  for (let at = 0; at < stationIds.length; at += setSize) {
    for (const manifest of await manifestsOfSet(ctx, stationIds.slice(at, at + setSize))) {
      current.set(manifest.stationId, manifest)
    }
  }
  return current
}

async function manifestsOfSet(ctx: StationContext, stationIds: string[]): Promise<CurrentManifest[]> {
  const now = ctx.now()
  const bodies = await readManifestBodies(ctx.db, stationIds, now, ctx.demo)
  const kept = await readKept(ctx.db, [...bodies.keys()])
  const changed = [...bodies].filter(([id, body]) => kept.get(id)?.hash !== hashOf(body)).map(([id]) => id)
  if (changed.length > 0) {
    const renewed = await renew(ctx, changed)
    for (const [id, { row, body }] of renewed) {
      kept.set(id, row)
      bodies.set(id, body)
    }
  }
  return [...bodies].flatMap(([id, body]) => {
    const row = kept.get(id)
    return row ? [{ stationId: id, seq: row.seq, manifest: presented(ctx.links, body, row) }] : []
  })
}

/** The manifest of one station; undefined when it is no longer in use. */
export async function stationManifest(ctx: StationContext, stationId: string): Promise<CurrentManifest | undefined> {
  return (await stationManifests(ctx, [stationId])).get(stationId)
}

/** The statement that a device gets: JWS compact. The same manifest gives the same text. */
export function signedManifest(links: Links, { manifest }: CurrentManifest): string {
  return links.keys.manifest.sign(canonicalJson(manifest), manifestType)
}

function hashOf(body: ManifestBody): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex')
}

async function readKept(sql: Sql, stationIds: string[]): Promise<Map<string, KeptRow>> {
  const { rows } = await sql.query<KeptRow>(
    `select station_id as "stationId", seq::float8 as seq, body_hash as hash, issued_at as "issuedAt"
     from station_manifests where station_id = any($1::bigint[])`,
    [stationIds],
  )
  return new Map(rows.map(r => [r.stationId, r]))
}

function renew(ctx: StationContext, stationIds: string[]): Promise<Map<string, { row: KeptRow; body: ManifestBody }>> {
  return transaction(ctx.db, async sql => {
    // In one order everywhere, also for the rows that are new.
    const ids = [...stationIds].sort((a, b) => Number(a) - Number(b))
    await sql.query(
      `insert into station_manifests (station_id, seq, body_hash, body, issued_at)
       select id, 0, '', '{}', $2 from unnest($1::bigint[]) with ordinality as s (id, place) order by place
       on conflict do nothing`,
      [ids, ctx.now()],
    )
    await sql.query(
      'select 1 from station_manifests where station_id = any($1::bigint[]) order by station_id for update',
      [ids],
    )
    // Behind the lock, the time as well: nobody else moves the sequence on from a picture that is newer than this one.
    const now = ctx.now()
    const bodies = await readManifestBodies(sql, ids, now, ctx.demo)
    const kept = await readKept(sql, ids)
    const news = [...bodies].filter(([id, body]) => kept.get(id)?.hash !== hashOf(body))
    const { rows } = await sql.query<KeptRow>(
      `update station_manifests m set seq = m.seq + 1, body_hash = x.hash, body = x.body, issued_at = $4
       from unnest($1::bigint[], $2::text[], $3::jsonb[]) as x (id, hash, body) where m.station_id = x.id
       returning station_id as "stationId", seq::float8 as seq, body_hash as hash, issued_at as "issuedAt"`,
      [news.map(([id]) => id), news.map(([, body]) => hashOf(body)), news.map(([, body]) => JSON.stringify(body)), now],
    )
    for (const row of rows) kept.set(row.stationId, row)
    return new Map(
      [...bodies].flatMap(([id, body]) => {
        const row = kept.get(id)
        return row ? [[id, { row, body }] as const] : []
      }),
    )
  })
}

/** What is signed: the body with its number, and with addresses that work for as long as it does and a day longer. */
function presented(links: Links, body: ManifestBody, row: KeptRow): StationManifest {
  const until = new Date(Date.parse(body.expiresAt) + 86_400_000)
  const withUrl = <T extends { file: BodyFile }>(entry: T) => {
    const { name, ...file } = entry.file
    return {
      ...entry,
      file: { url: links.signUrl(`/files/${file.sha256}/${encodeURIComponent(name)}`, until), ...file },
    }
  }
  return {
    ...body,
    seq: row.seq,
    issuedAt: row.issuedAt.toISOString(),
    slots: body.slots.map(withUrl),
    emergencies: body.emergencies.map(withUrl),
  }
}
