import pg from 'pg'
import { z } from 'zod'
import type { Db } from '../store/db.ts'
import { shelfNotifyChannel } from './shelf.ts'

/** Which places have something new; `all` after a gap in listening, when anything may have been missed. */
export interface ShelfChange {
  kind: 'stations' | 'boards'
  placeIds: string[] | 'all'
}

type Callback = (change: ShelfChange) => void

const payloadSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ kind: z.enum(['stations', 'boards']), placeIds: z.array(z.string()) }))

const everything: ShelfChange[] = [
  { kind: 'boards', placeIds: 'all' },
  { kind: 'stations', placeIds: 'all' },
]

/** One listener per database handle, and so one LISTEN connection per API process. */
const listeners = new WeakMap<Db, Listener>()

/**
 * Calls back whenever a shelf changes anywhere in the system. The connection is opened with the first subscriber,
 * comes back by itself after a loss (and then reports `all`), and is closed with the last one, so a process without
 * subscribers holds none.
 * @returns the way to unsubscribe
 */
export function onShelfChange(db: Db, callback: Callback): () => void {
  let listener = listeners.get(db)
  if (!listener) {
    listener = new Listener(db)
    listeners.set(db, listener)
  }
  return listener.subscribe(callback)
}

/** Resolves when the listening connection stands, so that a test or a probe need not guess. */
export async function shelfListening(db: Db): Promise<void> {
  await listeners.get(db)?.ready()
}

/**
 * Names the connection on which changes are heard now; undefined while there is none. What was read under another one, or
 * under none, may have changed unheard since.
 */
export function shelfHeardBy(db: Db): number | undefined {
  return listeners.get(db)?.session()
}

class Listener {
  private readonly db: Db
  private readonly callbacks = new Set<Callback>()
  private client: pg.Client | undefined
  private waiters: (() => void)[] = []
  private timer: NodeJS.Timeout | undefined
  private up = false
  private failures = 0
  /** How often it was connected, so that what was read before a loss can be told from what was read after it. */
  private times = 0

  constructor(db: Db) {
    this.db = db
  }

  subscribe(callback: Callback): () => void {
    this.callbacks.add(callback)
    if (!this.client && !this.timer) this.connect()
    return () => {
      this.callbacks.delete(callback)
      if (this.callbacks.size === 0) this.disconnect()
    }
  }

  ready(): Promise<void> {
    return this.up ? Promise.resolve() : new Promise(resolve => this.waiters.push(resolve))
  }

  session(): number | undefined {
    return this.up ? this.times : undefined
  }

  private connect(): void {
    this.timer = undefined
    // A connection of its own: the pool's are for requests, and a pool would hand a listener to somebody else.
    const client = new pg.Client({ ...this.db.options, application_name: 'loa-shelf-listener', keepAlive: true })
    this.client = client
    client.on('error', () => this.lost(client))
    client.on('end', () => this.lost(client))
    client.on('notification', message => this.heard(message.payload ?? ''))
    client
      .connect()
      .then(() => client.query(`listen ${shelfNotifyChannel}`))
      .then(() => {
        if (this.client !== client) return
        this.up = true
        for (const resolve of this.waiters.splice(0)) resolve()
        this.times += 1
        // Between the loss and now anything may have changed.
        if (this.failures > 0) this.tell(...everything)
        this.failures = 0
      })
      .catch(() => this.lost(client))
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return
    this.drop(client)
    if (this.callbacks.size === 0) return
    this.failures += 1
    this.timer = setTimeout(() => this.connect(), Math.min(10_000, 250 * 2 ** Math.min(this.failures, 6)))
    this.timer.unref()
  }

  private disconnect(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.client) this.drop(this.client)
    this.failures = 0
  }

  private drop(client: pg.Client): void {
    this.client = undefined
    this.up = false
    client.removeAllListeners('end')
    client.removeAllListeners('notification')
    client.end().catch(() => undefined)
  }

  private heard(payload: string): void {
    // A poke that names no place means that anything may have changed.
    const parsed = payloadSchema.safeParse(payload)
    this.tell(...(parsed.success ? [parsed.data] : everything))
  }

  private tell(...changes: ShelfChange[]): void {
    for (const callback of this.callbacks) for (const change of changes) callback(change)
  }
}
