import type { Instance } from '../../compose.ts'
import { approve, createDraft, submit } from '../../dispatch/announcements.ts'
import { cancel } from '../../dispatch/control.ts'
import { deliverChunk } from '../../dispatch/deliver.ts'
import { freezeDispatch } from '../../dispatch/plan.ts'
import { renderDispatch } from '../../dispatch/render.ts'
import type { Actor } from '../../domain/accounts.ts'
import { provinceCode } from '../registry.ts'
import { pictureOf } from './pictures.ts'
import type { PlannedItem } from './plan.ts'

const officer: Actor = { id: 'bench-officer', name: 'Cán bộ soạn thảo', role: 'officer', areas: [provinceCode] }
const approver: Actor = { id: 'bench-approver', name: 'Người phê duyệt', role: 'approver', areas: [provinceCode] }

/** Its number stands on each page of each item, wherever a page ends. */
const clause = (mark: string) => `Tin ${mark}: lịch làm việc thay đổi. `

/** What was published: the announcement, for cancelling it, and its dispatch, for finding it in manifests and proofs. */
export interface Published {
  announcementId: string
  dispatchId: string
}

/** Carries an item through the real way of an announcement: draft, submit, approve, freeze, render, deliver. */
export async function publish(office: Instance, item: PlannedItem): Promise<Published> {
  const { ctx, db } = office
  const pictures = item.picture ? [await pictureOf(office, item.mark, ctx.now())] : []
  const board: Record<string, unknown> = { takeover: item.takeover, pinned: item.pinned, media: pictures }
  if (item.weight !== undefined) board['weight'] = item.weight
  const draft = await createDraft(ctx, officer, {
    title: `Tin ${item.mark} về lịch làm việc`,
    body: clause(item.mark)
      .repeat(Math.max(1, Math.round(item.length / clause(item.mark).length)))
      .trim(),
    issuer: 'Ủy ban nhân dân phường',
    documentNumber: `${item.mark}/TB-UBND`,
    priority: item.priority,
    ...(item.priority === 'emergency' && { urgencyReason: 'Diễn tập' }),
    audience: { areas: [provinceCode], tags: [] },
    channels: ['board'],
    variants: { board },
    expiresAt: new Date(item.expiresAt).toISOString(),
  })
  const { hash } = await submit(ctx, officer, draft.id, draft.revision)
  await approve(ctx, approver, draft.id, hash)
  const { rows } = await db.query<{ id: string }>(
    `select id from dispatches where announcement_id = $1 and channel = 'board'`,
    [draft.id],
  )
  const dispatchId = rows[0]?.id ?? ''
  const { signal } = new AbortController()
  await freezeDispatch(ctx, dispatchId)
  await renderDispatch(ctx, office.withWorkDir, dispatchId, signal)
  const chunks = await db.query<{ id: string }>('select id from chunks where dispatch_id = $1 order by id', [
    dispatchId,
  ])
  for (const { id } of chunks.rows) await deliverChunk(ctx, id, 'board', office.openSession, signal)
  return { announcementId: draft.id, dispatchId }
}

/** Takes it back on every channel. */
export async function withdraw(office: Instance, { announcementId }: Published): Promise<void> {
  await cancel(office.ctx, officer, announcementId, 'Thay đổi lịch')
}
