import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { board } from '../../../channels/board/index.ts'
import type { Channel, Session } from '../../../channels/contract.ts'
import { installChannels } from '../../../channels/registry.ts'
import { createAccount } from '../../../services/accounts/accounts.ts'
import { createAuth } from '../../../services/accounts/auth.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import type { Role } from '../../../services/domain/accounts.ts'
import type { BoardTokens } from '../../../services/domain/board.ts'
import { createApp } from '../../../services/http/app.ts'
import { createBoardDoor } from '../../../services/http/board-door/index.ts'
import type { HttpDeps } from '../../../services/http/deps.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { asRunRoutes } from '../../../services/http/routes/as-run.ts'
import { boardDoorRoutes } from '../../../services/http/routes/board-door.ts'
import { boardPairingRoutes } from '../../../services/http/routes/board-pairing.ts'
import { boardPlainRoutes } from '../../../services/http/routes/board-plain.ts'
import { boardPlayerRoutes } from '../../../services/http/routes/board-player.ts'
import { boardConsoleRoutes } from '../../../services/http/routes/boards-console.ts'
import { deviceRoutes } from '../../../services/http/routes/devices.ts'
import { feedRoutes } from '../../../services/http/routes/feeds.ts'
import { fileRoutes } from '../../../services/http/routes/files.ts'
import { operatorRoutes } from '../../../services/http/routes/operator.ts'
import { postingRoutes } from '../../../services/http/routes/postings.ts'
import { printRoutes } from '../../../services/http/routes/print.ts'
import { sessionRoutes } from '../../../services/http/routes/session.ts'
import { stationDeviceRoutes } from '../../../services/http/routes/station-device.ts'
import { stationPushRoutes } from '../../../services/http/routes/station-pushes.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { createBoardSession } from '../../../services/places/boards/sessions.ts'
import { createShelf } from '../../../services/places/shelf.ts'
import { createStations } from '../../../services/places/stations.ts'
import { createLinks, type Links } from '../../../services/runtime/links.ts'
import { freePort } from '../../../services/runtime/ports.ts'
import { approvedAnnouncement, dispatchId, openChunks, scriptedChannel, seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'

const secret = 'a secret that only the tests use, long enough'

const noise = Buffer.from(Array.from({ length: 700_001 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))

/** Bytes of a stand-in recording: long enough for several slices, each place in it recognisable, and one per title. */
export function recordingOf(title: string): Buffer {
  return Buffer.concat([noise, Buffer.from(title)])
}

export interface PlacesWorld {
  database: TestDatabase
  deps: HttpDeps
  links: Links
  server: Listening
  metrics: Registry
  /** Serves again on the same port after `server.close()`. */
  restart(): Promise<void>
  passwords: Record<'officer' | 'operator' | 'admin', string>
  boards: { id: string }[]
  stations: { id: string; token: string }[]
  /** Writes, approves and delivers an announcement on board and loudspeaker. @returns its id */
  announce(content?: Record<string, unknown>): Promise<string>
  dispatch(announcementId: string, channel: 'board' | 'loudspeaker'): Promise<string>
  /** Pairs a board's player without its code. @param at when its credential was given out */
  pair(boardId: string, at?: Date): Promise<BoardTokens & { sessionId: string }>
  close(): Promise<void>
}

/**
 * The places over a real database and HTTP server, filled through the real dispatch pipeline and the real board
 * channel. Only the loudspeaker's rendering is replaced by a fixed recording, because making sound takes seconds.
 */
export async function placesWorld(
  options: {
    demo?: boolean
    reachable?: boolean
    sound?: (title: string) => { bytes: Buffer; seconds: number }
    /** What boards are told that the server's player is. */
    playerBuild?: string
  } = {},
): Promise<PlacesWorld> {
  const database = await testDatabase()
  const { db } = database
  await seedRegistry(db, 0)
  await createBoards(db, [
    { areaCode: '19333', name: 'Bảng tin Nhà văn hóa' },
    { areaCode: '19742', name: 'Bảng tin Cảng cá' },
  ])
  await createStations(db, [
    { areaCode: '19333', name: 'Đài truyền thanh phường Đông Hà' },
    { areaCode: '19742', name: 'Đài truyền thanh đặc khu Cồn Cỏ' },
  ])
  const boards = (await db.query('select id from boards order by id')).rows
  const stations = (await db.query('select id, feed_token as token from stations order by id')).rows

  const now = () => deps.now()
  const shelf = createShelf(db, now)
  const loudspeaker = loudspeakerLike(options.sound ?? (title => ({ bytes: recordingOf(title), seconds: 61.4 })))
  const available: Channel<unknown, unknown>[] = [board as Channel<unknown, unknown>, loudspeaker]
  const channels = installChannels(available, ['board', 'loudspeaker'], () => ({}))
  // Programs that follow our addresses by themselves need them to lead here.
  const port = options.reachable ? await freePort() : 0
  const links = createLinks(secret, port > 0 ? `http://127.0.0.1:${port}` : 'http://loa.test')
  const deps: HttpDeps = {
    db,
    now: () => new Date(),
    log: silentLog,
    channels,
    demo: options.demo ?? false,
    links,
    version: '0.0.0-test',
    simulatorUrl: null,
    quietHours: null,
    receiptSession: async () => undefined,
    withWorkDir: async work => {
      const dir = await mkdtemp(join(tmpdir(), 'loa-places-'))
      return work(dir).finally(() => rm(dir, { recursive: true, force: true }))
    },
  }
  const auth = createAuth({ db, secret, publicUrl: links.publicUrl })
  const passwords = {} as PlacesWorld['passwords']
  const areas: Partial<Record<Role, string[]>> = { operator: ['19333'] }
  for (const role of ['officer', 'operator', 'admin'] as const) {
    const account = { email: `${role}@loa.example`, name: `Tài khoản ${role}`, role, areas: areas[role] ?? ['44'] }
    passwords[role] = (await createAccount(db, account)).password
  }
  const metrics = new Registry()
  const door = createBoardDoor(deps, options.playerBuild ?? 'build-of-the-player', metrics)
  const routes = [
    ...sessionRoutes(deps, auth),
    ...boardDoorRoutes(door),
    ...boardPlayerRoutes(deps),
    ...boardPairingRoutes(deps),
    ...boardConsoleRoutes(deps),
    ...boardPlainRoutes(deps),
    ...feedRoutes(deps),
    ...operatorRoutes(deps),
    ...fileRoutes(deps, auth),
    ...deviceRoutes(deps),
    ...stationDeviceRoutes(deps),
    ...asRunRoutes(deps),
    ...stationPushRoutes(deps),
    ...printRoutes(deps),
    ...postingRoutes(deps),
  ]
  const app = createApp(deps, auth, routes, { registry: metrics })
  let server = await listen(app, { host: '127.0.0.1', port, door })

  const open = (channelId: string): Promise<Session<unknown>> => {
    const channel = available.find(c => c.id === channelId)
    if (!channel) throw new Error(`no channel ${channelId}`)
    return channel.open(
      {},
      {
        log: silentLog,
        now,
        publicUrl: links.publicUrl,
        signUrl: links.signUrl,
        unsubscribeUrl: links.unsubscribeUrl,
        mail: { send: async () => ({ kind: 'rejected', code: 'no-mail-here' }) },
        shelf,
        news: { record: async () => undefined },
        pace: { take: async () => new Date() },
        vendors: { shares: async weights => weights, report: async () => undefined },
      },
    )
  }
  const dispatch = (id: string, channel: string) => dispatchId(db, id, channel)

  return {
    database,
    deps,
    links,
    server,
    metrics,
    restart: async () => {
      server = await listen(app, { host: '127.0.0.1', port: server.port, door })
    },
    passwords,
    boards,
    stations,
    dispatch,
    pair: (boardId, at = deps.now()) => createBoardSession(db, links, boardId, 'player', at),
    async announce(content = {}) {
      const id = await approvedAnnouncement(deps, content)
      for (const channel of ['board', 'loudspeaker'] as const) {
        const work = await dispatch(id, channel)
        await freezeDispatch(deps, work)
        await renderDispatch(deps, deps.withWorkDir, work, new AbortController().signal)
        for (const chunk of await openChunks(db, work)) {
          await deliverChunk(deps, chunk, channel, open, new AbortController().signal)
        }
      }
      return id
    },
    async close() {
      await server.close(500)
      await database.drop()
    },
  }
}

/** Same shelf use and content shape as the loudspeaker channel, with the fixed recording instead of speech. */
function loudspeakerLike(sound: (title: string) => { bytes: Buffer; seconds: number }): Channel<unknown, unknown> {
  const { channel } = scriptedChannel('loudspeaker', { repeat: 'overwrites' }, 'stations')
  return {
    ...channel,
    method: 'commune-radio',
    render: async source => {
      const { bytes, seconds } = sound(source.content.title)
      return {
        content: { script: source.content.body, durationSeconds: seconds, fileName: 'thong-bao.mp3' },
        files: [{ name: 'speech.mp3', mime: 'audio/mpeg', bytes }],
        warnings: [],
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
