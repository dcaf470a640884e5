import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import type { SpeechContent } from '../../../channels/loudspeaker/render.ts'
import { installChannels } from '../../../channels/registry.ts'
import { withWorkDir } from '../../../services/compose.ts'
import {
  approve,
  createDraft,
  getAnnouncement,
  listAnnouncements,
  returnForChanges,
  submit,
  withdraw,
} from '../../../services/dispatch/announcements.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { previewChannel } from '../../../services/dispatch/preview.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { approvalHash } from '../../../services/domain/approval.ts'
import { createEntry, updateEntry } from '../../../services/pronunciation/entries.ts'
import { createLinks } from '../../../services/runtime/links.ts'
import type { PronunciationRow } from '../../../services/store/pronunciations.ts'
import { findRendition } from '../../../services/store/renditions.ts'
import { approver, dispatchId, officer, scriptedChannel, seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'

const content = {
  title: 'Họp dân thôn Tà Rụt',
  body: 'Mời bà con thôn Tà Rụt dự họp lúc 7h30.',
  audience: { areas: ['19333'] },
  channels: ['loudspeaker', 'sms'],
}
const entry = {
  areaCode: '19333',
  kind: 'place' as const,
  written: 'Tà Rụt',
  spoken: 'tà rụt một',
  caseSensitive: false,
  note: '',
}

/** The real loudspeaker channel with its tools; the second channel only shows that readings concern speech alone. */
describe('the reading that the approver signs', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let saved: PronunciationRow
  const tools = { withWorkDir, links: createLinks('a secret that only the tests use, long enough', 'http://loa.test') }

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 2)
    await database.db.query(
      `insert into stations (area_code, name, feed_token) values ('19333', 'Đài truyền thanh phường Đông Hà', 'f1')`,
    )
    ctx = contextWith({})
    saved = await createEntry(ctx, officer, entry)
  })
  afterAll(() => database.drop())

  function contextWith(settings: Record<string, string>): DispatchContext {
    const sms = scriptedChannel('sms')
    const channels = installChannels([loudspeaker, sms.channel], ['loudspeaker', 'sms'], id =>
      id === 'loudspeaker' ? settings : {},
    )
    return { db: database.db, now: () => new Date(), log: silentLog, channels, demo: false, quietHours: null }
  }

  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no error',
      error => error.code ?? error.name,
    )
  const saying = async (spoken: string) => {
    saved = await updateEntry(ctx, officer, saved.id, saved.revision, { ...entry, spoken })
  }
  async function submitted(overrides: Record<string, unknown> = {}, context = ctx) {
    const draft = await createDraft(context, officer, { ...content, ...overrides })
    return await submit(context, officer, draft.id, draft.revision)
  }
  async function aired(id: string): Promise<SpeechContent> {
    const dispatch = await dispatchId(database.db, id, 'loudspeaker')
    await freezeDispatch(ctx, dispatch)
    await renderDispatch(ctx, withWorkDir, dispatch, AbortSignal.timeout(60_000))
    const { rows } = await database.db.query('select rendition_id as id from dispatches where id = $1', [dispatch])
    return (await findRendition(database.db, rows[0].id))?.content as SpeechContent
  }

  test('is made at the submission and is part of the hash', async () => {
    const draft = await createDraft(ctx, officer, content)
    expect(draft.reading).toBeNull()
    expect(draft.hash).toBe(approvalHash(draft.content))
    const seen = await submit(ctx, officer, draft.id, draft.revision)
    expect(seen.reading).toMatchObject({ profile: 'north', documents: 'expanded' })
    expect(seen.reading?.spoken).toContain('thôn tà rụt một dự họp lúc bảy giờ ba mươi phút')
    expect(seen.reading?.spans).toContainEqual(expect.objectContaining({ written: '7h30' }))
    expect(seen.hash).not.toBe(draft.hash)
    expect((await getAnnouncement(ctx, approver, draft.id)).hash).toBe(seen.hash)
    const listed = (await listAnnouncements(ctx, approver, {})).items.find(item => item.id === draft.id)
    expect(listed?.hash).toBe(seen.hash)
    expect(await code(approve(ctx, approver, draft.id, draft.hash))).toBe('announcement.hash-mismatch')
  })

  test('is what goes on air, whatever the dictionary says after the approval', async () => {
    await saying('tà rụt hai')
    const { id, hash, reading } = await submitted()
    await saying('tà rụt ba')
    expect((await approve(ctx, approver, id, hash)).reading?.spoken).toBe(reading?.spoken)
    const speech = await aired(id)
    expect(speech.spoken).toBe(reading?.spoken)
    expect(speech.spoken).toContain('tà rụt hai')
    expect(speech.durationSeconds).toBeGreaterThan(3)
  })

  test('another reading of the same content is another thing to sign', async () => {
    await saying('tà rụt bốn')
    const first = await submitted()
    await withdraw(ctx, officer, first.id)
    expect((await getAnnouncement(ctx, officer, first.id)).reading).toBeNull()
    await saying('tà rụt năm')
    const second = await submit(ctx, officer, first.id, first.revision)
    expect(second.content).toEqual(first.content)
    expect(await code(approve(ctx, approver, first.id, first.hash))).toBe('announcement.hash-mismatch')
    await returnForChanges(ctx, approver, first.id, 'Nghe lại')
    await saying('tà rụt bốn')
    const third = await submit(ctx, officer, first.id, first.revision)
    expect(third.hash).toBe(first.hash)
    expect(await code(approve(ctx, approver, first.id, first.hash))).toBe('no error')
  })

  test('a preview reads a text in the making freshly and a submission as it was pinned', async () => {
    await saying('tà rụt sáu')
    const { id, content: stored } = await submitted()
    await saying('tà rụt bảy')
    const spoken = async (announcementId?: string, body = stored.body) => {
      const preview = await previewChannel(ctx, tools, 'loudspeaker', { ...stored, body }, announcementId)
      expect((preview.content as SpeechContent).spoken).toBe(preview.reading?.spoken)
      return preview.reading?.spoken
    }
    expect(await spoken()).toContain('tà rụt bảy')
    expect(await spoken(id)).toContain('tà rụt sáu')
    // The same announcement with other words is another text.
    expect(await spoken(id, 'Bà con Tà Rụt chú ý.')).toContain('tà rụt bảy')
    expect((await previewChannel(ctx, tools, 'sms', stored, id)).reading).toBeNull()
  })

  test('nothing is read where no channel speaks', async () => {
    const seen = await submitted({ channels: ['sms'] })
    expect([seen.reading, seen.hash]).toEqual([null, approvalHash(seen.content)])
    expect(await code(approve(ctx, approver, seen.id, seen.hash))).toBe('no error')
  })

  test('the profile of the channel is kept with it', async () => {
    const south = contextWith({ PROFILE: 'south', DOCUMENTS: 'verbatim' })
    const { reading } = await submitted({ body: 'Có 1.024 hộ theo Nghị định số 49/2024/NĐ-CP.' }, south)
    expect(reading).toMatchObject({ profile: 'south', documents: 'verbatim' })
    expect(reading?.spoken).toContain('một ngàn không trăm hai mươi bốn')
    expect(reading?.spoken).toMatch(/bốn mươi chín xẹt .* xẹt/)
  })

  test('places of the audience that disagree are named to the officer', async () => {
    await createEntry(ctx, officer, { ...entry, areaCode: '19742', spoken: 'ta rút' })
    const { reading } = await submitted({ audience: { areas: ['44'] } })
    expect(reading?.spoken).toContain('thôn Tà Rụt dự họp')
    expect(reading?.warnings.map(w => w.vi).join()).toMatch(/Phường Đông Hà.*Đặc khu Cồn Cỏ/)
  })

  test('a submission from before readings were kept is approved and aired as it was', async () => {
    const { id, content: stored } = await submitted()
    await database.db.query('update announcements set reading = null where id = $1', [id])
    const old = await getAnnouncement(ctx, approver, id)
    expect(old.hash).toBe(approvalHash(stored))
    const preview = await previewChannel(ctx, tools, 'loudspeaker', stored, id)
    await approve(ctx, approver, id, old.hash)
    const speech = await aired(id)
    expect(speech.spoken).toBe((preview.content as SpeechContent).spoken)
    expect(speech.spoken).toContain('thôn Tà Rụt dự họp lúc bảy giờ')
  })
})
