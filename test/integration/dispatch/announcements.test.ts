import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  approve,
  copyAnnouncement,
  createDraft,
  getAnnouncement,
  history,
  listAnnouncements,
  returnForChanges,
  submit,
  updateDraft,
  withdraw,
} from '../../../services/dispatch/announcements.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { sweep } from '../../../services/dispatch/sweep.ts'
import type { Actor } from '../../../services/domain/accounts.ts'
import {
  approver,
  countsOf,
  dispatchContext,
  dispatchId,
  officer,
  scriptedChannel,
  seedRegistry,
} from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'

const content = {
  title: 'Thông báo về cải cách hành chính',
  body: 'Ủy ban nhân dân tỉnh thông báo kế hoạch thông tin, tuyên truyền.',
  audience: { areas: ['44'] },
  channels: ['sms'],
}

describe('announcements', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 30)
    ctx = dispatchContext(database.db, [scriptedChannel('sms')])
  })
  afterAll(() => database.drop())

  const draft = (overrides: Record<string, unknown> = {}) => createDraft(ctx, officer, { ...content, ...overrides })
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no error',
      error => error.code ?? error.name,
    )

  test('travels from draft to approved with everybody named in its history', async () => {
    const first = await draft()
    expect(first).toMatchObject({ state: 'draft', revision: 1, authorName: officer.name })
    const edited = await updateDraft(ctx, officer, first.id, 1, { ...content, title: 'Tên mới của thông báo' })
    expect(edited.revision).toBe(2)
    const submitted = await submit(ctx, officer, first.id, 2)
    const approved = await approve(ctx, approver, first.id, submitted.hash)
    expect(approved).toMatchObject({ state: 'approved', approvedByName: approver.name })
    const events = await history(ctx, officer, first.id)
    expect(events.map(e => [e.action, e.actorName])).toEqual([
      ['create', officer.name],
      ['edit', officer.name],
      ['submit', officer.name],
      ['approve', approver.name],
    ])
    const { rows } = await database.db.query(`select job, payload from outbox`)
    expect(rows).toEqual([
      { job: 'plan', payload: { v: 1, dispatchId: await dispatchId(database.db, first.id, 'sms') } },
    ])
  })

  test('nobody approves what they wrote or submitted, whatever their role', async () => {
    const both: Actor = { ...approver, id: officer.id }
    const { id, revision } = await draft()
    const { hash } = await submit(ctx, officer, id, revision)
    expect(await code(approve(ctx, both, id, hash))).toBe('announcement.same-person')
    expect(await code(approve(ctx, officer, id, hash))).toBe('auth.forbidden')
    expect((await getAnnouncement(ctx, both, id)).allowedActions).not.toContain('approve')
    expect((await getAnnouncement(ctx, approver, id)).allowedActions).toContain('approve')
  })

  test('the approval is of exactly what was seen: a change in between voids it', async () => {
    const { id, revision } = await draft()
    const seen = await submit(ctx, officer, id, revision)
    await withdraw(ctx, officer, id)
    const changed = await updateDraft(ctx, officer, id, revision, { ...content, body: 'Nội dung khác hẳn.' })
    await submit(ctx, officer, id, changed.revision)
    expect(await code(approve(ctx, approver, id, seen.hash))).toBe('announcement.hash-mismatch')
    const { rows } = await database.db.query('select 1 from dispatches where announcement_id = $1', [id])
    expect(rows).toEqual([])
  })

  test('two approvals at the same moment make one dispatch', async () => {
    const { id, revision } = await draft()
    const { hash } = await submit(ctx, officer, id, revision)
    const results = await Promise.all([code(approve(ctx, approver, id, hash)), code(approve(ctx, approver, id, hash))])
    expect(results.sort()).toEqual(['announcement.wrong-state', 'no error'])
    const { rows } = await database.db.query('select 1 from dispatches where announcement_id = $1', [id])
    expect(rows).toHaveLength(1)
  })

  test('two editors of one draft: the second is told, nothing is overwritten', async () => {
    const { id } = await draft()
    await updateDraft(ctx, officer, id, 1, { ...content, title: 'Bản của người thứ nhất' })
    expect(await code(updateDraft(ctx, officer, id, 1, { ...content, title: 'Bản của người thứ hai' }))).toBe(
      'conflict.version',
    )
    expect((await getAnnouncement(ctx, officer, id)).content.title).toBe('Bản của người thứ nhất')
  })

  test('a returned announcement carries its reason until it is submitted again', async () => {
    const { id, revision } = await draft()
    await submit(ctx, officer, id, revision)
    const returned = await returnForChanges(ctx, approver, id, 'Thiếu số văn bản')
    expect(returned).toMatchObject({ state: 'draft', returnReason: 'Thiếu số văn bản' })
    expect((await submit(ctx, officer, id, revision)).returnReason).toBeNull()
  })

  test.each([
    ['an unknown area', { audience: { areas: ['99999'] } }, 'audience.unknown-area'],
    ['an empty text', { body: '   ' }, 'text.empty'],
    ['a text without any letter', { body: '123 456 !!!' }, 'text.no-letters'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00+07:00' }, 'schedule.expiry-past'],
    ['no area at all', { audience: { areas: [] } }, 'audience.empty'],
  ])('submitting %s is refused with a sentence, and the draft is kept', async (_, overrides, expected) => {
    const { id, revision } = await draft(overrides)
    expect(await code(submit(ctx, officer, id, revision))).toBe(expected)
    expect((await getAnnouncement(ctx, officer, id)).state).toBe('draft')
  })

  test.each([
    ['a text of 100,000 characters', { body: 'chữ '.repeat(25_000) }, 'text.too-long'],
    ['control characters', { body: 'Thông báo \u0007 khẩn' }, 'text.control-character'],
    ['a channel that is not there', { channels: ['fax'] }, 'channel.unknown'],
  ])('a draft with %s is refused', async (_, overrides, expected) => {
    expect(await code(draft(overrides))).toBe(expected)
  })

  test('a start in the future waits for its time, and the sweep starts it when the queue forgot', async () => {
    const start = new Date(Date.now() + 3_600_000)
    const { id, revision } = await draft({ scheduleAt: start.toISOString() })
    const { hash } = await submit(ctx, officer, id, revision)
    await approve(ctx, approver, id, hash)
    const dispatch = await dispatchId(database.db, id, 'sms')
    expect(await freezeDispatch(ctx, dispatch)).toBe(false)
    await database.db.query('delete from outbox')
    await database.db.query(`update dispatches set not_before = now() - interval '1 hour' where id = $1`, [dispatch])
    await sweep(ctx)
    const { rows } = await database.db.query(`select payload from outbox where job = 'plan'`)
    expect(rows.map(r => r.payload.dispatchId)).toContain(dispatch)
    expect(await freezeDispatch(ctx, dispatch)).toBe(true)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 30, waiting: 30 })
  })

  test('a submitted announcement whose end comes before anybody approved it expires', async () => {
    const { id, revision } = await draft({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    await submit(ctx, officer, id, revision)
    await database.db.query(
      `update announcements set content = jsonb_set(content, '{expiresAt}', '"2026-01-01T00:00:00Z"') where id = $1`,
      [id],
    )
    await sweep(ctx)
    expect((await getAnnouncement(ctx, officer, id)).state).toBe('expired')
  })

  test('the list is newest first, in pages that neither repeat nor lose a row', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listAnnouncements(ctx, officer, { limit: 3, cursor })
      seen.push(...page.items.map(i => i.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    const { rows } = await database.db.query('select id from announcements order by updated_at desc, id desc')
    expect(seen).toEqual(rows.map(r => r.id))
  })

  test('a cursor that is not ours begins at the beginning', async () => {
    const { items } = await listAnnouncements(ctx, officer, { limit: 1 })
    for (const cursor of ['x', '1_00000000-0000-4000-8000-000000000001', `0000-01-01T00:00:00.000Z_${items[0]?.id}`]) {
      expect((await listAnnouncements(ctx, officer, { limit: 1, cursor })).items[0]?.id).toBe(items[0]?.id)
    }
  })

  test('search finds what is typed without diacritics, and knows no wildcards', async () => {
    await draft({ title: 'Giảm 100% lệ phí', documentNumber: '77/KH-UBND' })
    for (const q of ['100%', 'giam 100', 'LỆ PHÍ', 'le phi', '77/KH']) {
      expect((await listAnnouncements(ctx, officer, { q })).items).toHaveLength(1)
    }
    expect((await listAnnouncements(ctx, officer, { q: 'gi_m' })).items).toHaveLength(0)
  })

  test('a copy is a new draft without dates', async () => {
    const { id } = await draft({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    const copy = await copyAnnouncement(ctx, officer, id)
    expect(copy.id).not.toBe(id)
    expect(copy).toMatchObject({ state: 'draft', revision: 1 })
    expect(copy.content.expiresAt).toBeNull()
  })

  test('an announcement that does not exist is not found, whatever its id looks like', async () => {
    expect(await code(getAnnouncement(ctx, officer, 'x'))).toBe('not-found')
    expect(await code(getAnnouncement(ctx, officer, '00000000-0000-4000-8000-000000000001'))).toBe('not-found')
  })
})
