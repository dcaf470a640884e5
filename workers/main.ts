import type { MailPort, Session, StudioPort } from '../channels/contract.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { deliverChunk } from '../services/dispatch/deliver.ts'
import { freezeDispatch } from '../services/dispatch/plan.ts'
import { applyReceipts } from '../services/dispatch/receipts.ts'
import type { WithWorkDir } from '../services/dispatch/render.ts'
import { renderDispatch } from '../services/dispatch/render.ts'
import type { MqttConfig } from '../services/places/push/mqtt-client.ts'
import { startPushes } from '../services/places/push/runner.ts'
import type { JobName } from '../services/queue/catalog.ts'
import { lanes } from '../services/queue/catalog.ts'
import { workerConnection } from '../services/queue/connection.ts'
import { createProducer } from '../services/queue/producer.ts'
import type { Links } from '../services/runtime/links.ts'
import { startAirtime } from './airtime.ts'
import { startBoards } from './boards.ts'
import { startPostingReminders } from './postings.ts'
import { startRelay } from './relay.ts'
import { startResolving } from './resolve.ts'
import type { WorkerSpec } from './runtime.ts'
import { runQueue } from './runtime.ts'
import { startSweep } from './sweep.ts'

const usualKeepMonths = 24

export interface WorkerOptions {
  databaseUrl: string
  redisUrl: string
  /** Channels this process delivers; planning, rendering and receipts are done by every worker process. */
  channels: string[]
  withWorkDir: WithWorkDir
  openSession: (channelId: string) => Promise<Session<unknown>>
  /** Makes the files of slots; without it this process plans them only. */
  studio?: StudioPort | null
  sweepEveryMs?: number
  /** LOA_KEEP_MONTHS: for how long it is kept who was sent what. */
  keepMonths?: number
  /** What pushing to stations needs; absent: this process pushes to none. */
  pushes?: { links: Links; mqtt: MqttConfig | undefined }
  /** What writing to the keepers of boards needs; absent: this process writes to none. */
  keepers?: { links: Links; mail: MailPort }
}

/**
 * Starts the queue workers, the outbox relay and the sweep of one process.
 * @returns a handle whose close() lets jobs finish their flush, then closes in the order in which work arises:
 * first nothing new is taken, then what runs may still write, then the connections go
 */
export function startWorkers(ctx: DispatchContext, options: WorkerOptions): { close(): Promise<void> } {
  const { withWorkDir, openSession } = options
  const stopping = new AbortController()
  const connection = workerConnection(options.redisUrl)
  const producer = createProducer(options.redisUrl)
  const run = <N extends JobName>(spec: WorkerSpec<N>) => runQueue(spec, connection, ctx.log, stopping.signal)

  const inBothLanes = <N extends JobName>(spec: Omit<WorkerSpec<N>, 'lane'>) =>
    lanes.map(lane => run({ ...spec, lane }))

  const workers = [
    ...inBothLanes({ job: 'plan', handle: async ({ dispatchId }) => void (await freezeDispatch(ctx, dispatchId)) }),
    ...inBothLanes({
      job: 'render',
      handle: ({ dispatchId }, signal) => renderDispatch(ctx, withWorkDir, dispatchId, signal),
    }),
    run({ job: 'receipts', handle: async () => void (await applyReceipts(ctx)) }),
    ...options.channels.flatMap(channel =>
      inBothLanes({
        job: 'deliver',
        channel,
        handle: ({ chunkId }, signal) => deliverChunk(ctx, chunkId, channel, openSession, signal),
      }),
    ),
  ]
  // A vendor that pushes receipts over its own connection (SMPP) keeps them until somebody is connected.
  for (const channel of options.channels) {
    openSession(channel).catch(error => ctx.log.warn({ err: error, channel }, 'a channel could not be opened yet'))
  }
  const relay = startRelay(ctx, options.databaseUrl, producer)
  const sweeper = startSweep(ctx, options.keepMonths ?? usualKeepMonths, options.sweepEveryMs)
  const airtime = startAirtime(ctx, { studio: options.studio ?? null, withWorkDir }, stopping.signal)
  const resolver = startResolving(ctx, openSession, stopping.signal)
  const boards = startBoards(ctx, options.keepers?.mail, stopping.signal)
  const reminders = options.keepers && startPostingReminders(ctx, options.keepers, stopping.signal)
  const pushes = options.pushes && startPushes({ ...ctx, links: options.pushes.links }, options.pushes.mqtt)

  return {
    close: async () => {
      stopping.abort()
      await Promise.all([
        sweeper.stop(),
        resolver.stop(),
        airtime.stop(),
        boards.stop(),
        pushes?.stop(),
        reminders?.stop(),
      ])
      await Promise.all(workers.map(w => w.close()))
      await relay.stop()
      await producer.close()
      connection.disconnect()
    },
  }
}
