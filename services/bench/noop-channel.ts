import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { type Channel, defineChannel, type PacePort } from '../../channels/contract.ts'
import { sendEach } from '../../channels/send-each.ts'

type NoConfig = Record<string, never>
type NoopContent = { text: string }

/**
 * A provider that takes everything at once: what remains is the price of the dispatch itself. It exists for benches
 * only and is in no channel list; its traits are those of SMS, so every safeguard is on.
 */
export const noop = defineChannel<NoConfig, NoopContent>({
  id: 'noop',
  method: 'telecom-message',
  name: { vi: 'Đo lường', en: 'Bench' },
  audience: 'citizens',
  address: 'phone',
  configSchema: z.object({}).strict() as z.ZodType<NoConfig>,
  configHelp: {},
  traits: { bestEvidence: 'handed-over', repeat: 'unsafe', maxBatch: 500, quietHours: false },
  render: async source => ({ content: { text: source.content.title }, files: [], warnings: [] }),
  estimate: () => ({ warnings: [] }),
  open: async () => ({
    send: async batch => batch.targets.map(target => ({ kind: 'accepted', ref: `n${batch.dispatchId}-${target.id}` })),
    health: async () => ({ ok: true, detail: { vi: 'tốt', en: 'fine' } }),
    close: async () => undefined,
  }),
})

/** What the provider of {@link pacedNoop} has seen of one dispatch. Times are milliseconds since 1970, 0 for never. */
export interface Seen {
  count: number
  firstAt: number
  thousandthAt: number
  lastAt: number
}

export interface Pace {
  /** Messages that the provider takes per second. */
  perSecond: number
  /** How long it takes to answer each of them. */
  latencyMs: number
}

export interface PacedNoop {
  channel: Channel<NoConfig, NoopContent>
  /** By dispatch id. */
  seen(): Record<string, Seen>
  setLatency(ms: number): void
}

/** Messages on their way at once, per call, and seconds' worth of one turn: what the SMS channel does. */
const concurrency = 20
const turnSeconds = 0.2

/**
 * The same provider with a rate limit and an answer time, which remembers when it was handed what: for benches that ask
 * how soon something begins or stops.
 * @param limits keeps the rate among all workers, as it does for a vendor's account
 */
export function pacedNoop(pace: Pace, limits: PacePort): PacedNoop {
  const seen: Record<string, Seen> = {}
  const { perSecond } = pace
  let { latencyMs } = pace
  function note(dispatchId: string): void {
    const now = Date.now()
    seen[dispatchId] ??= { count: 0, firstAt: now, thousandthAt: 0, lastAt: 0 }
    const entry = seen[dispatchId]
    entry.count += 1
    entry.lastAt = now
    if (entry.count === 1_000) entry.thousandthAt = now
  }
  return {
    seen: () => seen,
    setLatency: ms => {
      latencyMs = ms
    },
    channel: {
      ...noop,
      open: async (config, deps) => ({
        ...(await noop.open(config, deps)),
        reserve: async ({ count, priority }, signal) => {
          const parts = Math.max(1, Math.min(count, Math.floor(perSecond * turnSeconds)))
          const turn = await limits.take('bench', { parts, perSecond, urgent: priority === 'emergency' }, signal)
          return { count: turn ? parts : 0, vendor: 'bench' }
        },
        send: (batch, signal) =>
          sendEach(batch.targets, { concurrency, signal, onDefect: () => undefined }, async target => {
            note(batch.dispatchId)
            await delay(latencyMs)
            return { kind: 'accepted', ref: `n${batch.dispatchId}-${target.id}` }
          }),
      }),
    },
  }
}
