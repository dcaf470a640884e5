import type { Channel, Log, Session } from '../../channels/contract.ts'
import type { Links } from '../runtime/links.ts'
import type { Db } from '../store/db.ts'

/** A channel together with its parsed configuration, or the reason why it is off. */
export interface InstalledChannel {
  // biome-ignore lint/suspicious/noExplicitAny: the table holds channels of different content types
  channel: Channel<any, any>
  config: unknown
  enabled: boolean
}

/** What the routes are given by the composition root. */
export interface HttpDeps {
  db: Db
  log: Log
  now: () => Date
  links: Links
  demo: boolean
  version: string
  simulatorUrl: string | null
  channels: Map<string, InstalledChannel>
  /** Verifies vendors' callbacks; opened lazily because only the receipt route needs it. */
  receiptSession(channelId: string): Promise<Session<unknown> | undefined>
  /** A new empty working folder for a preview render, removed when `work` ends. */
  withWorkDir<T>(work: (dir: string) => Promise<T>): Promise<T>
}
