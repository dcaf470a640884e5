import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { AppError } from '../../../services/domain/errors.ts'
import { forgetOldAnswers, onceOnly, requestHash } from '../../../services/http/idempotency.ts'
import { route } from '../../../services/http/route.ts'
import { emailOf, goodContent, type HttpServer, httpServer, signedIn } from './server.ts'

let server: HttpServer
let officer: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer()
  officer = await server.as('officer')
})
afterAll(() => server.close())

let key = ''
let keys = 0
beforeEach(() => {
  key = `key-${++keys}`
})

async function drafts(): Promise<number> {
  const { rows } = await server.database.db.query('select count(*)::int as n from announcements')
  return rows[0].n
}

describe('a repeated request over HTTP', () => {
  const save = (content: object = goodContent) =>
    officer.post('/api/announcements').set('Idempotency-Key', key).send({ content })

  test('gets the first answer, and nothing happens twice', async () => {
    const before = await drafts()
    const first = await save().expect(201)
    const second = await save().expect(201)
    expect(second.body).toEqual(first.body)
    expect(first.get('Idempotency-Replayed')).toBeUndefined()
    expect(second.get('Idempotency-Replayed')).toBe('true')
    expect(await drafts()).toBe(before + 1)
  })

  test('ten at once save one draft and all get it', async () => {
    const before = await drafts()
    const answers = await Promise.all(Array.from({ length: 10 }, () => save()))
    expect(answers.map(a => a.status)).toEqual(Array(10).fill(201))
    expect(new Set(answers.map(a => a.body.id)).size).toBe(1)
    expect(answers.filter(a => a.get('Idempotency-Replayed') === undefined)).toHaveLength(1)
    expect(await drafts()).toBe(before + 1)
  })

  test('with another body is a conflict', async () => {
    await save().expect(201)
    const other = await save({ ...goodContent, title: 'Thông báo khác' }).expect(409)
    expect(other.body.code).toBe('request.idempotency-conflict')
  })

  test('at another address is a conflict', async () => {
    const { body } = await save().expect(201)
    const path = `/api/announcements/${body.id}/copy`
    expect((await officer.post(path).set('Idempotency-Key', key).send({ content: goodContent })).status).toBe(409)
  })

  test('of another person has its own key', async () => {
    const first = await save().expect(201)
    const admin = await signedIn(server.app, 'admin', server.passwords.admin)
    const answer = await admin.post('/api/announcements').set('Idempotency-Key', key).send({ content: goodContent })
    expect(answer.status).toBe(201)
    expect(answer.body.id).not.toBe(first.body.id)
    expect(answer.body.authorName).toBe('Tài khoản admin')
  })

  test('that was refused may be corrected under the same key', async () => {
    const before = await drafts()
    await save({ ...goodContent, body: 'có\u0007chuông' }).expect(422)
    await save({ ...goodContent, title: 7 }).expect(422)
    await save().expect(201)
    expect(await drafts()).toBe(before + 1)
  })

  test('a duplicate submit is one submit', async () => {
    const { body } = await save().expect(201)
    const submit = () =>
      officer
        .post(`/api/announcements/${body.id}/submit`)
        .set('Idempotency-Key', `${key}-submit`)
        .send({ revision: body.revision })
    const [first, second] = await Promise.all([submit(), submit()])
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body).toEqual(first.body)
    const { rows } = await server.database.db.query(
      `select action from announcement_events where announcement_id = $1 and action = 'submit'`,
      [body.id],
    )
    expect(rows).toHaveLength(1)
  })

  test.each(['', 'có dấu', 'a b', 'x'.repeat(201)])('a key that is no key (%j) is refused', async bad => {
    const answer = await officer
      .post('/api/announcements')
      .set('Idempotency-Key', Buffer.from(bad).toString('latin1'))
      .send({ content: goodContent })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].path).toBe('Idempotency-Key')
  })

  test('without a key two requests are two drafts', async () => {
    const before = await drafts()
    for (let i = 0; i < 2; i++) await officer.post('/api/announcements').send({ content: goodContent }).expect(201)
    expect(await drafts()).toBe(before + 2)
  })

  test('a route that nobody signs in for cannot promise it', () => {
    const open = route({
      method: 'post',
      path: '/api/open',
      summary: 'Open',
      tag: 'test',
      access: 'public',
      idempotent: true,
      response: z.object({}),
      handle: async () => ({}),
    })
    expect(() => server.withRoutes([open])).toThrow(/idempotent/)
  })
})

describe('onceOnly', () => {
  const request = () => ({ actorId: emailOf('officer'), key, hash: requestHash('POST', '/x', { a: 1 }) })
  const times = { claimSeconds: 60, waitMs: 300 }
  const never = () => Promise.reject(new Error('must not run'))

  /** A claim whose process died before it answered. */
  async function abandoned(seconds: number): Promise<void> {
    const { actorId, hash } = request()
    await server.database.db.query(
      `insert into idempotency_keys (actor_id, key, request_hash, created_at)
       values ($1, $2, $3, now() - make_interval(secs => $4))`,
      [actorId, key, hash, seconds],
    )
  }

  test('waits for the first and gives its answer', async () => {
    let finish: (value: { status: number; body: unknown }) => void = () => undefined
    const started = new Promise<void>(running => {
      void onceOnly(
        server.database.db,
        request(),
        () => {
          running()
          return new Promise(resolve => {
            finish = resolve
          })
        },
        times,
      )
    })
    await started
    const second = onceOnly(server.database.db, request(), never, { ...times, waitMs: 5_000 })
    finish({ status: 201, body: { n: 1 } })
    expect(await second).toEqual({ status: 201, body: { n: 1 }, replayed: true })
  })

  test('gives up waiting with a time to come back', async () => {
    await abandoned(0)
    await expect(onceOnly(server.database.db, request(), never, times)).rejects.toMatchObject({
      code: 'request.idempotency-conflict',
      details: { retryAfterSeconds: 2 },
    })
  })

  test('takes over the claim of a dead process', async () => {
    await abandoned(61)
    const answer = await onceOnly(server.database.db, request(), async () => ({ status: 200, body: 'done' }), times)
    expect(answer).toEqual({ status: 200, body: 'done', replayed: false })
    expect((await onceOnly(server.database.db, request(), never, times)).body).toBe('done')
  })

  test('only one of many takes it over', async () => {
    await abandoned(61)
    let ran = 0
    const work = async () => ({ status: 200, body: ++ran })
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => onceOnly(server.database.db, request(), work, { ...times, waitMs: 5_000 })),
    )
    expect(ran).toBe(1)
    expect(answers.map(a => a.body)).toEqual(Array(8).fill(1))
  })

  test('a slow owner that was overtaken leaves the newer answer alone', async () => {
    let finish: (value: { status: number; body: unknown }) => void = () => undefined
    let slow: Promise<unknown> = Promise.resolve()
    await new Promise<void>(running => {
      slow = onceOnly(server.database.db, request(), () => {
        running()
        return new Promise(resolve => {
          finish = resolve
        })
      })
    })
    await server.database.db.query(
      `update idempotency_keys set created_at = now() - interval '2 minutes' where key = $1`,
      [key],
    )
    await onceOnly(server.database.db, request(), async () => ({ status: 200, body: 'newer' }), times)
    finish({ status: 200, body: 'older' })
    await slow
    expect((await onceOnly(server.database.db, request(), never, times)).body).toBe('newer')
  })

  test('gives the key back when the work fails', async () => {
    const refused = new AppError('announcement.wrong-state', { vi: 'không được', en: 'no' })
    await expect(onceOnly(server.database.db, request(), () => Promise.reject(refused), times)).rejects.toBe(refused)
    expect((await onceOnly(server.database.db, request(), async () => ({ status: 200, body: 1 }), times)).body).toBe(1)
  })

  test('keeps an answer for a day and then forgets it', async () => {
    await onceOnly(server.database.db, request(), async () => ({ status: 200, body: 'old' }), times)
    await server.database.db.query(
      `update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`,
      [key],
    )
    const again = await onceOnly(server.database.db, request(), async () => ({ status: 200, body: 'new' }), times)
    expect(again.body).toBe('new')
    await server.database.db.query(
      `update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`,
      [key],
    )
    expect(await forgetOldAnswers(server.database.db)).toBe(1)
  })
})
