import type { CachePort, Log } from '../../channels/contract.ts'
import type { ChannelTable } from '../../channels/registry.ts'
import type { QuietHours } from '../domain/quiet-hours.ts'
import type { Db } from '../store/db.ts'

/** What every dispatch use case is given. The clock is passed in, never read from the air. */
export interface DispatchContext {
  db: Db
  now: () => Date
  log: Log
  channels: ChannelTable
  /** Set in a demo instance; renditions say so and only the simulator may be a provider. */
  demo: boolean
  /** When routine messages on channels that respect it must wait; null: never. */
  quietHours: QuietHours | null
  /** Address of an announcement's public page; absent where there is none. */
  publicPage?: (announcementId: string) => string
  /** Lent to renders; absent: they make everything anew. */
  renderCache?: CachePort
}
