import { requireChannel } from '../../channels/registry.ts'
import { jobVersion } from '../../config/queues.ts'
import type { Actor, Permission } from '../domain/accounts.ts'
import { may, requirePermission } from '../domain/accounts.ts'
import type { AnnouncementAction, AnnouncementContent, AnnouncementState } from '../domain/announcement.ts'
import { announcementContentSchema, announcementStates, nextState } from '../domain/announcement.ts'
import { approvalHash, checkApproval } from '../domain/approval.ts'
import type { DeliveryCounts } from '../domain/delivery.ts'
import { AppError } from '../domain/errors.ts'
import type { AnnouncementEventRow, AnnouncementRow } from '../store/announcements.ts'
import {
  findAnnouncement,
  insertAnnouncement,
  listAnnouncementRows,
  listBoardEmergencyRows,
  listEvents,
  recordEvent,
  updateContent,
  updateState,
} from '../store/announcements.ts'
import { communesOf } from '../store/areas.ts'
import type { Sql, Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import { insertDispatches } from '../store/dispatches.ts'
import { addToOutbox } from '../store/outbox.ts'
import { countsOfAnnouncements } from '../store/progress.ts'
import { checkContent } from '../text/input.ts'
import type { DispatchContext } from './context.ts'
import { readingOf } from './reading.ts'
import { requireUploads } from './uploads.ts'

/** An announcement as a caller sees it: with totals, the hash to approve, and what the asking person may do now. */
export interface AnnouncementRecord extends Omit<AnnouncementRow, 'approvedHash'> {
  counts: DeliveryCounts | null
  allowedActions: string[]
  hash: string
}

/** Which permission each action of a person needs; `start`, `complete` and `expire` are the machine's. */
const actionPermission = {
  submit: 'announcement.submit',
  withdraw: 'announcement.submit',
  return: 'announcement.approve',
  approve: 'announcement.approve',
  cancel: 'announcement.control',
} as const satisfies Partial<Record<AnnouncementAction, Permission>>

function allowedActions(row: AnnouncementRow, actor: Actor): string[] {
  const actions: string[] = (Object.keys(actionPermission) as (keyof typeof actionPermission)[]).filter(
    action =>
      nextState(row.state, action) !== undefined &&
      may(actor.role, actionPermission[action]) &&
      !(action === 'approve' && (actor.id === row.authorId || actor.id === row.submittedBy)),
  )
  if (row.state === 'draft' && may(actor.role, 'announcement.write')) actions.push('edit')
  if (may(actor.role, 'announcement.write')) actions.push('copy')
  return actions
}

function present(row: AnnouncementRow, actor: Actor, counts: DeliveryCounts | null): AnnouncementRecord {
  const { approvedHash, ...rest } = row
  return {
    ...rest,
    counts,
    allowedActions: allowedActions(row, actor),
    hash: approvedHash ?? approvalHash(row.content, row.reading),
  }
}

function notFound(): AppError {
  return new AppError('not-found', {
    vi: 'Không tìm thấy thông báo này. Có thể đường dẫn đã sai.',
    en: 'There is no such announcement. The address may be wrong.',
  })
}

function wrongState(row: AnnouncementRow, action: AnnouncementAction | 'edit'): AppError {
  return new AppError(
    'announcement.wrong-state',
    {
      vi: 'Thông báo đang ở trạng thái không cho phép thao tác này. Ông/Bà vui lòng tải lại trang.',
      en: `This cannot be done while the announcement is ${row.state}. Please reload the page.`,
    },
    { details: { state: row.state, action } },
  )
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function load(sql: Sql, id: string, lock = false): Promise<AnnouncementRow> {
  const row = uuid.test(id) ? await findAnnouncement(sql, id, lock) : undefined
  if (!row) throw notFound()
  return row
}

/** Shape, text and channel checks of what an officer sends. */
function readContent(ctx: DispatchContext, raw: unknown, forSubmit: boolean): AnnouncementContent {
  const parsed = announcementContentSchema.parse(raw)
  const content = checkContent(parsed, ctx.now(), { forSubmit })
  for (const id of content.channels) requireChannel(ctx.channels, id)
  return content
}

function staleRevision(): AppError {
  return new AppError('conflict.version', {
    vi: 'Người khác vừa sửa thông báo này. Nội dung Ông/Bà đang soạn vẫn còn trên màn hình; vui lòng so với bản mới.',
    en: 'Somebody else has just changed this announcement. Your text is still on the screen; compare it with the new one.',
  })
}

/** Saves a new draft. Drafts may be incomplete; what is there must be readable text. */
export async function createDraft(ctx: DispatchContext, actor: Actor, raw: unknown): Promise<AnnouncementRecord> {
  requirePermission(actor, 'announcement.write')
  const content = readContent(ctx, raw, false)
  const row = await transaction(ctx.db, async sql => {
    const added = await insertAnnouncement(sql, actor, content, ctx.now())
    await requireUploads(sql, content, added.id)
    await recordEvent(sql, { announcementId: added.id, actor, action: 'create', revision: 1, at: ctx.now() })
    return added
  })
  return present(row, actor, null)
}

/**
 * Replaces a draft's content.
 * @param revision the revision the editor started from; a newer one in the meantime is a conflict, not an overwrite
 */
export async function updateDraft(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  revision: number,
  raw: unknown,
): Promise<AnnouncementRecord> {
  requirePermission(actor, 'announcement.write')
  const content = readContent(ctx, raw, false)
  const row = await transaction(ctx.db, async sql => {
    const present = await load(sql, id, true)
    if (present.state !== 'draft') throw wrongState(present, 'edit')
    if (present.revision !== revision) throw staleRevision()
    if (approvalHash(present.content) === approvalHash(content)) return present
    await requireUploads(sql, content, id)
    const changed = await updateContent(sql, id, content, ctx.now())
    await recordEvent(sql, {
      announcementId: id,
      actor,
      action: 'edit',
      revision: changed.revision,
      at: ctx.now(),
    })
    return changed
  })
  return present(row, actor, null)
}

/** @throws AppError not-found */
export async function getAnnouncement(ctx: DispatchContext, actor: Actor, id: string): Promise<AnnouncementRecord> {
  requirePermission(actor, 'announcement.read')
  const row = await load(ctx.db, id)
  const counts = await countsOfAnnouncements(ctx.db, [id])
  return present(row, actor, counts.get(id) ?? null)
}

export interface AnnouncementFilter {
  state?: string | undefined
  q?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

/** A cursor of ours; anything else means: from the beginning. */
function readCursor(cursor: string | undefined): { updatedAt: string; id: string } | undefined {
  const [, updatedAt = '', id = ''] = /^(20\d{2}-[\d:.T-]{18}Z)_(.+)$/.exec(cursor ?? '') ?? []
  if (!uuid.test(id) || Number.isNaN(Date.parse(updatedAt))) return undefined
  return { updatedAt, id }
}

/** Newest first, in pages. The cursor is opaque to callers. */
export async function listAnnouncements(
  ctx: DispatchContext,
  actor: Actor,
  filter: AnnouncementFilter,
): Promise<{ items: AnnouncementRecord[]; nextCursor: string | null }> {
  requirePermission(actor, 'announcement.read')
  const limit = Math.min(Math.max(filter.limit ?? 25, 1), 100)
  const before = readCursor(filter.cursor)
  const state = announcementStates.find(s => s === filter.state) as AnnouncementState | undefined
  const rows = await listAnnouncementRows(ctx.db, {
    limit: limit + 1,
    ...(state && { state }),
    ...(filter.q?.trim() && { q: filter.q.trim().normalize('NFC') }),
    ...(before && { before }),
  })
  const page = rows.slice(0, limit)
  const counts = await countsOfAnnouncements(
    ctx.db,
    page.map(r => r.id),
  )
  const last = page.at(-1)
  return {
    items: page.map(row => present(row, actor, counts.get(row.id) ?? null)),
    nextCursor: rows.length > limit && last ? `${last.updatedAt.toISOString()}_${last.id}` : null,
  }
}

/** An emergency nobody took off may have no end; so many at once are no emergencies any more. */
const mostEmergencies = 100

/** Emergencies on public boards, or waiting for somebody to let them there: what somebody may have to take off. */
export async function boardEmergencies(ctx: DispatchContext, actor: Actor): Promise<AnnouncementRecord[]> {
  requirePermission(actor, 'announcement.read')
  const rows = await listBoardEmergencyRows(ctx.db, ctx.now(), mostEmergencies)
  return rows.map(row => present(row, actor, null))
}

/** Who did what with it, oldest first. */
export async function history(ctx: DispatchContext, actor: Actor, id: string): Promise<AnnouncementEventRow[]> {
  requirePermission(actor, 'announcement.read')
  await load(ctx.db, id)
  return await listEvents(ctx.db, id)
}

/** A new draft with the same content and no dates, for sending something similar. */
export async function copyAnnouncement(ctx: DispatchContext, actor: Actor, id: string): Promise<AnnouncementRecord> {
  const { content } = await getAnnouncement(ctx, actor, id)
  return await createDraft(ctx, actor, { ...content, scheduleAt: null, expiresAt: null })
}

/** One transition by a person: lock, check, write, record, in one transaction. */
export async function act(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  action: keyof typeof actionPermission,
  work: (sql: Transaction, row: AnnouncementRow) => Promise<{ row: AnnouncementRow; detail?: Record<string, unknown> }>,
): Promise<AnnouncementRecord> {
  requirePermission(actor, actionPermission[action])
  const row = await transaction(ctx.db, async sql => {
    const present = await load(sql, id, true)
    if (nextState(present.state, action) === undefined) throw wrongState(present, action)
    const { row: changed, detail } = await work(sql, present)
    await recordEvent(sql, { announcementId: id, actor, action, revision: changed.revision, at: ctx.now() }, detail)
    return changed
  })
  const counts = await countsOfAnnouncements(ctx.db, [id])
  return present(row, actor, counts.get(id) ?? null)
}

/**
 * Sends a finished draft for approval; everything an announcement must have is checked here. Where a channel speaks, the
 * script is read aloud now, and this reading is what the approver signs and the voice is given.
 */
export async function submit(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  revision: number,
): Promise<AnnouncementRecord> {
  return await act(ctx, actor, id, 'submit', async (sql, row) => {
    if (row.revision !== revision) throw staleRevision()
    const content = readContent(ctx, row.content, true)
    await communesOf(sql, content.audience.areas)
    await requireUploads(sql, content)
    const reading = await readingOf(ctx, sql, content)
    const changed = await updateState(
      sql,
      id,
      { state: 'submitted', reading, submittedBy: actor.id, submittedAt: ctx.now(), returnReason: null },
      ctx.now(),
    )
    return { row: changed, detail: { hash: approvalHash(content, reading) } }
  })
}

/** Takes a submission back to go on writing; its reading is made anew with the next one. */
export async function withdraw(ctx: DispatchContext, actor: Actor, id: string): Promise<AnnouncementRecord> {
  return await act(ctx, actor, id, 'withdraw', async sql => ({
    row: await updateState(sql, id, { state: 'draft', reading: null, submittedBy: null, submittedAt: null }, ctx.now()),
  }))
}

/** The approver sends it back to its author with a reason. */
export async function returnForChanges(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  reason: string,
): Promise<AnnouncementRecord> {
  return await act(ctx, actor, id, 'return', async sql => ({
    row: await updateState(
      sql,
      id,
      { state: 'draft', reading: null, submittedBy: null, submittedAt: null, returnReason: reason },
      ctx.now(),
    ),
    detail: { reason },
  }))
}

/**
 * Approves exactly the content and the reading whose hash the approver saw. State, dispatches and the messages that start them are
 * written in one transaction; the queue hears of it from the outbox.
 */
export async function approve(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  seenHash: string,
): Promise<AnnouncementRecord> {
  return await act(ctx, actor, id, 'approve', async (sql, row) => {
    checkApproval(row, actor.id, seenHash)
    // Time has passed since the submission: the expiry may be over, a channel switched off. A start that has passed
    // meanwhile is no fault: then it starts now.
    const content = readContent(ctx, { ...row.content, scheduleAt: null }, true)
    await communesOf(sql, content.audience.areas)
    await requireUploads(sql, content)
    const now = ctx.now().getTime()
    const notBefore = new Date(
      Math.max(now, row.content.scheduleAt === null ? now : Date.parse(row.content.scheduleAt)),
    )
    const dispatchIds = await insertDispatches(
      sql,
      {
        id,
        revision: row.revision,
        priority: row.content.priority,
        notBefore,
        expiresAt: row.content.expiresAt === null ? null : new Date(row.content.expiresAt),
      },
      row.content.channels.map(channelId => ({
        id: channelId,
        method: requireChannel(ctx.channels, channelId).channel.method,
      })),
    )
    await addToOutbox(
      sql,
      dispatchIds.map(dispatchId => ({
        job: 'plan',
        payload: { v: jobVersion, dispatchId },
        priority: row.content.priority,
        notBefore,
      })),
    )
    const changed = await updateState(
      sql,
      id,
      {
        state: 'approved',
        approvedBy: actor.id,
        approvedByName: actor.name,
        approvedAt: ctx.now(),
        approvedHash: seenHash,
      },
      ctx.now(),
    )
    return { row: changed, detail: { hash: seenHash, notBefore: notBefore.toISOString() } }
  })
}
