import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { openApiDocument, openApiPath } from '../../../services/http/openapi.ts'
import { type HttpServer, httpServer } from './server.ts'

type Json = Record<string, unknown>
interface Operation {
  operationId: string
  parameters: { name: string; in: string }[]
  responses: Record<string, Json>
  security: unknown[]
  requestBody?: { content: Record<string, { schema: Json }> }
}

let server: HttpServer
let document: Json
let operations: { method: string; path: string; operation: Operation }[]
beforeAll(async () => {
  server = await httpServer()
  document = (await supertest(server.app).get('/api/openapi.json').expect(200)).body
  operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
})
afterAll(() => server.close())

/** Everything of one kind in a JSON tree. */
function* walk(value: unknown): Generator<Json> {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) yield value as Json
  for (const inner of Object.values(value)) yield* walk(inner)
}

test('is OpenAPI 3.1 and holds every route of the table, and no other', () => {
  expect(document.openapi).toBe('3.1.0')
  const wanted = server.routes.map(r => `${r.method} ${openApiPath(r.path)}`).sort()
  expect(operations.map(o => `${o.method} ${o.path}`).sort()).toEqual(wanted)
})

test('every reference resolves, and every named schema is used', () => {
  const schemas = (document.components as { schemas: Json }).schemas
  const refs = new Set([...walk(document)].map(node => node.$ref).filter(ref => typeof ref === 'string'))
  expect([...refs].sort()).toEqual(
    Object.keys(schemas)
      .map(name => `#/components/schemas/${name}`)
      .sort(),
  )
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(['Announcement', 'AnnouncementContent', 'AnnouncementContentInput', 'Problem', 'Progress']),
  )
  expect(JSON.stringify(document)).not.toMatch(/\$defs|\$schema/)
})

test('every operation has its own id, its path parameters, a problem answer and its access rule', () => {
  const ids = operations.map(o => o.operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(m => m[1])
    expect(operation.parameters.filter(p => p.in === 'path').map(p => p.name)).toEqual(named)
    expect(operation.responses.default).toMatchObject({ content: { 'application/problem+json': {} } })
  }
  const guarded = operations.filter(o => o.operation.security.length > 0).length
  expect(guarded).toBe(server.routes.filter(r => r.access !== 'public' && r.access !== 'token').length)
})

test('requests say what may be left out; answers say that it is always there', () => {
  const schemas = (document.components as { schemas: Record<string, { required: string[] }> }).schemas
  expect(schemas.AnnouncementContentInput?.required).toEqual(['title', 'body'])
  expect(schemas.AnnouncementContent?.required).toEqual(expect.arrayContaining(['priority', 'audience', 'scheduleAt']))
})

test('a demo says that it is one, a real instance does not', () => {
  const said = (demo: boolean) =>
    (openApiDocument(server.routes, { version: '1', publicUrl: 'http://loa.test', demo }).info as Json).description
  expect(said(true)).toMatch(/^\*\*HỆ THỐNG DIỄN TẬP/)
  expect(said(false)).not.toMatch(/DIỄN TẬP/)
})

test('the idempotent routes document their header', () => {
  const documented = operations.filter(o => o.operation.parameters.some(p => p.name === 'Idempotency-Key'))
  expect(documented.length).toBe(server.routes.filter(r => r.idempotent).length)
  expect(documented.length).toBeGreaterThan(5)
})

describe('the browsable page', () => {
  test('uses files of this server only, and none of them is missing', async () => {
    const page = (await supertest(server.app).get('/docs').expect(200)).text
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(m => m[1] ?? '')
    expect(files).toHaveLength(3)
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//)
      await supertest(server.app).get(file).expect(200)
    }
    expect(page).not.toMatch(/<script(?![^>]*src)/)
    expect(page).not.toMatch(/ on\w+=/)
  })

  test('does not hand out the package’s own demo page', async () => {
    await supertest(server.app).get('/docs/files/index.html').expect(404)
    await supertest(server.app).get('/docs/files/../package.json').expect(404)
  })
})
