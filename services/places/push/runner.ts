import { sleep } from '../../runtime/signals.ts'
import { withAdvisoryLock } from '../../store/db.ts'
import { onShelfChange } from '../events.ts'
import type { StationContext } from '../station-context.ts'
import { startAxis } from './axis.ts'
import { type Streamer, startIcecast } from './icecast.ts'
import { startMqtt } from './mqtt.ts'
import type { MqttConfig } from './mqtt-client.ts'
import { playedTo } from './settings.ts'

/** One process of an instance pushes; when it dies, the lock goes with its connection and another takes over. */
const pushLock = 7_310_525
const retryMs = 5_000
/** Changed settings take effect at the poke that goes with them, or at the latest after this. */
const settingsMs = 30_000

/** The pushes of one process. */
export interface Pushes {
  stop(): Promise<void>
}

/**
 * Pushes to the stations that ask for it, in one process of the instance at a time. Where no station does and no broker is
 * set, it only looks for settings now and then.
 */
export function startPushes(ctx: StationContext, mqtt: MqttConfig | undefined): Pushes {
  const stopping = new AbortController()
  const { signal } = stopping
  const running = (async () => {
    while (!signal.aborted) {
      try {
        await withAdvisoryLock(ctx.db, pushLock, () => pushUntil(ctx, mqtt, signal))
      } catch (error) {
        ctx.log.warn({ err: error }, 'pushes: stopped by a failure; they are begun again')
      }
      await sleep(retryMs, signal)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

async function pushUntil(ctx: StationContext, config: MqttConfig | undefined, signal: AbortSignal): Promise<void> {
  const { rows } = await ctx.db.query<{ id: string }>('select id from instance')
  const mqtt = config && startMqtt(ctx, config, rows[0]?.id ?? '')
  const streamers = new Map<string, Streamer>()
  let sleeper = new AbortController()
  const stopListening = onShelfChange(ctx.db, change => {
    if (change.kind !== 'stations') return
    mqtt?.wake()
    for (const streamer of streamers.values()) streamer.wake()
    sleeper.abort()
  })
  try {
    while (!signal.aborted) {
      sleeper = new AbortController()
      const asleep = sleeper.signal
      await adjust(ctx, streamers)
      await sleep(settingsMs, signal, asleep)
    }
  } finally {
    stopListening()
    await Promise.all([mqtt?.stop(), ...[...streamers.values()].map(s => s.stop())])
  }
}

/** Starts what is set, stops what is set no longer or otherwise. */
async function adjust(ctx: StationContext, streamers: Map<string, Streamer>): Promise<void> {
  const wanted = new Map((await playedTo(ctx)).map(p => [`${p.kind} ${p.stationId} ${p.version}`, p]))
  for (const [key, streamer] of streamers) {
    if (wanted.has(key)) continue
    streamers.delete(key)
    await streamer.stop()
  }
  for (const [key, settings] of wanted) {
    if (streamers.has(key)) continue
    streamers.set(key, settings.kind === 'icecast' ? startIcecast(ctx, settings) : startAxis(ctx, settings))
  }
}
