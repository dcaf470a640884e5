import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { z } from 'zod'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { balances } from '../../../services/domain/delivery.ts'
import {
  announcementSchema,
  announcementSummarySchema,
  areaResultSchema,
  areaSchema,
  audienceCountSchema,
  eventSchema,
  instanceSchema,
  meSchema,
  previewSchema,
  progressSchema,
  targetResultSchema,
} from '../../../services/http/schemas.ts'
import { dispatchId, openChunks } from '../../support/dispatch.ts'
import { goodContent, type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let officer: Awaited<ReturnType<HttpServer['as']>>
let approver: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer({ citizens: 5 })
  officer = await server.as('officer')
  approver = await server.as('approver')
})
afterAll(() => server.close())

/** Checks an answer against the very schema that the API document shows. */
const read = <T extends z.ZodType>(schema: T, answer: { status: number; body: unknown }, status = 200): z.output<T> => {
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
  return schema.parse(answer.body)
}
const strictly = <S extends z.core.$ZodShape>(schema: z.ZodObject<S>) => z.strictObject(schema.shape)
const announcement = strictly(announcementSchema)

const draft = async (content: object = goodContent) =>
  read(announcement, await officer.post('/api/announcements').send({ content }), 201)
const act = (agent: typeof officer, id: string, action: string, body: object) =>
  agent.post(`/api/announcements/${id}/${action}`).send(body)
const submitted = async () => {
  const { id, revision } = await draft()
  return read(announcement, await act(officer, id, 'submit', { revision }))
}
const approved = async () => {
  const { id, hash } = await submitted()
  return read(announcement, await act(approver, id, 'approve', { hash }))
}
/** Freezes, renders and delivers as a worker would. */
const carry = async (id: string) => {
  const dispatch = await dispatchId(server.database.db, id, 'sms')
  const dir = server.deps.withWorkDir
  const never = new AbortController().signal
  await freezeDispatch(server.deps, dispatch)
  await renderDispatch(server.deps, dir, dispatch, never)
  for (const chunk of await openChunks(server.database.db, dispatch)) {
    await deliverChunk(server.deps, chunk, 'sms', () => server.sms.session(), never)
  }
}

describe('the way of an announcement over HTTP', () => {
  test('write, change, submit, return, submit again, approve', async () => {
    const first = await draft()
    expect(first).toMatchObject({ state: 'draft', revision: 1, title: goodContent.title, counts: null })
    expect(first.allowedActions).toEqual(expect.arrayContaining(['submit', 'edit', 'copy', 'cancel']))

    const changed = read(
      announcement,
      await officer
        .put(`/api/announcements/${first.id}`)
        .send({ revision: 1, content: { ...goodContent, title: 'Thông báo (bản sửa)' } }),
    )
    expect(changed).toMatchObject({ revision: 2, title: 'Thông báo (bản sửa)' })
    expect(changed.hash).not.toBe(first.hash)
    const stale = await officer.put(`/api/announcements/${first.id}`).send({ revision: 1, content: goodContent })
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict.version'])

    const seen = read(announcement, await act(officer, first.id, 'submit', { revision: 2 }))
    expect(seen.state).toBe('submitted')
    const back = read(announcement, await act(approver, first.id, 'return', { reason: 'Thiếu số văn bản' }))
    expect(back).toMatchObject({ state: 'draft', returnReason: 'Thiếu số văn bản' })
    const again = read(announcement, await act(officer, first.id, 'submit', { revision: 2 }))
    const done = read(announcement, await act(approver, first.id, 'approve', { hash: again.hash }))
    expect(done).toMatchObject({ state: 'approved', approvedByName: 'Tài khoản approver' })
    expect(Number.isNaN(Date.parse(done.approvedAt ?? ''))).toBe(false)

    const events = read(z.array(eventSchema), await officer.get(`/api/announcements/${first.id}/history`))
    expect(events.map(e => e.action)).toEqual(['create', 'edit', 'submit', 'return', 'submit', 'approve'])
    expect(events[3]).toMatchObject({ actorName: 'Tài khoản approver', detail: { reason: 'Thiếu số văn bản' } })
  })

  test('an approval of another text than was seen is refused', async () => {
    const item = await submitted()
    const answer = await act(approver, item.id, 'approve', { hash: '0'.repeat(64) })
    expect([answer.status, answer.body.code]).toEqual([409, 'announcement.hash-mismatch'])
    const noHash = await act(approver, item.id, 'approve', {})
    expect([noHash.status, noHash.body.errors[0].path]).toEqual([422, 'hash'])
  })

  test('withdraw, copy, cancel', async () => {
    const item = await submitted()
    expect(read(announcement, await act(officer, item.id, 'withdraw', {})).state).toBe('draft')
    const copy = read(announcement, await act(officer, item.id, 'copy', {}), 201)
    expect(copy).toMatchObject({ state: 'draft', title: goodContent.title })
    expect(copy.id).not.toBe(item.id)
    expect((await act(officer, copy.id, 'cancel', { reason: '   ' })).status).toBe(422)
    const gone = read(announcement, await act(officer, copy.id, 'cancel', { reason: 'Soạn nhầm' }))
    expect(gone).toMatchObject({ state: 'cancelled', cancelReason: 'Soạn nhầm' })
  })

  test('an action needs no body where it says nothing', async () => {
    const item = await submitted()
    const answer = await officer.post(`/api/announcements/${item.id}/withdraw`).set('Content-Length', '0')
    expect(answer.status).toBe(200)
  })

  test('the list pages through everything once, newest first, and searches', async () => {
    const wanted = await draft({ ...goodContent, title: 'Tìm tôi: 100% hồ sơ trực tuyến' })
    const page = strictly(
      z.object({ items: z.array(strictly(announcementSummarySchema)), nextCursor: z.string().nullable() }),
    )
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query = new URLSearchParams({ limit: '3', ...(cursor && { cursor }) })
      const answer: z.output<typeof page> = read(page, await officer.get(`/api/announcements?${query}`))
      ids.push(...answer.items.map(i => i.id))
      cursor = answer.nextCursor
    }
    expect(ids[0]).toBe(wanted.id)
    expect(new Set(ids).size).toBe(ids.length)
    const { rows } = await server.database.db.query('select count(*)::int as n from announcements')
    expect(ids.length).toBe(rows[0].n)
    const found = read(page, await officer.get(`/api/announcements?state=draft&q=${encodeURIComponent('100% hồ sơ')}`))
    expect(found.items.map(i => i.id)).toEqual([wanted.id])
    expect((await officer.get('/api/announcements?cursor=not-a-cursor')).status).toBeLessThan(500)
  })
})

describe('what became of it', () => {
  test('progress, areas and targets add up and show no whole number', async () => {
    const item = await approved()
    await carry(item.id)
    const progress = read(progressSchema, await officer.get(`/api/announcements/${item.id}/progress`))
    expect(progress.dispatches).toHaveLength(1)
    const counts = progress.dispatches[0]?.counts
    expect(counts).toMatchObject({ audience: 5, accepted: 5 })
    expect(counts && balances(counts)).toBe(true)

    const areas = read(z.array(areaResultSchema), await officer.get(`/api/announcements/${item.id}/results/areas`))
    expect(areas.reduce((n, a) => n + a.counts.accepted, 0)).toBe(5)

    const targetPage = z.object({ items: z.array(targetResultSchema), nextCursor: z.string().nullable() })
    const path = `/api/announcements/${item.id}/targets`
    const targets = read(targetPage, await officer.get(`${path}?channel=sms`))
    expect(targets.items).toHaveLength(5)
    expect(JSON.stringify(targets)).not.toMatch(/\+8490\d{7}/)
    expect(read(targetPage, await officer.get(`${path}?channel=sms&state=rejected`)).items).toEqual([])
    expect((await officer.get(path)).body.errors[0].path).toBe('channel')
    expect((await officer.get(`${path}?channel=pigeon`)).body.code).toBe('channel.unknown')

    const listed = await officer.get('/api/announcements?limit=100')
    expect(listed.body.items.find((i: { id: string }) => i.id === item.id).counts).toMatchObject({ accepted: 5 })
  })

  test('nothing is made up for an announcement that is not there', async () => {
    const base = '/api/announcements/00000000-0000-4000-8000-00000000dead'
    for (const path of ['', '/progress', '/progress/stream', '/results/areas', '/history']) {
      const answer = await officer.get(`${base}${path}`)
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not-found'])
    }
  })

  test('pause and resume answer with the progress', async () => {
    const item = await approved()
    const dispatch = await dispatchId(server.database.db, item.id, 'sms')
    const turn = async (what: string) => read(progressSchema, await officer.post(`/api/dispatches/${dispatch}/${what}`))
    expect((await turn('pause')).dispatches[0]?.phase).toBe('paused')
    expect((await turn('resume')).dispatches[0]?.phase).not.toBe('paused')
    await act(officer, item.id, 'cancel', { reason: 'Dừng lại' })
    const late = await officer.post(`/api/dispatches/${dispatch}/pause`).send({})
    expect([late.status, late.body.code]).toEqual([409, 'dispatch.wrong-state'])
    expect((await officer.post('/api/dispatches/999999/pause').send({})).status).toBe(404)
  })
})

describe('what the console asks while somebody writes', () => {
  test('who I am and what this instance is', async () => {
    expect(read(strictly(meSchema), await officer.get('/api/me')).email).toBe('officer@quangtri.example')
    const instance = read(strictly(instanceSchema), await supertest(server.app).get('/api/instance'))
    expect(instance.channels).toEqual([
      expect.objectContaining({ id: 'sms', methodNumber: '8', audience: 'citizens', enabled: true }),
    ])
  })

  test('areas and tags', async () => {
    await server.database.db.query(`update citizens set tags = '{can-bo,ho-ngheo}' where id % 2 = 0`)
    const areas = read(z.array(strictly(areaSchema)), await officer.get('/api/areas'))
    expect(areas.map(a => a.code)).toEqual(['19333', '19742', '44'])
    expect(read(z.array(z.string()), await officer.get('/api/tags'))).toEqual(['can-bo', 'ho-ngheo'])
  })

  test('preview of a channel', async () => {
    const preview = read(strictly(previewSchema), await officer.post('/api/preview/sms').send({ content: goodContent }))
    expect(preview).toMatchObject({ channel: 'sms', content: { text: goodContent.body }, audience: 5 })
    const unknown = await officer.post('/api/preview/pigeon').send({ content: goodContent })
    expect([unknown.status, unknown.body.code]).toEqual([422, 'channel.unknown'])
  })

  test('SMS parts in both forms', async () => {
    const { body } = await officer.post('/api/text/sms').send({ text: 'Thông báo: ngày 01/7' }).expect(200)
    expect(body.unicode).toMatchObject({ text: 'Thông báo: ngày 01/7', encoding: 'UCS-2', parts: 1, units: 20 })
    expect(body.unaccented).toMatchObject({ text: 'Thong bao: ngay 01/7', encoding: 'GSM-7', parts: 1 })
  })

  test('how many an audience reaches', async () => {
    const audience = { areas: ['19333'], tags: [] }
    const count = read(strictly(audienceCountSchema), await officer.post('/api/audience/count').send({ audience }))
    expect(count).toEqual({ communes: 1, byChannel: { sms: 5 } })
    const unknown = await officer.post('/api/audience/count').send({ audience: { areas: ['99'] } })
    expect(unknown.body.code).toBe('audience.unknown-area')
  })
})
