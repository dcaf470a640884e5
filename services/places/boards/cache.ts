import { timingSafeEqual } from 'node:crypto'
import type { Log } from '../../../channels/contract.ts'
import { AppError } from '../../domain/errors.ts'
import type { Links } from '../../runtime/links.ts'
import type { Db } from '../../store/db.ts'
import { onShelfChange, shelfHeardBy, shelfListening } from '../events.ts'
import { type BuiltManifest, boardManifests } from './manifest.ts'
import { createBoardProofs } from './proofs.ts'
import { boardSessionsStillIn, boardUnpaired } from './sessions.ts'
import { sharedBuffers } from './shared-buffers.ts'

/*
 * What boards are to show and who may read it, kept in memory for those that this process has heard of, so that ten thousand
 * of them may ask in the same second. The database stays the truth: an entry counts only while every change is heard, until
 * time itself changes it, and for a minute at the most. What does not count is looked up, many boards at once.
 */

/** What building manifests, and knowing sessions, needs of an instance. */
export interface BoardCacheContext {
  db: Db
  links: Links
  demo: boolean
  now: () => Date
  log: Log
}

/** A manifest in memory; its body is its head (see headOf), `shared` and `own` one after the other. */
export interface KeptManifest {
  version: string
  /** One buffer for all boards that have the same items. */
  shared: Buffer
  own: Buffer
  /** Length of the body. */
  bytes: number
  urgent: boolean
}

/** A board as this process knows it. */
export interface KnownBoard {
  readonly id: string
  /** Undefined until it was looked up, and for boards that have none (out of use, paper). */
  manifest: KeptManifest | undefined
  /** Counts streams: a change of a board with any is looked up at once, of the others when they ask. */
  watchers: number
}

/** Who asks: a board and the session that its access token belongs to. */
export interface BoardCaller {
  board: KnownBoard
  session: Session
}

interface Session {
  id: string
  /** The access token that was checked last. */
  token: Buffer
  tokenEndsAt: number
  /** Undefined until looked up. */
  good: boolean | undefined
}

interface Waiter {
  session: Session
  since: number
  done: (error: unknown) => void
}

interface Entry extends KnownBoard {
  sessions: Session[]
  /** Something changed since the last look began. */
  stale: boolean
  looking: boolean
  /** When, and on which listening connection, what is known was read. */
  readAt: number
  heardBy: number | undefined
  freshUntil: number
  usedAt: number
  waiting: Waiter[]
}

export interface BoardCache {
  /** Whose access token this is; undefined when it is forged or out of date. No look into the database. */
  admit(token: string): BoardCaller | undefined
  /** True when what is known of the caller's board and session counts: it may be used without {@link read}. */
  fresh(caller: BoardCaller): boolean
  /**
   * Resolves when `board.manifest` counts and the session is good.
   * @throws AppError board.unpaired | service.unavailable, or what the database says
   */
  read(caller: BoardCaller): Promise<KeptManifest>
  /** Called after every look with the boards that were looked up and have streams. */
  onLook(callback: (boards: KnownBoard[]) => void): void
  /** True while the session may go on. */
  stillIn(board: KnownBoard, sessionId: string): boolean
  /** Forgets everything and hears of nothing more; the next {@link admit} begins anew. */
  close(): Promise<void>
}

export interface CacheTimes {
  /** What is known counts for so long, whatever was heard. */
  trustMs: number
  /** Between two rounds of changes. The first one after a pause is looked up at once: it may be an emergency. */
  gatherMs: number
  /** Whoever waits for the database for so long is told that it is away. */
  patienceMs: number
  /** Boards without a stream that have not asked for so long are forgotten. */
  forgetMs: number
}

const usualTimes: CacheTimes = { trustMs: 60_000, gatherMs: 100, patienceMs: 10_000, forgetMs: 300_000 }

/** Small enough that the first boards are served while the next ones are looked up. */
const boardsPerLook = 500
/** While one look waits for the database, the other is put into words. */
const looksAtOnce = 2
/** Of one board: its player, and one or two from before a re-pairing or a restart. */
const sessionsPerBoard = 4

function databaseAway(): AppError {
  return new AppError(
    'service.unavailable',
    {
      vi: 'Hệ thống tạm thời chưa đọc được dữ liệu. Bảng tin tiếp tục hiển thị nội dung đang có.',
      en: 'What this board is to show cannot be read at the moment. It goes on showing what it has.',
    },
    { details: { retryAfterSeconds: 10 } },
  )
}

/** See the head of this file. Without any known board nothing is listened to and no timer runs. */
export function createBoardCache(ctx: BoardCacheContext, times: CacheTimes = usualTimes): BoardCache {
  const entries = new Map<string, Entry>()
  /** To be looked up now, in this order. */
  const due = new Set<Entry>()
  /** Changed, with streams: due at the next round. */
  const changed = new Set<Entry>()
  const buffers = sharedBuffers()
  const proofs = createBoardProofs(ctx)
  let looked: (boards: KnownBoard[]) => void = () => undefined
  let running = 0
  let roundAt = 0
  let round: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined
  let sweep: NodeJS.Timeout | undefined
  let pumping = false

  const now = () => ctx.now().getTime()

  const counts = (entry: Entry, at: number): boolean =>
    !entry.stale &&
    entry.readAt > 0 &&
    at - entry.readAt < times.trustMs &&
    at < entry.freshUntil &&
    entry.heardBy !== undefined &&
    entry.heardBy === shelfHeardBy(ctx.db)

  /** Looks begin in the next turn, so that those who ask in this one share them. */
  const pump = () => {
    if (pumping || due.size === 0 || running >= looksAtOnce) return
    pumping = true
    setImmediate(() => {
      pumping = false
      while (running < looksAtOnce && due.size > 0) void look()
    })
  }

  const startRound = () => {
    if (round !== undefined || changed.size === 0) return
    const waitMs = Math.max(0, roundAt + times.gatherMs - now())
    round = setTimeout(() => {
      round = undefined
      roundAt = now()
      for (const entry of changed) due.add(entry)
      changed.clear()
      pump()
    }, waitMs)
  }

  const look = async () => {
    const asked: Entry[] = []
    for (const entry of due) {
      if (asked.length === boardsPerLook) break
      due.delete(entry)
      if (!entry.looking) asked.push(entry)
    }
    if (asked.length === 0) return
    running++
    for (const entry of asked) {
      entry.looking = true
      entry.stale = false
    }
    const sessionIds = asked.flatMap(e => e.sessions.map(s => s.id))
    const heardBy = shelfHeardBy(ctx.db)
    const at = ctx.now()
    try {
      const [manifests, good] = await Promise.all([
        boardManifests(
          ctx,
          asked.map(e => e.id),
          at,
        ),
        boardSessionsStillIn(ctx.db, sessionIds, at),
      ])
      const known = new Set(sessionIds)
      for (const entry of asked) {
        keep(entry, manifests.get(entry.id))
        entry.readAt = at.getTime()
        entry.heardBy = heardBy
        for (const session of entry.sessions) {
          if (known.has(session.id)) session.good = good.get(session.id) === entry.id
        }
      }
      for (const entry of asked) answer(entry, undefined)
      looked(asked.filter(e => e.watchers > 0))
    } catch (error) {
      for (const entry of asked) {
        entry.stale = true
        // Tried again once a second as long as anybody watches, so that the poke is late and not lost.
        if (entry.watchers > 0) changed.add(entry)
        answer(entry, error)
      }
      if (changed.size > 0) roundAt = now() + 1_000 - times.gatherMs
      ctx.log.warn({ boards: asked.length, error }, 'boards could not be looked up')
    } finally {
      running--
      for (const entry of asked) {
        entry.looking = false
        if (entry.waiting.length > 0) due.add(entry)
        else if (entry.stale && entry.watchers > 0) changed.add(entry)
      }
      startRound()
      pump()
    }
  }

  const keep = (entry: Entry, built: BuiltManifest | undefined) => {
    entry.freshUntil = built?.freshUntil?.getTime() ?? Number.POSITIVE_INFINITY
    if (built?.version === entry.manifest?.version) return
    if (!built) {
      entry.manifest = undefined
      return
    }
    const { version, urgent } = built
    const shared = buffers.of(built.shared)
    const own = Buffer.from(built.own)
    entry.manifest = { version, shared, own, bytes: built.head.length + shared.length + own.length, urgent }
  }

  /** Lets those go on for whom something is known now; who came during the look, or after a change, waits for the next. */
  const answer = (entry: Entry, error: unknown) => {
    const waiting = entry.waiting
    entry.waiting = []
    for (const waiter of waiting) {
      const unknown = waiter.session.good === undefined && entry.sessions.includes(waiter.session)
      const changed = entry.stale && waiter.since >= entry.readAt
      if (error === undefined && (unknown || changed)) entry.waiting.push(waiter)
      else waiter.done(error)
    }
  }

  const start = () => {
    unsubscribe = onShelfChange(ctx.db, ({ kind, placeIds }) => {
      if (kind !== 'boards') return
      for (const entry of placeIds === 'all' ? entries.values() : placeIds.map(id => entries.get(id))) {
        if (!entry) continue
        entry.stale = true
        if (entry.watchers > 0) changed.add(entry)
      }
      startRound()
    })
    // What was read before that, unheard, is looked up again where anybody watches.
    void shelfListening(ctx.db).then(() => {
      for (const entry of entries.values()) if (entry.watchers > 0 && entry.heardBy === undefined) changed.add(entry)
      startRound()
    })
    sweep = setInterval(tidy, 1_000)
    sweep.unref()
  }

  const tidy = () => {
    const at = now()
    for (const entry of entries.values()) {
      while (entry.waiting[0] && at - entry.waiting[0].since > times.patienceMs) {
        entry.waiting.shift()?.done(databaseAway())
      }
      const idle = entry.watchers === 0 && entry.waiting.length === 0 && !entry.looking
      if (idle && at - entry.usedAt > times.forgetMs) {
        entries.delete(entry.id)
        due.delete(entry)
        changed.delete(entry)
      }
    }
    if (entries.size === 0) end()
  }

  const end = () => {
    unsubscribe?.()
    unsubscribe = undefined
    clearInterval(sweep)
    clearTimeout(round)
    round = undefined
    entries.clear()
    due.clear()
    changed.clear()
  }

  const entryOf = (id: string): Entry => {
    const known = entries.get(id)
    if (known) return known
    if (!unsubscribe) start()
    const entry: Entry = {
      id,
      manifest: undefined,
      watchers: 0,
      sessions: [],
      stale: true,
      looking: false,
      readAt: 0,
      heardBy: undefined,
      freshUntil: 0,
      usedAt: 0,
      waiting: [],
    }
    entries.set(id, entry)
    return entry
  }

  const cache: BoardCache = {
    admit(token) {
      const at = now()
      const [boardId = '', sessionId = ''] = token.split('.', 2)
      const bytes = Buffer.from(token, 'latin1')
      const entry = entries.get(boardId)
      const session = entry?.sessions.find(s => s.id === sessionId)
      if (entry && session && session.tokenEndsAt >= at && same(bytes, session.token)) {
        entry.usedAt = at
        return { board: entry, session }
      }
      const access = ctx.links.readBoardAccess(token, ctx.now())
      if (!access) return undefined
      const board = entryOf(access.boardId)
      board.usedAt = at
      proofs.used(access)
      const tokenEndsAt = access.expiresAt.getTime()
      if (session) {
        // A board may still use the one before for a moment; the younger one is remembered.
        if (tokenEndsAt >= session.tokenEndsAt) Object.assign(session, { token: bytes, tokenEndsAt })
        return { board, session }
      }
      const fresh: Session = { id: access.sessionId, token: bytes, tokenEndsAt, good: undefined }
      board.sessions = [fresh, ...board.sessions].slice(0, sessionsPerBoard)
      return { board, session: fresh }
    },
    fresh: ({ board, session }) => session.good !== undefined && counts(board as Entry, now()),
    async read(caller) {
      const entry = caller.board as Entry
      if (!cache.fresh(caller)) {
        await new Promise<void>((resolve, reject) => {
          const done = (error: unknown) => (error === undefined ? resolve() : reject(error))
          entry.waiting.push({ session: caller.session, since: now(), done })
          changed.delete(entry)
          due.add(entry)
          pump()
        })
      }
      if (!caller.session.good || !entry.manifest) throw boardUnpaired()
      return entry.manifest
    },
    onLook(callback) {
      looked = callback
    },
    stillIn: (board, sessionId) =>
      board.manifest !== undefined && (board as Entry).sessions.some(s => s.id === sessionId && s.good === true),
    async close() {
      for (const entry of entries.values()) for (const { done } of entry.waiting.splice(0)) done(databaseAway())
      end()
      await proofs.close()
    },
  }
  return cache
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
