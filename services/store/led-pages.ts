import { createHash } from 'node:crypto'
import type { Sql } from './db.ts'

/** A page as it is stored: its PNG is in `files`. */
export interface StoredLedPage {
  sha256: string
  bytes: number
  /** How long it stays on the strip. */
  dwellMs: number
}

/** What is drawn: a rendition on strips of one size, by one version of the drawing. */
export interface LedKey {
  renditionId: string
  width: number
  height: number
}

/** As text, for maps. */
export function ledKey({ renditionId, width, height }: LedKey): string {
  return `${renditionId} ${width}x${height}`
}

/** Pages of these keys as far as they are there, in one query. Index: primary key. */
export async function findLedPages(sql: Sql, keys: LedKey[], version: number): Promise<Map<string, StoredLedPage[]>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql.query<LedKey & { pages: StoredLedPage[] }>(
    `select rendition_id as "renditionId", width, height, pages from board_led_pages
     where version = $4 and (rendition_id, width, height) in (select * from unnest($1::text[], $2::int[], $3::int[]))`,
    [keys.map(k => k.renditionId), keys.map(k => k.width), keys.map(k => k.height), version],
  )
  return new Map(rows.map(row => [ledKey(row), row.pages]))
}

/** Stores pages with their bytes in one statement. Two processes that drew the same store it once. */
export async function putLedPages(
  sql: Sql,
  key: LedKey,
  version: number,
  drawn: { png: Buffer; dwellMs: number }[],
): Promise<StoredLedPage[]> {
  const pages = drawn.map(({ png, dwellMs }) => ({
    sha256: createHash('sha256').update(png).digest('hex'),
    bytes: png.length,
    dwellMs,
  }))
  const files = new Map(pages.map((page, i) => [page.sha256, drawn[i]?.png ?? Buffer.alloc(0)]))
  await sql.query(
    `with kept as (
       insert into files (sha256, mime, size_bytes, bytes)
       select sha256, 'image/png', length(bytes), bytes from unnest($6::text[], $7::bytea[]) as f (sha256, bytes)
       order by sha256 on conflict (sha256) do nothing
     )
     insert into board_led_pages (rendition_id, width, height, version, pages)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [key.renditionId, key.width, key.height, version, JSON.stringify(pages), [...files.keys()], [...files.values()]],
  )
  return pages
}

/** Sizes of the LED strips in use, smallest first. */
export async function ledSizesInUse(sql: Sql): Promise<{ width: number; height: number }[]> {
  const { rows } = await sql.query(
    `select distinct (settings->'led'->>'width')::int as width, (settings->'led'->>'height')::int as height
     from boards where kind = 'led' and retired_at is null and jsonb_typeof(settings->'led') = 'object'
     order by width, height`,
  )
  return rows
}
