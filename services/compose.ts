import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelDeps, Log, MailPort, Receipt, Session, StudioPort } from '../channels/contract.ts'
import { emailConfigSchema } from '../channels/email/config.ts'
import { createMailPort } from '../channels/email/smtp.ts'
import { availableChannels } from '../channels/index.ts'
import type { LoudspeakerConfig } from '../channels/loudspeaker/config.ts'
import { createStudio } from '../channels/loudspeaker/studio.ts'
import { toWav } from '../channels/loudspeaker/wav.ts'
import type { ChannelTable } from '../channels/registry.ts'
import { installChannels, requireChannel } from '../channels/registry.ts'
import type { Auth } from './accounts/auth.ts'
import { createAuth } from './accounts/auth.ts'
import type { DispatchContext } from './dispatch/context.ts'
import { recordReceipts } from './dispatch/receipts.ts'
import type { WithWorkDir } from './dispatch/render.ts'
import { AppError } from './domain/errors.ts'
import { parseQuietHours, usualQuietHours } from './domain/quiet-hours.ts'
import type { HttpDeps } from './http/deps.ts'
import { createShelf } from './places/shelf.ts'
import { createDiskCache } from './runtime/disk-cache.ts'
import type { Links } from './runtime/links.ts'
import { createLinks } from './runtime/links.ts'
import { projectVersion } from './runtime/paths.ts'
import type { Db } from './store/db.ts'
import { openDb, requireReachable } from './store/db.ts'
import { createPace } from './store/pace.ts'
import { createVendors } from './store/vendors.ts'

export interface ComposeOptions {
  databaseUrl: string
  redisUrl: string
  secret: string
  publicUrl: string
  /** Ids from LOA_CHANNELS. */
  channelIds: string[]
  /** Raw configuration of one channel, prefix removed. */
  channelValues: (channelId: string) => Record<string, string>
  simulatorUrl: string | null
  /** Where spoken pieces are kept, and how much of them; absent or 0: nothing is kept. */
  speechCache?: { folder: string; maxBytes: number }
  /** LOA_QUIET_HOURS; the usual ones when undefined, none in a demo. */
  quietHours?: string | undefined
  /** LOA_BOARD_WORKER; on when absent. */
  boardWorker?: 'on' | 'off'
  log: Log
  now?: () => Date
}

/** The parts of one process, put together by hand. */
export interface Instance {
  db: Db
  ctx: DispatchContext
  links: Links
  auth: Auth
  http: HttpDeps
  withWorkDir: WithWorkDir
  /** Opens a channel's session once per process. */
  openSession: (channelId: string) => Promise<Session<unknown>>
  /** Sends mails to operators and keepers; refuses each where no mail server is configured. */
  mail: MailPort
  /** Makes the files of slots; null where the loudspeaker channel is switched off. */
  studio: StudioPort | null
  /** Closes sessions, the mail connection and the pool; call it last. */
  close(): Promise<void>
}

/** Lends an empty private folder and removes it whatever happens. */
export const withWorkDir: WithWorkDir = async work => {
  const dir = await mkdtemp(join(tmpdir(), 'loa-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * What this instance is. Its one row is written when the instance is set up, and demo never changes.
 * @throws AppError setup.database when the instance was never set up
 */
export async function isDemo(db: Db): Promise<boolean> {
  const { rows } = await db.query('select demo from instance')
  if (rows[0] === undefined) {
    throw new AppError('setup.database', {
      vi: 'Cơ sở dữ liệu chưa được khởi tạo. Hãy chạy "loa migrate" (hoặc "loa migrate --demo" cho bản diễn tập) trước.',
      en: 'The database has not been set up. Run "loa migrate" (or "loa migrate --demo" for a demo) first.',
    })
  }
  return rows[0].demo
}

/**
 * In a demo instance every provider must be the simulator on this machine. A channel with an outside provider has a
 * `loopbackOnly` setting that makes its client refuse any other address; without it the instance does not start.
 * @throws AppError setup.demo-provider
 */
export function checkDemoProviders(channels: ChannelTable): void {
  for (const [id, { config }] of channels) {
    const { loopbackOnly } = config as { loopbackOnly?: boolean }
    if (loopbackOnly === false) throw outsideProvider(id)
  }
}

/**
 * The same for the broker of the stations' devices.
 * @throws AppError setup.demo-provider
 */
export function checkDemoBroker(demo: boolean, broker: { loopbackOnly: boolean } | undefined): void {
  if (demo && broker && !broker.loopbackOnly) throw outsideProvider('station_mqtt')
}

function outsideProvider(id: string): AppError {
  return new AppError('setup.demo-provider', {
    vi: `Đây là hệ thống diễn tập: kênh "${id}" chỉ được nối với trình mô phỏng trên máy này (LOOPBACK_ONLY=true).`,
    en: `This is a demo instance: channel "${id}" may only use the simulator on this machine (LOOPBACK_ONLY=true).`,
  })
}

/**
 * The email channel's transport for channels that inform operators; without a mail server every mail is refused. It is
 * there even when the email channel itself is switched off, so a demo checks it separately.
 * @throws AppError setup.demo-provider
 */
function mailPort(
  options: ComposeOptions,
  demo: boolean,
  deps: Pick<ChannelDeps, 'log' | 'now'>,
): MailPort & { close(): Promise<void> } {
  const config = emailConfigSchema.safeParse(options.channelValues('email'))
  if (demo && config.data?.loopbackOnly === false) throw outsideProvider('email')
  if (config.success) return createMailPort(config.data, deps)
  return { send: async () => ({ kind: 'rejected', code: 'no-mail-server' }), close: async () => undefined }
}

/** What makes the files of slots; null in an instance without the loudspeaker channel. */
function studioOf(channels: ChannelTable): StudioPort | null {
  const installed = channels.get('loudspeaker')
  return installed ? createStudio(installed.config as LoudspeakerConfig) : null
}

/** Puts the parts of a process together. The caller has migrated and set up the database. */
export async function compose(options: ComposeOptions): Promise<Instance> {
  const now = options.now ?? (() => new Date())
  const { log } = options
  const db = openDb(options.databaseUrl, 20)
  try {
    await requireReachable(db, options.databaseUrl)
    const demo = await isDemo(db)
    const channels = installChannels(availableChannels, options.channelIds, options.channelValues)
    if (demo) checkDemoProviders(channels)
    const links = createLinks(options.secret, options.publicUrl)
    const mail = mailPort(options, demo, { log, now })
    const quietHours = parseQuietHours(options.quietHours ?? (demo ? 'off' : usualQuietHours)) ?? null
    const { speechCache } = options
    const renderCache = speechCache?.maxBytes ? createDiskCache({ ...speechCache, now, log }) : undefined
    const { publicPage } = links
    const cache = renderCache && { renderCache }
    const ctx: DispatchContext = { db, now, log, channels, demo, quietHours, publicPage, ...cache }
    const deps: Omit<ChannelDeps, 'news' | 'vendors'> = {
      log,
      now,
      publicUrl: links.publicUrl,
      signUrl: links.signUrl,
      unsubscribeUrl: links.unsubscribeUrl,
      mail,
      shelf: createShelf(db, now),
      pace: createPace(db),
    }
    const sessions = new Map<string, Promise<Session<unknown>>>()
    const openSession = (channelId: string) => {
      const open = sessions.get(channelId)
      if (open) return open
      const { channel, config } = requireChannel(channels, channelId)
      const news = { record: (receipts: Receipt[]) => recordReceipts(ctx, channelId, receipts) }
      const opening = channel.open(config, { ...deps, news, vendors: createVendors(db, channelId, log) })
      sessions.set(channelId, opening)
      // A vendor that is away now may be there at the next try.
      opening.catch(() => sessions.delete(channelId))
      return opening
    }
    return {
      db,
      ctx,
      links,
      auth: createAuth({ db, secret: options.secret, publicUrl: links.publicUrl, log }),
      http: {
        ...ctx,
        links,
        version: projectVersion(),
        simulatorUrl: options.simulatorUrl,
        ...(options.boardWorker && { boardWorker: options.boardWorker }),
        receiptSession: async channelId => {
          const session = await openSession(channelId)
          return session.receipts ? session : undefined
        },
        withWorkDir,
        toWav,
      },
      withWorkDir,
      openSession,
      mail,
      studio: studioOf(channels),
      close: async () => {
        const open = await Promise.allSettled(sessions.values())
        await Promise.allSettled(open.map(s => (s.status === 'fulfilled' ? s.value.close() : undefined)))
        await mail.close()
        await db.end()
      },
    }
  } catch (error) {
    await db.end()
    throw error
  }
}
