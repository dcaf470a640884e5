import pg from 'pg'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { relayOutbox } from '../services/dispatch/relay.ts'
import type { Producer } from '../services/queue/producer.ts'
import type { Loop } from './loop.ts'
import { startLoop } from './loop.ts'

const pollMs = 1_000

/**
 * Moves outbox rows to the queue as they are written: LISTEN wakes it at once, the poll catches what a lost
 * connection missed and messages that become due later.
 */
export function startRelay(
  ctx: Pick<DispatchContext, 'db' | 'log'>,
  databaseUrl: string,
  producer: Producer,
): { stop(): Promise<void> } {
  const { log } = ctx
  const loop: Loop = startLoop('relay', pollMs, log, async () => (await relayOutbox(ctx, producer)) > 0)
  let client: pg.Client | undefined
  const listening = startLoop('relay-listen', pollMs, log, async () => {
    if (client) return false
    const fresh = new pg.Client({ connectionString: databaseUrl, application_name: 'loa-relay' })
    fresh.on('error', () => undefined)
    fresh.on('end', () => {
      client = undefined
    })
    fresh.on('notification', () => loop.wake())
    await fresh.connect()
    await fresh.query('listen loa_outbox')
    client = fresh
    return false
  })
  return {
    stop: async () => {
      await listening.stop()
      await client?.end().catch(() => undefined)
      await loop.stop()
    },
  }
}
