import { z } from 'zod'
import type { Batch, Channel, Session } from '../../channels/contract.ts'
import { defineChannel } from '../../channels/contract.ts'
import type { ChannelTable } from '../../channels/registry.ts'
import { installChannels } from '../../channels/registry.ts'
import { approve, createDraft, submit } from '../../services/dispatch/announcements.ts'
import type { DispatchContext } from '../../services/dispatch/context.ts'
import type { Actor } from '../../services/domain/accounts.ts'
import type { DeliveryCounts, Outcome } from '../../services/domain/delivery.ts'
import type { Db } from '../../services/store/db.ts'
import { countsOfDispatches } from '../../services/store/progress.ts'
import { silentLog } from './server-keeper.ts'

export const officer: Actor = { id: 'officer-1', name: 'Cán bộ soạn thảo', role: 'officer', areas: ['44'] }
export const approver: Actor = { id: 'approver-1', name: 'Người phê duyệt', role: 'approver', areas: ['44'] }

/** What a scripted channel does with a flush: the test's own decision, one outcome per target. */
export type SendScript = (batch: Batch<unknown>, signal: AbortSignal) => Promise<Outcome[]> | Outcome[]

export interface ScriptedChannel {
  channel: Channel<unknown, unknown>
  /** Every target id that was handed to the channel, in order, repeats included. */
  sentTo: string[]
  script: SendScript
  session: () => Promise<Session<unknown>>
}

/**
 * A channel of our own contract whose outcomes a test decides. It stands for no vendor: the real channels have their
 * contract tests; this one makes the dispatch engine meet every outcome at every moment.
 */
export function scriptedChannel(
  id: string,
  traits: Partial<Channel['traits']> = {},
  audience: Channel['audience'] = 'citizens',
): ScriptedChannel {
  const scripted: ScriptedChannel = {
    sentTo: [],
    // Receipts may name our own ids or, as SMPP's do, the vendor's reference alone.
    script: batch =>
      batch.targets.map(t => {
        const ref = `${id}-${batch.dispatchId}-${t.id}`
        return { kind: 'accepted', ref, partRefs: [ref] }
      }),
    session: async () => ({
      send: async (batch, signal) => {
        scripted.sentTo.push(...batch.targets.map(t => t.id))
        return await scripted.script(batch, signal)
      },
      health: async () => ({ ok: true, detail: { vi: 'tốt', en: 'fine' } }),
      close: async () => undefined,
    }),
    channel: defineChannel<unknown, unknown>({
      id,
      method: 'telecom-message',
      name: { vi: id, en: id },
      audience,
      ...(audience === 'citizens' && { address: 'phone' as const }),
      configSchema: z.object({}),
      configHelp: {},
      traits: { bestEvidence: 'handed-over', repeat: 'unsafe', maxBatch: 50, quietHours: false, ...traits },
      render: async source => ({ content: { text: source.content.body }, files: [], warnings: [] }),
      estimate: () => ({ warnings: [] }),
      open: async () => await scripted.session(),
    }),
  }
  return scripted
}

/** One province with two communes and `citizens` people with consent, all in the first: they share their chunks. */
export async function seedRegistry(db: Db, citizens: number): Promise<void> {
  await db.query(`insert into instance (demo) values (false)`)
  await db.query(
    `insert into areas (code, kind, name, parent_code) values
       ('44', 'province', 'Tỉnh Quảng Trị', null),
       ('19333', 'commune', 'Phường Đông Hà', '44'),
       ('19742', 'commune', 'Đặc khu Cồn Cỏ', '44')`,
  )
  await addCitizens(db, citizens)
}

/** Adds people with consent; phones continue where the last call ended. They are spread over the communes. */
export async function addCitizens(db: Db, count: number, communes: string[] = ['19333']): Promise<void> {
  await db.query(
    `with first as (select coalesce(max(id), 0) as id from citizens), added as (
       insert into citizens (full_name, phone, area_code)
       select 'Người dân ' || n, '+8490' || lpad((first.id + n)::text, 7, '0'), ($2::text[])[1 + n % cardinality($2::text[])]
       from first, generate_series(1, $1::int) n returning id
     ) insert into consents (citizen_id, purpose, given_at, source) select id, 'announcements', now(), 'test' from added`,
    [count, communes],
  )
}

/** A context with these channels, on the real clock. */
export function dispatchContext(db: Db, channels: ScriptedChannel[]): DispatchContext {
  const table: ChannelTable = installChannels(
    channels.map(c => c.channel),
    channels.map(c => c.channel.id),
    () => ({}),
  )
  return { db, now: () => new Date(), log: silentLog, channels: table, demo: false, quietHours: null }
}

/** Writes, submits and approves an announcement for the whole province. @returns its id */
export async function approvedAnnouncement(
  ctx: DispatchContext,
  content: Record<string, unknown> = {},
): Promise<string> {
  const draft = await createDraft(ctx, officer, {
    title: 'Thông báo về cải cách hành chính',
    body: 'Ủy ban nhân dân tỉnh thông báo kế hoạch thông tin, tuyên truyền về cải cách hành chính.',
    issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
    audience: { areas: ['44'] },
    channels: [...ctx.channels.keys()],
    ...content,
  })
  const submitted = await submit(ctx, officer, draft.id, draft.revision)
  await approve(ctx, approver, draft.id, submitted.hash)
  return draft.id
}

/** Id of the dispatch of a channel. */
export async function dispatchId(db: Db, announcementId: string, channel: string): Promise<string> {
  const { rows } = await db.query('select id from dispatches where announcement_id = $1 and channel = $2', [
    announcementId,
    channel,
  ])
  return rows[0].id
}

/** Ids of the open chunks of a dispatch. */
export async function openChunks(db: Db, dispatch: string): Promise<string[]> {
  const { rows } = await db.query(
    'select id from chunks where dispatch_id = $1 and closed_at is null and not_before <= now() order by id',
    [dispatch],
  )
  return rows.map(r => r.id)
}

/** The equation of one dispatch. */
export async function countsOf(db: Db, dispatch: string): Promise<DeliveryCounts> {
  const counts = (await countsOfDispatches(db, [dispatch])).get(dispatch)
  if (!counts) throw new Error(`no counts for dispatch ${dispatch}`)
  return counts
}

/** Makes a lease end now, as if its holder had been silent for long enough. */
export async function endLeases(db: Db): Promise<void> {
  await db.query(`update chunks set lease_until = now() - interval '1 second' where lease_until is not null`)
}

/** Makes chunks that wait for their retry due now. */
export async function endWaits(db: Db): Promise<void> {
  await db.query('update chunks set not_before = now() where closed_at is null and not_before > now()')
}
