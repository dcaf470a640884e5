import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
beforeAll(async () => {
  world = await placesWorld()
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)

const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

describe('player page', () => {
  test('may load its own files only, and may be framed by the console', async () => {
    const page = await http().get('/b').expect(200)
    expect(page.headers['content-security-policy']).toBe(policy)
    expect(page.headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(page.headers['set-cookie']).toBeUndefined()
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(m => m[1] ?? '')
    expect(parts).toHaveLength(2)
    for (const part of [...parts, '/board-assets/be-vietnam-pro-bold.ttf']) {
      const asset = await http().get(part).expect(200)
      expect(asset.headers['cache-control']).toContain('immutable')
      await http()
        .get(part)
        .set('If-None-Match', asset.headers.etag ?? '')
        .expect(304)
    }
    await http().get('/board-assets/..%2f..%2fpackage.json').expect(404)
  })

  test('a part of another build is not kept for good', async () => {
    const answer = await http().get('/board-assets/player.js?v=another').expect(200)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('has one address; those from before pairing lead to it', async () => {
    expect((await http().get('/b/').expect(308)).headers.location).toBe('/b')
    expect(
      (
        await http()
          .get(`/board/${'x'.repeat(32)}`)
          .expect(302)
      ).headers.location,
    ).toBe('/b')
  })

  test('the preview is for people who are signed in', async () => {
    await http().get('/board-preview').expect(401)
  })
})

describe('service worker', () => {
  test('may serve the page above it, is looked at anew each time, and names the build of the page', async () => {
    const worker = await http().get('/b/sw.js').expect(200)
    expect(worker.headers).toMatchObject({
      'service-worker-allowed': '/b',
      'cache-control': 'no-cache',
      'content-security-policy': policy,
    })
    const page = await http().get('/b')
    expect(worker.text).toContain(`const BUILD = '${page.headers['loa-player']}'`)
  })

  test('can be switched off: then it forgets what it kept and removes itself', async () => {
    world.deps.boardWorker = 'off'
    const worker = await http().get('/b/sw.js').expect(200)
    expect(worker.text).toContain('registration.unregister()')
    expect(worker.text).not.toContain("addEventListener('fetch'")
    world.deps.boardWorker = 'on'
    expect((await http().get('/b/sw.js')).text).toContain("addEventListener('fetch'")
  })
})
