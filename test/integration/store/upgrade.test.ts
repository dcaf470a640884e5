import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import { historyOf } from '../../../services/people/history.ts'
import { projectPath } from '../../../services/runtime/paths.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { listTargets } from '../../../services/store/target-states.ts'
import type { ScriptedChannel } from '../../support/dispatch.ts'
import { dispatchContext, endLeases, endWaits, officer, openChunks, scriptedChannel } from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'

const never = new AbortController().signal
const announcement = '00000000-0000-4000-8000-0000000000a1'
const before = ['0001_foundation', '0002_accounts', '0003_operator_ticks', '0004_dispatch_failures']

/** An instance of the release before the months, in the middle of a dispatch, with news in its inbox. */
async function oldInstance(database: TestDatabase): Promise<void> {
  const { db } = database
  await db.query('create table migrations (name text primary key, applied_at timestamptz not null default now())')
  for (const name of before) {
    await db.query(readFileSync(projectPath(`services/store/migrations/${name}.sql`), 'utf8'))
    await db.query('insert into migrations (name) values ($1)', [`${name}.sql`])
  }
  await db.query(`insert into instance (demo) values (false)`)
  await db.query(`insert into areas (code, kind, name, parent_code) values
    ('44', 'province', 'Tỉnh Quảng Trị', null), ('19333', 'commune', 'Phường Đông Hà', '44')`)
  await db.query(
    `insert into citizens (phone, area_code) select '+8490' || lpad(n::text, 7, '0'), '19333' from generate_series(1, 30) n`,
  )
  await db.query(
    `insert into announcements (id, state, content, search_text, author_id, author_name)
     values ($1, 'dispatching', '{"title": "Thông báo", "body": "Nội dung", "audience": {"areas": ["44"]}}', '', 'a', 'A')`,
    [announcement],
  )
  await db.query(`insert into renditions (id, channel, content) values ('r1', 'sms', '{"text": "Nội dung"}')`)
  await db.query(
    `insert into dispatches (announcement_id, revision, channel, method, priority, rendition_id, audience, frozen_at)
     values ($1, 1, 'sms', 'telecom-message', 'routine', 'r1', 30, now())`,
    [announcement],
  )
  // Ten of whom all is known, ten of whom five were in the open window of a worker that is gone, ten excluded.
  await db.query(
    `insert into chunks (dispatch_id, target_ids, size, up_to, done_to, accepted, rejected, unknown, moved, rest_state, rest_reason, closed_at)
     values (1, array[1,2,3,4,5,6,7,8,9,10], 10, 10, 10, 6, 2, 1, 1, null, null, now()),
       (1, array[11,12,13,14,15,16,17,18,19,20], 10, 5, 0, 0, 0, 0, 0, null, null, null),
       (1, array[21,22,23,24,25,26,27,28,29,30], 10, 0, 0, 0, 0, 0, 0, 'skipped', 'no-consent', now()),
       (1, array[10], 1, 0, 0, 0, 0, 0, 0, null, null, null)`,
  )
  await db.query(
    `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref)
     select 1, n, 1, case when n <= 7 then 2 when n <= 8 then 3 else 1 end,
       case when n <= 7 then 'accepted' when n <= 8 then 'rejected' else 'unknown' end,
       case when n <= 7 then null when n <= 8 then '30003' else 'timeout' end, 'SM' || n from generate_series(1, 9) n
     union all select 1, 7, 1, 3, 'rejected', '30003', 'SM7'`,
  )
  await db.query(
    `insert into receipts_inbox (channel, dispatch_id, target_id, ref, state, at)
     values ('sms', 1, 1, 'SM1', 'confirmed', now()), ('sms', 1, 9, 'SM9', 'confirmed', now())`,
  )
}

describe('an instance of the release before the months', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel

  beforeAll(async () => {
    database = await testDatabase({ migrated: false })
    await oldInstance(database)
    await migrate(database.db)
    sms = scriptedChannel('sms')
    ctx = dispatchContext(database.db, [sms])
  })
  afterAll(() => database.drop())

  test('goes on where it was: nobody is lost or sent to twice, and what was known is still known', async () => {
    const progress = async () => (await progressOf(ctx, announcement)).dispatches[0]
    expect(await progress()).toMatchObject({
      counts: { audience: 30, accepted: 6, rejected: 2, unknown: 1, sending: 5, waiting: 6, skipped: 10 },
      reasons: { '30003': 2, timeout: 1, 'no-consent': 10 },
    })
    await applyReceipts(ctx)
    expect(await progress()).toMatchObject({
      counts: { accepted: 5, confirmed: 2, unknown: 0 },
      reasons: { '30003': 2, 'no-consent': 10 },
    })
    for (let round = 0; round < 5; round++) {
      await endLeases(database.db)
      await endWaits(database.db)
      for (const chunk of await openChunks(database.db, '1')) await deliverChunk(ctx, chunk, 'sms', sms.session, never)
    }
    expect(sms.sentTo.map(Number).sort((a, b) => a - b)).toEqual([10, 16, 17, 18, 19, 20])
    expect(await progress()).toMatchObject({
      counts: {
        audience: 30,
        accepted: 11,
        confirmed: 2,
        rejected: 2,
        unknown: 5,
        skipped: 10,
        waiting: 0,
        sending: 0,
      },
      phase: 'settled',
    })
    const { rows } = await listTargets(database.db, '1', 'citizens', { limit: 100 })
    expect(rows).toHaveLength(30)
    const asks = { ...officer, id: '00000000-0000-4000-8000-000000000001' }
    expect((await historyOf(ctx, asks, '0900000010')).map(r => r.state)).toEqual(['accepted'])
  })
})
