import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import supertest from 'supertest'
import { z } from 'zod'
import { type RouteDef, route } from '../../../services/http/route.ts'
import { problemSchema } from '../../../services/http/schemas.ts'
import { goodContent, type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let officer: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer()
  officer = await server.as('officer')
})
afterAll(() => server.close())

/** Checks the media type and the shape, and gives the problem. */
function problemIn(answer: { status: number; headers: Record<string, string>; body: unknown }) {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.headers['cache-control']).toBe('no-store')
  const problem = problemSchema.parse(answer.body)
  expect(problem.status).toBe(answer.status)
  expect(problem.type).toBe(`urn:loa:problem:${problem.code}`)
  expect(problem.detail).not.toBe(problem.detailVi)
  return problem
}

describe('what cannot be read', () => {
  test('broken JSON', async () => {
    const answer = await officer.post('/api/announcements').type('json').send('{"content": ')
    expect(problemIn(answer).code).toBe('request.malformed')
    expect(answer.status).toBe(400)
  })

  test('a body over a megabyte', async () => {
    const body = JSON.stringify({ content: { ...goodContent, body: 'ộ'.repeat(400_000) } })
    const answer = await officer.post('/api/announcements').type('json').send(body)
    expect(problemIn(answer).code).toBe('request.too-large')
    expect(answer.status).toBe(413)
    expect(answer.body.detailVi).toMatch(/quá lớn/)
  })

  test('a text of 100,000 characters gets the sentence about its length, not the one about bytes', async () => {
    const answer = await officer
      .post('/api/announcements')
      .send({ content: { ...goodContent, body: 'Đường '.repeat(17_000) } })
    expect(problemIn(answer).code).toBe('text.too-long')
  })

  test.each([
    ['before anybody has signed in', '/api/auth/sign-in/email', { email: 'HERE', password: 'x' }],
    ['beside good fields of an announcement', '/api/announcements', { content: { ...goodContent, more: 'HERE' } }],
  ])('JSON nested a hundred thousand deep, %s', async (_where, path, body) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const answer = await officer
      .post(path)
      .set('Idempotency-Key', 'deep')
      .type('json')
      .send(JSON.stringify(body).replace('"HERE"', deep))
    expect(problemIn(answer).code).toBe('request.malformed')
    expect(answer.status).toBe(400)
    expect(answer.body.detailVi).toMatch(/lồng nhau/)
  })

  test('a body that is not JSON', async () => {
    const answer = await officer.post('/api/announcements').type('text/csv').send('a,b')
    expect(problemIn(answer).code).toBe('request.unsupported-encoding')
    expect(answer.status).toBe(415)
  })

  test('a body in another character set', async () => {
    const answer = await officer
      .post('/api/announcements')
      .set('Content-Type', 'application/json; charset=latin1')
      .send('{}')
    expect(problemIn(answer).code).toBe('request.unsupported-encoding')
  })

  test('an address that cannot be decoded', async () => {
    const answer = await officer.get('/api/announcements/%E0%A4%A')
    expect(problemIn(answer).code).toBe('request.malformed')
  })

  test('NUL and halves of surrogate pairs, wherever they stand', async () => {
    expect(problemIn(await officer.get('/api/announcements?q=a%00b')).code).toBe('text.control-character')
    const id = '00000000-0000-4000-8000-000000000000'
    const cancelled = await officer.post(`/api/announcements/${id}/cancel`).send({ reason: 'a\u0000b' })
    expect(problemIn(cancelled)).toMatchObject({ code: 'text.control-character', errors: [{ path: 'reason' }] })
    const half = await officer.post(`/api/announcements/${id}/cancel`).type('json').send('{"reason":"a\\ud83d b"}')
    expect(problemIn(half).code).toBe('text.control-character')
    const signIn = await officer.post('/api/auth/sign-in/email').send({ email: 'a\u0000@b.vn', password: 'x' })
    expect(problemIn(signIn).code).toBe('text.control-character')
    const content = await officer.post('/api/announcements').send({ content: { ...goodContent, body: 'a\u0000b' } })
    expect(problemIn(content).code).toBe('text.control-character')
    expect(content.body.detailVi).toMatch(/vị trí 2/)
  })
})

describe('fields that do not fit', () => {
  test('are named one by one, in the language of the reader', async () => {
    const send = (language: string) =>
      officer
        .post('/api/announcements')
        .set('Accept-Language', language)
        .send({ content: { ...goodContent, title: 7, audience: { areas: ['44', 'Quảng Trị'] } } })
    const vi = problemIn(await send('vi-VN,vi;q=0.9,en;q=0.5'))
    expect(vi.code).toBe('request.invalid')
    expect(vi.status).toBe(422)
    expect(vi.errors?.map(e => e.path)).toEqual(['content.title', 'content.audience.areas.1'])
    expect(vi.detailVi).toContain('content.title')
    const en = problemIn(await send('en'))
    expect(en.errors?.[0]?.message).toMatch(/expected string/)
    expect(vi.errors?.[0]?.message).toMatch(/mong đợi/)
  })

  test('an unknown state in the query', async () => {
    expect(problemIn(await officer.get('/api/announcements?state=sent')).errors?.[0]?.path).toBe('state')
  })

  test('an id that cannot be one names nothing', async () => {
    for (const path of ['/api/announcements/1', '/api/announcements/x/progress']) {
      const answer = await officer.get(path)
      expect(problemIn(answer).code).toBe('not-found')
      expect(answer.status).toBe(404)
    }
    expect(problemIn(await officer.post('/api/dispatches/1e9/pause').send({})).code).toBe('not-found')
  })
})

describe('what is not there', () => {
  test('under /api it is a problem, even for a browser', async () => {
    const answer = await supertest(server.app).get('/api/nothing').set('Accept', 'text/html')
    expect(problemIn(answer).code).toBe('not-found')
  })

  test('elsewhere a person gets a page and a program a problem', async () => {
    const page = await supertest(server.app).get('/nothing').set('Accept', 'text/html,*/*').expect(404)
    expect(page.text).toContain('Không tìm thấy trang')
    expect(problemIn(await supertest(server.app).get('/nothing').set('Accept', 'application/json')).code).toBe(
      'not-found',
    )
    expect(problemIn(await supertest(server.app).delete('/nothing')).code).toBe('not-found')
  })

  test('a method that a route does not have', async () => {
    expect(problemIn(await officer.delete('/api/announcements')).status).toBe(404)
  })
})

describe('failures of ours', () => {
  const failing = (error: unknown): RouteDef =>
    route({
      method: 'get',
      path: '/api/failing',
      summary: 'Fails',
      tag: 'test',
      access: 'public',
      response: z.object({}),
      handle: () => Promise.reject(error),
    })

  test('show nothing of the error to the caller, and mask persons in the log', async () => {
    const cause = new Error('duplicate key (phone)=(+84912345678), (email)=(nguoi.dan@example.vn)')
    const answer = await supertest(server.withRoutes([failing(cause)])).get('/api/failing')
    const problem = problemIn(answer)
    expect(problem).toMatchObject({ code: 'internal', status: 500 })
    expect(JSON.stringify(problem)).not.toMatch(/duplicate|912345678/)
    const line = server.lines.findLast(l => l.level === 'error' && l.message === 'request failed unexpectedly')
    expect(line?.fields).toMatchObject({ code: 'internal', requestId: answer.get('X-Request-Id') })
    expect(line?.fields.reason).toMatch(/duplicate key/)
    expect(JSON.stringify(server.lines)).not.toMatch(/912345678|nguoi\.dan/)
  })

  test('a database that is away is said to be away, with a time to come back', async () => {
    const away = new pg.Pool({ connectionString: 'postgres://loa@127.0.0.1:1/none' })
    const error = await away.query('select 1').catch(e => e)
    await away.end()
    const answer = await supertest(server.withRoutes([failing(error)])).get('/api/failing')
    expect(problemIn(answer)).toMatchObject({ code: 'service.unavailable', status: 503 })
    expect(Number(answer.get('Retry-After'))).toBeGreaterThan(0)
  })

  test.each(['53100', 'ENOSPC'])('a full disk (%s) is named, and that nothing was saved', async code => {
    const error = Object.assign(new Error('could not extend file "base/1/2": No space left on device'), { code })
    const answer = await supertest(server.withRoutes([failing(error)])).get('/api/failing')
    const problem = problemIn(answer)
    expect(problem).toMatchObject({ code: 'setup.disk-full', status: 507 })
    expect(problem.detailVi).toMatch(/Ổ đĩa .* đầy .* chưa được ghi lại/)
    expect(problem.detail).not.toMatch(/base\/1/)
  })

  test('a thrown string is no way out', async () => {
    const answer = await supertest(server.withRoutes([failing('what')])).get('/api/failing')
    expect(problemIn(answer).code).toBe('internal')
  })

  test('an answer that has begun is cut off, not completed with a problem', async () => {
    const half = route({
      method: 'get',
      path: '/api/half',
      summary: 'Fails in the middle',
      tag: 'test',
      access: 'public',
      async handle({ res }) {
        res.write('first half')
        throw new Error('in the middle')
      },
    })
    await expect(supertest(server.withRoutes([half])).get('/api/half')).rejects.toThrow(/aborted|socket hang up/)
  })
})

test('addresses, queries and bodies never reach the log', async () => {
  await officer.get('/api/announcements?q=bi-mat-trong-dia-chi').expect(200)
  await officer.get('/api/announcements/00000000-0000-4000-8000-000000000abc').expect(404)
  const lines = JSON.stringify(server.lines)
  expect(lines).toContain('/api/announcements/:id')
  expect(lines).not.toMatch(/bi-mat-trong-dia-chi|000000000abc/)
})

test('pages may run our own scripts only', async () => {
  const policy = (await supertest(server.app).get('/docs').expect(200)).get('Content-Security-Policy') ?? ''
  expect(policy).toMatch(/script-src 'self';/)
  expect(policy).toMatch(/object-src 'none'/)
  expect(policy).not.toMatch(/unsafe-eval|https?:/)
})
