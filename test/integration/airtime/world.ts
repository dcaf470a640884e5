import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import supertest from 'supertest'
import type { Channel, Session } from '../../../channels/contract.ts'
import { toWav } from '../../../channels/loudspeaker/wav.ts'
import { installChannels } from '../../../channels/registry.ts'
import { createAccount } from '../../../services/accounts/accounts.ts'
import { createAuth } from '../../../services/accounts/auth.ts'
import { airtimePass } from '../../../services/airtime/pass.ts'
import { type RenderingDeps, renderDueSlots } from '../../../services/airtime/rendering.ts'
import { withWorkDir } from '../../../services/compose.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import type { Actor } from '../../../services/domain/accounts.ts'
import { addDays, mondayOf, vietNamDay, vietNamMoment } from '../../../services/domain/airtime/calendar.ts'
import { createApp } from '../../../services/http/app.ts'
import type { HttpDeps } from '../../../services/http/deps.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { allRoutes } from '../../../services/http/routes/index.ts'
import { createShelf } from '../../../services/places/shelf.ts'
import { createStations } from '../../../services/places/stations.ts'
import { createLinks } from '../../../services/runtime/links.ts'
import { approvedAnnouncement, dispatchId, openChunks, scriptedChannel, seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { smallStudio, toneTrack } from '../../support/studio.ts'

const secret = 'a secret that only the tests use, long enough'

export interface AirtimeWorld {
  database: TestDatabase
  /** On the world's own clock. */
  deps: HttpDeps
  rendering: RenderingDeps
  server: Listening
  /** A Monday soon after today, YYYY-MM-DD: the clock stands there at midnight in the beginning. */
  monday: string
  /** Sets the clock to a time of Viet Nam, `day` days after the Monday. */
  at(day: number, clock: string): Date
  stations: string[]
  operator: Actor
  /** Writes, approves, delivers; the track is a real tone of so many seconds. */
  announce(content?: Record<string, unknown>, seconds?: number): Promise<{ id: string; dispatch: string }>
  /** One round of the planning loop. */
  pass(): Promise<Record<string, number>>
  render(signal?: AbortSignal): Promise<number>
  slots(area?: string): Promise<SlotRow[]>
  as(role: 'officer' | 'operator' | 'admin' | 'approver'): Promise<ReturnType<typeof supertest.agent>>
  close(): Promise<void>
}

export interface SlotRow {
  id: string
  at: Date
  state: string
  voidReason: string | null
  fileKey: string | null
  problem: string | null
  titles: string[]
}

/** Airtime over a real database and HTTP server, filled through the real dispatch pipeline, with real sound. */
export async function airtimeWorld(): Promise<AirtimeWorld> {
  const database = await testDatabase()
  const { db } = database
  await seedRegistry(db, 0)
  const stations = await createStations(db, [
    { areaCode: '19333', name: 'Đài truyền thanh phường Đông Hà' },
    { areaCode: '19742', name: 'Đài truyền thanh đặc khu Cồn Cỏ' },
  ])
  // Dispatching works on the real clock; airtime is looked at on days to come.
  const monday = addDays(mondayOf(vietNamDay(new Date())), 7)
  let now = vietNamMoment(monday, '00:00')
  const seconds = new Map<string, number>()
  const loudspeaker = soundingChannel(seconds)
  const links = createLinks(secret, 'http://loa.test')
  const real: HttpDeps = {
    db,
    now: () => new Date(),
    log: silentLog,
    channels: installChannels([loudspeaker], ['loudspeaker'], () => ({})),
    demo: false,
    links,
    version: '0.0.0-test',
    simulatorUrl: null,
    quietHours: null,
    receiptSession: async () => undefined,
    withWorkDir,
    toWav,
  }
  const deps: HttpDeps = { ...real, now: () => now }
  const rendering = { studio: smallStudio, withWorkDir }
  const auth = createAuth({ db, secret, publicUrl: links.publicUrl })
  const passwords: Record<string, string> = {}
  for (const role of ['officer', 'operator', 'admin', 'approver'] as const) {
    const account = {
      email: `${role}@loa.example`,
      name: `Tài khoản ${role}`,
      role,
      areas: role === 'operator' ? ['19333'] : ['44'],
    }
    passwords[role] = (await createAccount(db, account)).password
  }
  const routes = allRoutes(deps, auth, { registry: new Registry() })
  const server = await listen(createApp(deps, auth, routes, { registry: new Registry() }), {
    host: '127.0.0.1',
    port: 0,
  })
  const open = (): Promise<Session<unknown>> =>
    loudspeaker.open(
      {},
      {
        log: silentLog,
        now: real.now,
        publicUrl: links.publicUrl,
        signUrl: links.signUrl,
        unsubscribeUrl: links.unsubscribeUrl,
        mail: { send: async () => ({ kind: 'rejected', code: 'no-mail-here' }) },
        shelf: createShelf(db, real.now),
        news: { record: async () => undefined },
        pace: { take: async () => new Date() },
        vendors: { shares: async weights => weights, report: async () => undefined },
      },
    )
  return {
    database,
    deps,
    rendering,
    server,
    monday,
    at(day, clock) {
      now = vietNamMoment(addDays(monday, day), clock)
      return now
    },
    stations,
    operator: { id: 'operator-1', name: 'Người vận hành', role: 'operator', areas: ['19333'] },
    async announce(content = {}, length = 4) {
      const title = String(content.title ?? 'Thông báo')
      seconds.set(title, length)
      const id = await approvedAnnouncement(real, { title, ...content })
      const dispatch = await dispatchId(db, id, 'loudspeaker')
      await freezeDispatch(real, dispatch)
      await renderDispatch(real, withWorkDir, dispatch, new AbortController().signal)
      for (const chunk of await openChunks(db, dispatch)) {
        await deliverChunk(real, chunk, 'loudspeaker', open, new AbortController().signal)
      }
      return { id, dispatch }
    },
    pass: () => airtimePass(deps),
    async render(signal = new AbortController().signal) {
      return renderDueSlots(deps, rendering, signal)
    },
    async slots(area = '19333') {
      const { rows } = await db.query(
        `select s.id, s.starts_at as at, s.state, s.void_reason as "voidReason", s.file_key as "fileKey", s.problem,
           coalesce((select array_agg(a.content->>'title' order by i.position) from slot_items i
             join dispatches d on d.id = i.dispatch_id join announcements a on a.id = d.announcement_id
             where i.slot_id = s.id and i.withdrawn_at is null), '{}') as titles
         from slots s where s.area_code = $1 order by s.starts_at`,
        [area],
      )
      return rows
    },
    async as(role) {
      const agent = supertest.agent(server.url).set('Sec-Fetch-Site', 'same-origin')
      await agent
        .post('/api/auth/sign-in/email')
        .send({ email: `${role}@loa.example`, password: passwords[role] })
        .expect(200)
      return agent
    },
    async close() {
      await server.close(500)
      await database.drop()
    },
  }
}

/** Same shelf use and content shape as the loudspeaker channel; the voice track is a tone. */
function soundingChannel(seconds: Map<string, number>): Channel<unknown, unknown> {
  const { channel } = scriptedChannel('loudspeaker', { repeat: 'overwrites' }, 'stations')
  return {
    ...channel,
    method: 'commune-radio',
    async render(source) {
      const length = seconds.get(source.content.title) ?? 4
      const dir = await mkdtemp(join(tmpdir(), 'loa-tone-'))
      try {
        const path = join(dir, 'voice.flac')
        await toneTrack(path, length, 300 + (source.content.title.length % 40) * 20)
        return {
          content: { script: source.content.body, durationSeconds: length, fileName: 'thong-bao.mp3', voice: 'tone' },
          files: [{ name: 'voice.flac', mime: 'audio/flac', bytes: await readFile(path) }],
          warnings: [],
        }
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    },
    open: async (_config, deps) => ({
      async send(batch) {
        const { dispatchId: id, renditionId } = batch
        await deps.shelf.put(
          'stations',
          batch.targets.map(t => t.id),
          { dispatchId: id, renditionId },
        )
        return batch.targets.map(() => ({ kind: 'accepted' }))
      },
      health: async () => ({ ok: true, detail: { vi: 'tốt', en: 'fine' } }),
      close: async () => undefined,
    }),
  }
}
