import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Express } from 'express'
import { Registry } from 'prom-client'
import supertest from 'supertest'
import type { Log, Session } from '../../../channels/contract.ts'
import { createAccount } from '../../../services/accounts/accounts.ts'
import { type Auth, createAuth } from '../../../services/accounts/auth.ts'
import type { Role } from '../../../services/domain/accounts.ts'
import { type AppOptions, createApp } from '../../../services/http/app.ts'
import type { HttpDeps } from '../../../services/http/deps.ts'
import type { RouteDef } from '../../../services/http/route.ts'
import { allRoutes, type RouteOptions } from '../../../services/http/routes/index.ts'
import { createLinks } from '../../../services/runtime/links.ts'
import { dispatchContext, type ScriptedChannel, scriptedChannel, seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

const secret = 'a secret that only the tests use, long enough'
export const publicUrl = 'http://loa.test'

export interface LogLine {
  level: 'info' | 'warn' | 'error'
  fields: Record<string, unknown>
  message: string
}

/** A log that remembers, so that a test can look for what must not be in it. */
export function rememberingLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (fields: Record<string, unknown>, message: string) => {
    lines.push({ level, fields, message })
  }
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

export interface HttpServer {
  database: TestDatabase
  deps: HttpDeps
  auth: Auth
  app: Express
  routes: RouteDef[]
  lines: LogLine[]
  passwords: Record<Role, string>
  /** The only channel; its session belongs to no vendor. */
  sms: ScriptedChannel
  /** A browser that is signed in; every request says that it comes from our own pages. */
  as(role: Role): Promise<ReturnType<typeof supertest.agent>>
  /** Another app over the same database, e.g. with routes of the test's own. */
  withRoutes(routes: RouteDef[], options?: AppOptions): Express
  close(): Promise<void>
}

export const emailOf = (role: Role) => `${role}@quangtri.example`

/**
 * The whole HTTP side over a real database, with one scripted SMS-like channel and an account per role.
 */
export async function httpServer(
  options: {
    citizens?: number
    receiptSession?: (channel: string) => Promise<Session<unknown> | undefined>
    routeOptions?: RouteOptions
    publicUrl?: string
  } = {},
): Promise<HttpServer> {
  const database = await testDatabase()
  await seedRegistry(database.db, options.citizens ?? 4)
  const { log, lines } = rememberingLog()
  const address = options.publicUrl ?? publicUrl
  const sms = scriptedChannel('sms')
  const deps: HttpDeps = {
    ...dispatchContext(database.db, [sms]),
    log,
    links: createLinks(secret, address),
    version: '0.0.0-test',
    simulatorUrl: null,
    receiptSession: options.receiptSession ?? (async () => undefined),
    withWorkDir: async work => {
      const dir = await mkdtemp(join(tmpdir(), 'loa-http-'))
      return work(dir).finally(() => rm(dir, { recursive: true, force: true }))
    },
  }
  const auth = createAuth({ db: database.db, secret, publicUrl: address, log })
  const passwords = {} as Record<Role, string>
  for (const role of ['officer', 'approver', 'operator', 'admin'] as const) {
    const account = { email: emailOf(role), name: `Tài khoản ${role}`, role, areas: ['44'] }
    passwords[role] = (await createAccount(database.db, account)).password
  }
  const registry = new Registry()
  const routes = allRoutes(deps, auth, { registry, ...options.routeOptions })
  const withRoutes = (table: RouteDef[], appOptions: AppOptions = {}) =>
    createApp(deps, auth, table, { registry, ...appOptions })
  const app = withRoutes(routes)
  return {
    database,
    deps,
    auth,
    app,
    routes,
    lines,
    passwords,
    sms,
    withRoutes,
    as: role => signedIn(app, role, passwords[role]),
    close: () => database.drop(),
  }
}

/** Signs in and keeps the cookie. */
export async function signedIn(app: Express, role: Role, password: string) {
  const agent = supertest.agent(app).set('Sec-Fetch-Site', 'same-origin')
  await agent
    .post('/api/auth/sign-in/email')
    .send({ email: emailOf(role), password })
    .expect(200)
  return agent
}

/** Content that can be submitted. */
export const goodContent = {
  title: 'Thông báo về cải cách hành chính',
  body: 'Ủy ban nhân dân tỉnh thông báo kế hoạch thông tin, tuyên truyền về cải cách hành chính.',
  issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
  audience: { areas: ['44'], tags: [] },
  channels: ['sms'],
}
