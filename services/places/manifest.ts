import { createHash } from 'node:crypto'
import type { Priority } from '../domain/announcement.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { Sql } from '../store/db.ts'
import { type BoardItem, itemsOfBoards, type StoredBoardContent } from './shelf.ts'

/** What a board shows now. `version` is the hash of everything else, so any difference, a removal too, changes it. */
export interface Manifest {
  version: string
  board: { name: string; commune: string }
  items: ManifestItem[]
  /** Items that take the whole screen, newest first, each until its own end. */
  emergency: { dispatchId: string; until: string }[]
  nextPollSeconds: number
  demo: boolean
}

export interface ManifestItem {
  dispatchId: string
  revision: number
  contentHash: string
  title: string
  pages: StoredBoardContent['pages']
  issuer: string
  documentNumber: string
  priority: Priority
  startsAt: string
  expiresAt: string
}

/** A poke that got lost costs at most one of these. */
const pollSeconds = 60

/**
 * An emergency without an end of its own stops taking the whole screen after this long and goes on in the rotation:
 * a forgotten emergency must not hold a board for ever.
 */
const fullScreenHours = 12

/**
 * Manifests of many boards in two queries, so that a poke to all boards of a province costs no query per board.
 * Unknown ids have none.
 */
export async function boardManifests(
  sql: Sql,
  boardIds: string[],
  now: Date,
  demo: boolean,
): Promise<Map<string, Manifest>> {
  const { rows } = await sql.query<{ id: string; name: string; commune: string }>(
    `select b.id, b.name, a.name as commune from boards b join areas a on a.code = b.area_code
     where b.id = any($1::bigint[]) and b.retired_at is null`,
    [boardIds],
  )
  const items = await itemsOfBoards(
    sql,
    rows.map(r => r.id),
    now,
  )
  return new Map(
    rows.map(({ id, name, commune }) => [id, buildManifest({ name, commune }, items.get(id) ?? [], now, demo)]),
  )
}

/** Pure part of {@link boardManifests}: the manifest of one board's current items, given in the order of showing. */
export function buildManifest(
  board: { name: string; commune: string },
  items: BoardItem[],
  now: Date,
  demo: boolean,
): Manifest {
  const emergency = items
    .filter(i => i.priority === 'emergency')
    .map(i => ({ dispatchId: i.dispatchId, until: fullScreenEnd(i) }))
    .filter(e => e.until > now)
  const body = {
    board,
    items: items.map(toManifestItem),
    emergency: emergency.map(e => ({ dispatchId: e.dispatchId, until: e.until.toISOString() })),
    nextPollSeconds: pollSeconds,
    demo,
  }
  return { version: createHash('sha256').update(canonicalJson(body)).digest('hex').slice(0, 32), ...body }
}

function fullScreenEnd(item: BoardItem): Date {
  if (item.endGiven) return item.expiresAt
  return new Date(item.putAt.getTime() + fullScreenHours * 3_600_000)
}

function toManifestItem(item: BoardItem): ManifestItem {
  return {
    dispatchId: item.dispatchId,
    revision: item.revision,
    contentHash: item.content.contentHash,
    title: item.content.title,
    pages: item.content.pages,
    issuer: item.content.issuer,
    documentNumber: item.content.documentNumber,
    priority: item.priority,
    startsAt: item.putAt.toISOString(),
    expiresAt: item.expiresAt.toISOString(),
  }
}
