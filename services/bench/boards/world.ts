import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { board } from '../../../channels/board/index.ts'
import type { Channel } from '../../../channels/contract.ts'
import { installChannels } from '../../../channels/registry.ts'
import { approve, createDraft, submit } from '../../dispatch/announcements.ts'
import type { DispatchContext } from '../../dispatch/context.ts'
import { cancel } from '../../dispatch/control.ts'
import { freezeDispatch } from '../../dispatch/plan.ts'
import { renderDispatch } from '../../dispatch/render.ts'
import type { Actor } from '../../domain/accounts.ts'
import { createBoards } from '../../places/boards/create.ts'
import { createLinks, type Links } from '../../runtime/links.ts'
import type { Db } from '../../store/db.ts'
import type { FleetBoard } from './fleet.ts'

export const province = '44'
const communes = 100
const officer: Actor = { id: 'bench-officer', name: 'Bench', role: 'officer', areas: [province] }
const approver: Actor = { id: 'bench-approver', name: 'Bench', role: 'approver', areas: [province] }

/** The code of the n-th commune, from 0. */
export const communeCode = (n: number) => String(19_000 + n)

/** The use cases as the API would call them, with the board channel alone. */
export function boardContext(db: Db): DispatchContext {
  return {
    db,
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    channels: installChannels([board as Channel<unknown, unknown>], ['board'], () => ({})),
    demo: false,
    quietHours: null,
  }
}

/** A province whose boards are all paired, with an access token each. */
export async function fillBoards(
  db: Db,
  secret: string,
  count: number,
): Promise<{ links: Links; boards: FleetBoard[] }> {
  await db.query('insert into instance (demo) values (false) on conflict do nothing')
  await db.query(
    `insert into areas (code, kind, name, parent_code)
     select $1, 'province', 'Tỉnh đo', null
     union all select (19000 + n)::text, 'commune', 'Xã đo số ' || n, $1 from generate_series(0, $2::int - 1) n`,
    [province, communes],
  )
  const ids = await createBoards(
    db,
    Array.from({ length: count }, (_, i) => ({ areaCode: communeCode(i % communes), name: `Bảng tin thôn số ${i}` })),
  )
  const { rows } = await db.query<{ id: string; boardId: string }>(
    `insert into board_sessions (board_id, kind, refresh_hash, created_at, refreshed_at, expires_at)
     select id, 'player', 'bench-' || id, now(), now(), now() + interval '180 days' from boards
     returning id, board_id as "boardId"`,
  )
  await db.query('analyze')
  const links = createLinks(secret, 'http://127.0.0.1:9')
  const session = new Map(rows.map(r => [r.boardId, r.id]))
  // Longer than a real one, so that the bench need not refresh ten thousand of them half way.
  const until = new Date(Date.now() + 3_600_000)
  const boards = ids.map(id => ({
    id,
    access: links.boardAccess({ boardId: id, sessionId: session.get(id) ?? '' }, until),
  }))
  return { links, boards }
}

/** Something for all boards that is approved and rendered, and not on their shelves yet. */
export interface Ready {
  announcementId: string
  dispatchId: string
  renditionId: string
}

/** Writes, approves, freezes and renders one; nothing is delivered. */
export async function prepared(ctx: DispatchContext, priority: 'routine' | 'emergency', n: number): Promise<Ready> {
  const draft = await createDraft(ctx, officer, {
    title: `Khẩn cấp: sơ tán khỏi vùng ngập, lần ${n}`,
    body: emergencyText,
    issuer: 'Ủy ban nhân dân tỉnh',
    priority,
    ...(priority === 'emergency' && { urgencyReason: 'Đo tốc độ đến các bảng tin' }),
    audience: { areas: [province] },
    channels: ['board'],
  })
  const { hash } = await submit(ctx, officer, draft.id, draft.revision)
  await approve(ctx, approver, draft.id, hash)
  const { rows } = await ctx.db.query('select id from dispatches where announcement_id = $1', [draft.id])
  const dispatchId: string = rows[0].id
  await freezeDispatch(ctx, dispatchId)
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-'))
  await renderDispatch(ctx, work => work(dir), dispatchId, new AbortController().signal).finally(() =>
    rm(dir, { recursive: true, force: true }),
  )
  const rendered = await ctx.db.query('select rendition_id from dispatches where id = $1', [dispatchId])
  return { announcementId: draft.id, dispatchId, renditionId: rendered.rows[0].rendition_id }
}

/** Takes it off all boards, as an officer does. */
export async function takenBack(ctx: DispatchContext, { announcementId }: Ready): Promise<void> {
  await cancel(ctx, officer, announcementId, 'Đo xong')
}

export const emergencyText =
  'Lúc 17 giờ 30 phút, mực nước sông đã vượt báo động 3. Đề nghị nhân dân các thôn ven sông sơ tán ngay đến trường học và trụ sở Ủy ban nhân dân xã, mang theo giấy tờ, thuốc men và nước uống. Người cần giúp đỡ gọi số trực ban của xã.'
