import { createHash, type Hash } from 'node:crypto'
import type { Log } from '../../../channels/contract.ts'
import {
  type BoardKind,
  type BoardManifest,
  type BoardSettings,
  boardSettingsSchema,
  type ManifestItem,
} from '../../domain/board.ts'
import { mediaFiles } from '../../domain/board-content.ts'
import type { Links } from '../../runtime/links.ts'
import type { Sql } from '../../store/db.ts'
import type { StoredLedPage } from '../../store/led-pages.ts'
import { type BoardItem, itemsOfBoards } from '../shelf.ts'
import { type LedNeed, type LedTable, ledTable } from './led.ts'

/** What building manifests needs of an instance. */
export interface ManifestContext {
  db: Sql
  links: Links
  demo: boolean
  /** Told when a strip's pages cannot be drawn. */
  log?: Log
}

/** A manifest as it is sent. */
export interface BuiltManifest {
  version: string
  /** The whole body, JSON; see boardManifestSchema: `head`, `shared` and `own` one after the other. */
  readonly body: string
  /** Opens the object and names the version. */
  head: string
  /** What boards with the same items have in common, most of the body; one string for all of them. */
  shared: string
  /** What is this board's own; closes the object. */
  own: string
  /** True while an emergency takes the screen. */
  urgent: boolean
  /** When time alone changes it next: an item or a takeover ends. Null: nothing in it ends. */
  freshUntil: Date | null
}

/** A board as its manifest names it. */
export interface ManifestBoard {
  id: string
  name: string
  commune: string
  kind: BoardKind
  settings: unknown
}

/** A poke that got lost costs at most one of these. */
const pollSeconds = 60

/**
 * An emergency without an end of its own stops taking the whole screen after this long and goes on in the rotation:
 * a forgotten emergency must not hold a board for ever.
 */
const fullScreenHours = 12

/** A download that starts just before the end may still finish. */
const graceMs = 3_600_000

/**
 * Manifests of many boards in a few queries, so that a poke to all boards of a province costs no query per board.
 * Unknown ids, boards out of use and paper boards have none.
 */
export async function boardManifests(
  ctx: ManifestContext,
  boardIds: string[],
  now: Date,
): Promise<Map<string, BuiltManifest>> {
  const { rows } = await ctx.db.query<ManifestBoard>(
    `select b.id, b.name, a.name as commune, b.kind, b.settings from boards b join areas a on a.code = b.area_code
     where b.id = any($1::bigint[]) and b.retired_at is null and b.kind <> 'paper'`,
    [boardIds],
  )
  const items = await itemsOfBoards(
    ctx.db,
    rows.map(r => r.id),
    now,
  )
  const led = await ledTable(ctx, ledNeeds(rows, items), now)
  const build = manifestBuilder(ctx.links, ctx.demo, now, led)
  return new Map(rows.map(board => [board.id, build(board, items.get(board.id) ?? [])]))
}

/** Which items are to be drawn for strips of which sizes. */
function ledNeeds(boards: ManifestBoard[], items: Map<string, BoardItem[]>): LedNeed[] {
  return boards.flatMap(board => {
    const size = stripOf(board)
    if (!size) return []
    return (items.get(board.id) ?? []).map(({ renditionId, content }) => ({ renditionId, content, ...size }))
  })
}

/** Size of an LED strip; null for another board, and for a strip that nobody has measured yet. */
function stripOf({ kind, settings }: ManifestBoard): BoardSettings['led'] {
  return kind === 'led' ? boardSettingsSchema.parse(settings).led : null
}

/**
 * Builds manifests of boards from their current items, given in the order of showing. Boards of a commune mostly hold the
 * same items: what is the same is put into words once. Pure.
 */
export function manifestBuilder(
  links: Links,
  demo: boolean,
  now: Date,
  led: LedTable = () => undefined,
): (board: ManifestBoard, items: BoardItem[]) => BuiltManifest {
  const parts = new Map<string, SharedPart>()
  const settingsOf = new Map<string, string>()
  const shared = (items: BoardItem[], strip: BoardSettings['led']): SharedPart => {
    const size = strip ? `${strip.width}x${strip.height};` : ''
    const key = size + items.map(i => `${i.dispatchId}:${i.putAt.getTime()}`).join()
    const known = parts.get(key) ?? sharedPart(items, now, demo, item => manifestItem(links, item, strip, led))
    parts.set(key, known)
    return known
  }
  /** Most boards are set alike, and reading a schema takes longer than all the rest. */
  const settingsJson = (settings: unknown): string => {
    const key = JSON.stringify(settings)
    const known = settingsOf.get(key) ?? JSON.stringify(boardSettingsSchema.parse(settings))
    settingsOf.set(key, known)
    return known
  }
  return ({ settings, ...board }, items) => {
    const { json, hash, urgent, freshUntil } = shared(items, stripOf({ settings, ...board }))
    const own = `,"board":${JSON.stringify(board)},"settings":${settingsJson(settings)}}`
    // What is shared is hashed once, and each board's own part goes on from there.
    const version = hash.copy().update(own).digest().toString('hex', 0, 16)
    return {
      version,
      head: headOf(version),
      shared: json,
      own,
      urgent,
      freshUntil,
      get body() {
        return this.head + this.shared + this.own
      },
    }
  }
}

/** Opens a manifest. */
export function headOf(version: string): string {
  return `{"version":"${version}",`
}

type SharedPart = Pick<BuiltManifest, 'urgent' | 'freshUntil'> & { json: string; hash: Hash }

function sharedPart(
  items: BoardItem[],
  now: Date,
  demo: boolean,
  present: (item: BoardItem) => ManifestItem,
): SharedPart {
  const emergency = items
    .filter(i => i.priority === 'emergency')
    .map(i => ({ dispatchId: i.dispatchId, mode: i.content.takeover, until: fullScreenEnd(i) }))
    .filter(e => e.until > now)
  const ends = [...items.map(i => i.expiresAt), ...emergency.map(e => e.until)].map(d => d.getTime())
  const part: Pick<BoardManifest, 'items' | 'emergency' | 'nextPollSeconds' | 'demo'> = {
    items: items.map(present),
    emergency: emergency.map(e => ({ ...e, until: e.until.toISOString() })),
    nextPollSeconds: pollSeconds,
    demo,
  }
  const json = JSON.stringify(part).slice(1, -1)
  return {
    json,
    hash: createHash('sha256').update(json),
    urgent: emergency.length > 0,
    freshUntil: ends.length > 0 ? new Date(Math.min(...ends)) : null,
  }
}

function fullScreenEnd(item: BoardItem): Date {
  if (item.endGiven) return item.expiresAt
  return new Date(item.putAt.getTime() + fullScreenHours * 3_600_000)
}

function manifestItem(links: Links, item: BoardItem, strip: BoardSettings['led'], drawn: LedTable): ManifestItem {
  const { demo: _, ...content } = item.content
  const pages = strip && drawn(item.renditionId, strip)
  const end = new Date(item.expiresAt.getTime() + graceMs)
  const led = pages && strip ? { ...strip, pages: pages.map(({ sha256, dwellMs }) => ({ sha256, dwellMs })) } : null
  // A strip shows its pages and nothing else, so it fetches nothing else.
  const media = led ? [] : content.media
  const files = led ? filesOfStrip(pages ?? []) : media.flatMap(mediaFiles)
  return {
    ...content,
    media,
    dispatchId: item.dispatchId,
    revision: item.revision,
    priority: item.priority,
    startsAt: item.putAt.toISOString(),
    expiresAt: item.expiresAt.toISOString(),
    files: files.map(({ sha256, bytes, name }) => ({
      sha256,
      bytes,
      // Relative, since a board may reach this server under another name; the end is the item's, so it stays the same.
      url: links.signUrl(`/files/${sha256}/${name}`, end).slice(links.publicUrl.length),
    })),
    led,
  }
}

/** Pages may be alike; each file is fetched once. */
function filesOfStrip(pages: StoredLedPage[]): { sha256: string; bytes: number; name: string }[] {
  return [...new Map(pages.map(({ sha256, bytes }) => [sha256, { sha256, bytes, name: 'led.png' }])).values()]
}
