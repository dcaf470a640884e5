import { setTimeout } from 'node:timers/promises'
import { type LedSize, ledLayout } from '../../../channels/board/led/geometry.ts'
import { drawLed, ledVersion } from '../../../channels/board/led/index.ts'
import type { Log } from '../../../channels/contract.ts'
import { boardContentSchema, type StoredBoardContent } from '../../domain/board.ts'
import type { Sql } from '../../store/db.ts'
import {
  findLedPages,
  type LedKey,
  ledKey,
  ledSizesInUse,
  putLedPages,
  type StoredLedPage,
} from '../../store/led-pages.ts'
import { pokeBoards } from '../../store/shelf.ts'

/** What drawing strips needs of an instance. */
export interface LedContext {
  db: Sql
  log?: Log
}

/** A rendition that a strip of some size needs. */
export interface LedNeed extends LedSize {
  renditionId: string
  content: StoredBoardContent
}

/** Pages of a rendition on strips of a size; undefined where there are none: the strip is too small, or drawing failed. */
export type LedTable = (renditionId: string, size: LedSize) => StoredLedPage[] | undefined

/**
 * How long a manifest waits for drawings. A few strips are drawn in that time; more of them, or a busy machine, must not
 * hold an emergency back from the other boards: then the strips show text until their pages are there, and are poked again.
 */
const patienceMs = 100
/** A drawing that failed is not tried again by every manifest. */
const failedRestMs = 60_000

/** What this process draws now, so that a thousand boards of a size wait for one drawing. */
const drawing = new Map<string, Promise<StoredLedPage[] | undefined>>()
const failedAt = new Map<string, number>()

/**
 * Pages for all the needs: one query for those that were drawn before, and what is missing is drawn now, emergencies
 * first, as far as a moment's patience goes. Never rejects: a strip whose drawing is late or fails has no pages, and its
 * player draws text by itself.
 */
export async function ledTable(ctx: LedContext, needs: LedNeed[], now: Date): Promise<LedTable> {
  const wanted = new Map(needs.filter(ledLayout).map(need => [ledKey(need), need]))
  if (wanted.size === 0) return () => undefined
  const pages = await findLedPages(ctx.db, [...wanted.values()], ledVersion).catch(error => {
    ctx.log?.warn({ error }, 'boards: drawn pages of LED strips could not be read')
    return new Map<string, StoredLedPage[]>()
  })
  const missing = [...wanted.values()]
    .filter(need => !pages.has(ledKey(need)) && !restsAfterFailure(ledKey(need), now))
    .sort((a, b) => urgency(b) - urgency(a))
  if (missing.length > 0) await withPatience(drawAll(ctx, missing, now, pages))
  return (renditionId, size) => pages.get(ledKey({ renditionId, ...size }))
}

async function drawAll(
  ctx: LedContext,
  needs: LedNeed[],
  now: Date,
  pages: Map<string, StoredLedPage[]>,
): Promise<void> {
  for (const need of needs) {
    const made = await drawOnce(ctx, need, now)
    if (made) pages.set(ledKey(need), made)
  }
}

async function withPatience(work: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const pause = setTimeout(patienceMs, undefined, { signal: enough.signal }).catch(() => undefined)
  await Promise.race([work, pause])
  enough.abort()
}

/**
 * Draws a rendition for the strips in use as soon as it is made, so that their manifests find the pages. Never rejects.
 */
export async function drawForStrips(ctx: LedContext, renditionId: string, rendered: unknown, now: Date): Promise<void> {
  try {
    const content = boardContentSchema.parse(rendered)
    for (const size of await ledSizesInUse(ctx.db)) await drawOnce(ctx, { renditionId, content, ...size }, now)
  } catch (error) {
    ctx.log?.warn({ renditionId, error }, 'boards: a rendition could not be drawn for LED strips')
  }
}

const urgency = (need: LedNeed) => (need.content.priority === 'emergency' ? 1 : 0)

function restsAfterFailure(key: string, now: Date): boolean {
  const at = failedAt.get(key)
  if (at === undefined) return false
  if (now.getTime() - at < failedRestMs) return true
  failedAt.delete(key)
  return false
}

function drawOnce(ctx: LedContext, need: LedNeed, now: Date): Promise<StoredLedPage[] | undefined> {
  const key = ledKey(need)
  const running = drawing.get(key)
  if (running) return running
  const made = draw(ctx, need)
    .catch(error => {
      const { renditionId, width, height } = need
      ctx.log?.warn({ renditionId, width, height, error }, 'boards: pages of an LED strip could not be drawn')
      if (failedAt.size > 1000) failedAt.clear()
      failedAt.set(key, now.getTime())
      return undefined
    })
    .finally(() => drawing.delete(key))
  drawing.set(key, made)
  return made
}

async function draw(ctx: LedContext, need: LedNeed): Promise<StoredLedPage[] | undefined> {
  const key: LedKey = need
  const known = (await findLedPages(ctx.db, [key], ledVersion)).get(ledKey(key))
  if (known) return known
  const drawn = await drawLed(need.content, need)
  if (!drawn) return undefined
  const pages = await putLedPages(ctx.db, key, ledVersion, drawn)
  await pokeStrips(ctx.db, key)
  return pages
}

/** Strips of this size that have the rendition on their shelf already may have been given a manifest without its pages. */
async function pokeStrips(sql: Sql, { renditionId, width, height }: LedKey): Promise<void> {
  const { rows } = await sql.query<{ id: string }>(
    `select b.id from boards b join shelf_items s on s.kind = 'boards' and s.place_id = b.id
     where b.kind = 'led' and b.settings->'led'->>'width' = $2 and b.settings->'led'->>'height' = $3
       and s.rendition_id = $1 and s.withdrawn_at is null`,
    [renditionId, String(width), String(height)],
  )
  if (rows.length > 0)
    await pokeBoards(
      sql,
      rows.map(row => row.id),
    )
}
