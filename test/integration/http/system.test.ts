import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { z } from 'zod'
import { listen } from '../../../services/http/listen.ts'
import { route } from '../../../services/http/route.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let redisUp = true
beforeAll(async () => {
  server = await httpServer({
    routeOptions: {
      checks: {
        redis: async () => {
          if (!redisUp) throw new Error('away')
        },
      },
    },
  })
})
afterAll(() => server.close())

describe('health', () => {
  test('alive', async () => {
    expect((await supertest(server.app).get('/healthz').expect(200)).body).toEqual({ ok: true })
  })

  test('ready only while every part answers', async () => {
    const ready = await supertest(server.app).get('/readyz').expect(200)
    expect(ready.body).toEqual({ ok: true, parts: { database: true, redis: true } })
    redisUp = false
    const not = await supertest(server.app).get('/readyz').expect(503)
    expect(not.body).toEqual({ ok: false, parts: { database: true, redis: false } })
    redisUp = true
    await supertest(server.app).get('/readyz').expect(200)
  })

  test('a database that is gone is noticed', async () => {
    const lost = await httpServer()
    await lost.close()
    const answer = await supertest(lost.app).get('/readyz').expect(503)
    expect(answer.body.parts).toEqual({ database: false })
  })
})

describe('metrics', () => {
  test('can be read on this machine, and count by route pattern', async () => {
    await supertest(server.app).get('/api/instance').expect(200)
    await supertest(server.app).get('/api/nothing/0912345678').expect(404)
    const answer = await supertest(server.app).get('/metrics').expect(200)
    expect(answer.get('Content-Type')).toMatch(/^text\/plain/)
    expect(answer.text).toMatch(
      /^http_request_duration_seconds_count\{method="GET",route="\/api\/instance",status="200"\} 1$/m,
    )
    expect(answer.text).toMatch(/route="none",status="404"/)
    expect(answer.text).not.toContain('0912345678')
  })

  test('from elsewhere only by who is signed in', async () => {
    const from = { 'X-Forwarded-For': '203.0.113.9' }
    await supertest(server.app).get('/metrics').set(from).expect(403)
    const officer = await server.as('officer')
    await officer.get('/metrics').set(from).expect(200)
    // A caller behind a proxy cannot pass for local by saying so.
    await supertest(server.app).get('/metrics').set('X-Forwarded-For', '127.0.0.1').expect(403)
  })
})

describe('the files of the console', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'loa-console-'))
    await mkdir(join(dir, 'assets'))
    await writeFile(join(dir, 'index.html'), '<!doctype html><title>Bảng điều khiển</title>')
    await writeFile(join(dir, 'assets', 'app-1a2b.js'), 'export {}')
  })
  afterAll(() => rm(dir, { recursive: true }))
  const app = () => server.withRoutes(server.routes, { consoleDir: dir })

  test('every address of the console’s router is its page, asked for afresh each time', async () => {
    const router = await readFile(new URL('../../../services/web/console/src/app/router.tsx', import.meta.url), 'utf8')
    const paths = [...router.matchAll(/path: '([^'*]+)'/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(5)
    for (const path of [...paths, '/sign-in', '/announcements/abc/']) {
      const address = `/${path}`.replace('//', '/').replace(/:\w+\??/, '5f0c')
      const answer = await supertest(app()).get(address).set('Accept', 'text/html')
      expect([address, answer.status, answer.get('Cache-Control')]).toEqual([address, 200, 'no-cache'])
      expect(answer.text).toContain('Bảng điều khiển')
    }
  })

  test('hashed assets may be kept for ever; a missing one is not the page', async () => {
    const asset = await supertest(app()).get('/assets/app-1a2b.js').expect(200)
    expect(asset.get('Cache-Control')).toMatch(/max-age=31536000, immutable/)
    expect(asset.get('Content-Type')).toMatch(/javascript/)
    await supertest(app()).get('/assets/app-gone.js').expect(404)
    await supertest(app()).get('/%2e%2e/package.json').expect(404)
  })

  test('a console that was not built says how to mend it', async () => {
    const bare = server.withRoutes(server.routes, { consoleDir: join(dir, 'nothing') })
    const answer = await supertest(bare).get('/').set('Accept', 'text/html').expect(503)
    expect(answer.text).toContain('npm run build')
  })
})

describe('listening', () => {
  let taken: Server
  afterAll(() => {
    taken.close()
  })

  test('a taken port is said in one sentence', async () => {
    taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    await expect(listen(server.app, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'setup.port-taken',
      userMessage: { vi: expect.stringContaining(String(port)) },
    })
  })

  test('closing lets a running request finish, and takes no new one', async () => {
    let finish: () => void = () => undefined
    let began: () => void = () => undefined
    const running = new Promise<void>(resolve => {
      began = resolve
    })
    const slow = route({
      method: 'get',
      path: '/api/slow',
      summary: 'Slow',
      tag: 'test',
      access: 'public',
      response: z.object({ done: z.boolean() }),
      async handle() {
        began()
        await new Promise<void>(resolve => {
          finish = resolve
        })
        return { done: true }
      },
    })
    const listening = await listen(server.withRoutes([slow]), { host: '127.0.0.1', port: 0 })
    const answer = fetch(`${listening.url}/api/slow`)
    await running
    const closed = listening.close()
    await expect(fetch(`${listening.url}/api/slow`)).rejects.toThrow()
    finish()
    expect(await (await answer).json()).toEqual({ done: true })
    await closed
    await listening.close()
  })

  test('a request that never ends is cut after the grace time', async () => {
    let began: () => void = () => undefined
    const running = new Promise<void>(resolve => {
      began = resolve
    })
    const stuck = route({
      method: 'get',
      path: '/api/stuck',
      summary: 'Stuck',
      tag: 'test',
      access: 'public',
      handle: () => {
        began()
        return new Promise(() => undefined)
      },
    })
    const listening = await listen(server.withRoutes([stuck]), { host: '127.0.0.1', port: 0 })
    const answer = fetch(`${listening.url}/api/stuck`).catch(() => 'cut')
    await running
    await listening.close(200)
    expect(await answer).toBe('cut')
  })
})
