import type { Actor } from '../domain/accounts.ts'
import type { AnnouncementContent, AnnouncementState } from '../domain/announcement.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { type ScriptReading, scriptReadingSchema } from '../domain/reading.ts'
import { foldName } from '../text/fold.ts'
import type { Sql } from './db.ts'

/** A row of `announcements`, dates as Date, content parsed. */
export interface AnnouncementRow {
  id: string
  state: AnnouncementState
  revision: number
  content: AnnouncementContent
  /** Pinned from the submission on, where a channel speaks. */
  reading: ScriptReading | null
  authorId: string
  authorName: string
  submittedBy: string | null
  submittedAt: Date | null
  approvedBy: string | null
  approvedByName: string | null
  approvedAt: Date | null
  approvedHash: string | null
  cancelledAt: Date | null
  cancelReason: string | null
  returnReason: string | null
  createdAt: Date
  updatedAt: Date
}

const columns = `id, state, revision, content, reading, author_id as "authorId", author_name as "authorName",
  submitted_by as "submittedBy", submitted_at as "submittedAt", approved_by as "approvedBy",
  approved_by_name as "approvedByName", approved_at as "approvedAt", approved_hash as "approvedHash",
  cancelled_at as "cancelledAt", cancel_reason as "cancelReason", return_reason as "returnReason",
  created_at as "createdAt", updated_at as "updatedAt"`

/** A list leaves out what it does not show: the reading of an announcement whose hash is settled. */
const listColumns = columns.replace(' reading,', ` case when state = 'submitted' then reading end as reading,`)

function parse(row: AnnouncementRow & { content: unknown; reading: unknown }): AnnouncementRow {
  return {
    ...row,
    content: announcementContentSchema.parse(row.content),
    reading: row.reading === null ? null : scriptReadingSchema.parse(row.reading),
  }
}

const searchText = (content: AnnouncementContent) => foldName(`${content.title} ${content.documentNumber}`)

/** Adds a draft and returns it. */
export async function insertAnnouncement(
  sql: Sql,
  author: Actor,
  content: AnnouncementContent,
  now: Date,
): Promise<AnnouncementRow> {
  const { rows } = await sql.query(
    `insert into announcements (content, search_text, author_id, author_name, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $5) returning ${columns}`,
    [JSON.stringify(content), searchText(content), author.id, author.name, now],
  )
  return parse(rows[0])
}

/**
 * Reads one announcement. With `lock` the row is held until the transaction ends, so that two people acting at the
 * same moment are put in order. The lock lets rows that only refer to the announcement be written meanwhile.
 */
export async function findAnnouncement(sql: Sql, id: string, lock = false): Promise<AnnouncementRow | undefined> {
  const { rows } = await sql.query(
    `select ${columns} from announcements where id = $1 ${lock ? 'for no key update' : ''}`,
    [id],
  )
  return rows[0] === undefined ? undefined : parse(rows[0])
}

/** Newest first; `q` is compared without diacritics; `before` is the cursor (`updatedAt` ISO and id of the last row). Index: announcements_recent. */
export async function listAnnouncementRows(
  sql: Sql,
  filter: { state?: AnnouncementState; q?: string; before?: { updatedAt: string; id: string }; limit: number },
): Promise<AnnouncementRow[]> {
  const { rows } = await sql.query(
    `select ${listColumns} from announcements
     where ($1::text is null or state = $1)
       and ($2::text is null or strpos(search_text, $2) > 0)
       and ($3::timestamptz is null or (date_trunc('milliseconds', updated_at), id) < ($3, $4::uuid))
     order by updated_at desc, id desc limit $5`,
    [
      filter.state ?? null,
      filter.q ? foldName(filter.q) : null,
      filter.before?.updatedAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
    ],
  )
  return rows.map(parse)
}

/**
 * Emergencies for boards that wait for approval or stand on boards, the waiting ones first, then those approved last.
 * One whose end has passed is over, whatever its state says.
 */
export async function listBoardEmergencyRows(sql: Sql, now: Date, limit: number): Promise<AnnouncementRow[]> {
  const { rows } = await sql.query(
    `select ${listColumns} from announcements
     where state in ('submitted', 'approved', 'dispatching', 'completed')
       and content->>'priority' = 'emergency' and content->'channels' ? 'board'
       and (content->>'expiresAt' is null or (content->>'expiresAt')::timestamptz > $1)
     order by approved_at desc nulls first, updated_at desc, id limit $2`,
    [now, limit],
  )
  return rows.map(parse)
}

/** New content: the revision grows, and an earlier submission or return note no longer applies. */
export async function updateContent(
  sql: Sql,
  id: string,
  content: AnnouncementContent,
  now: Date,
): Promise<AnnouncementRow> {
  const { rows } = await sql.query(
    `update announcements set content = $2, search_text = $3, revision = revision + 1, updated_at = $4
     where id = $1 returning ${columns}`,
    [id, JSON.stringify(content), searchText(content), now],
  )
  return parse(rows[0])
}

/** Columns that go with a change of state; what is not named stays as it is. */
export interface StateChange {
  state: AnnouncementState
  reading?: ScriptReading | null
  submittedBy?: string | null
  submittedAt?: Date | null
  approvedBy?: string
  approvedByName?: string
  approvedAt?: Date
  approvedHash?: string
  cancelledAt?: Date
  cancelReason?: string
  returnReason?: string | null
}

const stateColumns: Record<keyof StateChange, string> = {
  state: 'state',
  reading: 'reading',
  submittedBy: 'submitted_by',
  submittedAt: 'submitted_at',
  approvedBy: 'approved_by',
  approvedByName: 'approved_by_name',
  approvedAt: 'approved_at',
  approvedHash: 'approved_hash',
  cancelledAt: 'cancelled_at',
  cancelReason: 'cancel_reason',
  returnReason: 'return_reason',
}

/** Writes a new state; the caller holds the row's lock and has checked the transition. */
export async function updateState(sql: Sql, id: string, change: StateChange, now: Date): Promise<AnnouncementRow> {
  const names = Object.keys(change) as (keyof StateChange)[]
  const sets = names.map((name, i) => `${stateColumns[name]} = $${i + 3}`)
  const { rows } = await sql.query(
    `update announcements set ${sets.join(', ')}, updated_at = $2 where id = $1 returning ${columns}`,
    [id, now, ...names.map(name => (name === 'reading' ? jsonOrNull(change.reading) : change[name]))],
  )
  return parse(rows[0])
}

function jsonOrNull(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null
}

export interface AnnouncementEventRow {
  at: Date
  actorName: string
  action: string
  revision: number
  detail: Record<string, unknown>
}

/** Appends to the record of who did what. */
export async function recordEvent(
  sql: Sql,
  event: { announcementId: string; actor: { id: string; name: string }; action: string; revision: number; at: Date },
  detail: Record<string, unknown> = {},
): Promise<void> {
  await sql.query(
    `insert into announcement_events (announcement_id, at, actor_id, actor_name, action, revision, detail)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [event.announcementId, event.at, event.actor.id, event.actor.name, event.action, event.revision, detail],
  )
}

/** Oldest first. Index: announcement_events_of. */
export async function listEvents(sql: Sql, announcementId: string): Promise<AnnouncementEventRow[]> {
  const { rows } = await sql.query(
    `select at, actor_name as "actorName", action, revision, detail
     from announcement_events where announcement_id = $1 order by id`,
    [announcementId],
  )
  return rows
}
