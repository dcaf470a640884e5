import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { may, permissions, type Role, roles } from '../../../services/domain/accounts.ts'
import { problemSchema } from '../../../services/http/schemas.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
const agents = {} as Record<Role, Awaited<ReturnType<HttpServer['as']>>>
beforeAll(async () => {
  server = await httpServer()
  for (const role of roles) agents[role] = await server.as(role)
})
afterAll(() => server.close())

/** An address of the route with harmless values for its parameters. */
function addressOf(path: string): string {
  return path.replace(/[:*]\w+/g, '00000000-0000-4000-8000-000000000000')
}

function guarded() {
  return server.routes.filter(r => r.access !== 'public' && r.access !== 'token')
}

test('every route says who may call it, and nothing is served under two rules', () => {
  const known = ['public', 'token', 'session', ...Object.keys(permissions)]
  for (const route of server.routes) {
    expect({ route: `${route.method} ${route.path}`, known: known.includes(route.access) }).toEqual({
      route: `${route.method} ${route.path}`,
      known: true,
    })
  }
  const keys = server.routes.map(r => `${r.method} ${r.path}`)
  expect(new Set(keys).size).toBe(keys.length)
  expect(guarded().length).toBeGreaterThan(20)
})

test('routes that change something are never open to anybody, but for signing in and out and a board asking to be paired', () => {
  const open = server.routes.filter(r => r.access === 'public' && r.method !== 'get').map(r => r.path)
  // A board that nobody has paired yet has nothing to show itself with; what it may start is limited.
  expect(open.sort()).toEqual(['/api/auth/sign-in/email', '/api/auth/sign-out', '/api/board/pairing'])
})

test('without a session every guarded route answers 401', async () => {
  for (const route of guarded()) {
    const request = supertest(server.app)[route.method](addressOf(route.path)).set('Sec-Fetch-Site', 'same-origin')
    const answer = await (route.method === 'get' ? request : request.send({}))
    expect({ path: route.path, status: answer.status }).toEqual({ path: route.path, status: 401 })
    expect(problemSchema.parse(answer.body).code).toBe('auth.required')
  }
})

test('every role that lacks the permission is refused with 403, before anything of the request is looked at', async () => {
  let refusals = 0
  for (const route of guarded()) {
    if (route.access === 'session') continue
    for (const role of roles) {
      if (may(role, route.access as keyof typeof permissions)) continue
      const request = agents[role][route.method](addressOf(route.path))
      const answer = await (route.method === 'get' ? request : request.send({ nonsense: true }))
      expect({ path: route.path, role, status: answer.status }).toEqual({ path: route.path, role, status: 403 })
      expect(problemSchema.parse(answer.body).code).toBe('auth.forbidden')
      refusals++
    }
  }
  expect(refusals).toBeGreaterThanOrEqual(30)
})

test('a role that has the permission is not refused', async () => {
  for (const route of guarded()) {
    if (/stream|events/.test(route.path)) continue
    for (const role of roles) {
      if (route.access !== 'session' && !may(role, route.access as keyof typeof permissions)) continue
      const request = agents[role][route.method](addressOf(route.path))
      const answer = await (route.method === 'get' ? request : request.send({}))
      expect([401, 403, 500]).not.toContain(answer.status)
    }
  }
})

describe('requests made by another site with the officer’s cookie', () => {
  const draft = { content: { title: 'Thông báo', body: 'Nội dung' } }
  const post = async (headers: Record<string, string>) => {
    const cookie = (
      await supertest(server.app)
        .post('/api/auth/sign-in/email')
        .set('Sec-Fetch-Site', 'same-origin')
        .send({ email: 'officer@quangtri.example', password: server.passwords.officer })
    ).get('Set-Cookie')?.[0]
    return supertest(server.app)
      .post('/api/announcements')
      .set({ 'Content-Type': 'application/json', Cookie: cookie ?? '', ...headers })
      .send(JSON.stringify(draft))
  }

  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['another port or subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://loa.test:8090' }],
    ['an old browser on another site', { Origin: 'https://evil.example' }],
    ['a sandboxed frame', { Origin: 'null' }],
    ['a form of an old browser', { 'Content-Type': 'text/plain' }],
  ])('%s: refused', async (_who, headers) => {
    const answer = await post(headers as Record<string, string>)
    expect(answer.status).toBe(403)
    expect(answer.body.code).toBe('request.cross-site')
  })

  test.each([
    ['our page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://127.0.0.1' }],
    ['our page by its public address behind a proxy', { Origin: 'http://loa.test' }],
    ['our page in an old browser', { Host: 'may-chu.local:8080', Origin: 'http://may-chu.local:8080' }],
    ['a program that sends JSON', {}],
  ])('%s: taken', async (_who, headers) => {
    expect((await post(headers as Record<string, string>)).status).toBe(201)
  })

  test('signing in from another site is refused too (login CSRF)', async () => {
    const answer = await supertest(server.app)
      .post('/api/auth/sign-in/email')
      .set('Origin', 'https://evil.example')
      .send({ email: 'officer@quangtri.example', password: server.passwords.officer })
    expect(answer.status).toBe(403)
    expect(answer.get('Set-Cookie')).toBeUndefined()
  })
})
