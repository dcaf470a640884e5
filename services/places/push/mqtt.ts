import type { StationManifest } from '../../domain/station.ts'
import { sleep } from '../../runtime/signals.ts'
import type { StationContext } from '../station-context.ts'
import { signedManifest, stationManifests } from '../station-manifest.ts'
import { type MqttConfig, type MqttLink, openMqtt } from './mqtt-client.ts'
import { takeMessage, topicsOf } from './mqtt-inbox.ts'

/** Publishes what stations are to play, and listens to what their devices say. */
export interface MqttPush {
  /** Some station may have news. */
  wake(): void
  stop(): Promise<void>
}

/** Without a poke it is looked this often for what was not published yet. */
const lookMs = 10_000
/** Stations at a time: their manifests are read in sets. */
const setSize = 200
/** A poke that only takes something back is of no use for longer: the device has asked by itself. */
const withdrawalPokeSeconds = 3_600

interface DeviceOnBroker {
  deviceId: string
  stationId: string
  province: string
  commune: string
  /** Shut out, or served by MQTT no longer: what the broker keeps for it is cleared. */
  gone: boolean
  /** The station is served by MQTT no longer. */
  off: boolean
  /** Of the station: what was published last. */
  publishedSeq: number
}

/**
 * Starts the push by MQTT 5. The retained manifest is the truth, `cmd` only makes a device look at once; whoever misses
 * one finds the other. A station's row remembers what the broker has, so a restart publishes only what is new.
 */
export function startMqtt(ctx: StationContext, config: MqttConfig, instanceId: string): MqttPush {
  const stopping = new AbortController()
  let sleeper = new AbortController()
  const urgent = new Map<string, string>()
  const link = openMqtt(
    config,
    `loa-${instanceId}`,
    [`${config.prefix}/+/+/dev/+/state`, `${config.prefix}/+/+/dev/+/receipt`],
    {
      onMessage: message => takeMessage(ctx, config.prefix, link, message, stopping.signal),
      onConnect: () => sleeper.abort(),
      onTrouble: code => ctx.log.warn({ code }, 'mqtt: trouble with the broker of the stations'),
    },
  )

  const running = (async () => {
    while (!stopping.signal.aborted) {
      sleeper = new AbortController()
      const { signal } = sleeper
      try {
        if (link.connected()) await publishNews(ctx, config.prefix, link, urgent)
        else await noteAway(ctx)
      } catch (error) {
        ctx.log.warn({ err: error }, 'mqtt: manifests could not be published yet; it is tried again')
      }
      await sleep(lookMs, signal, stopping.signal)
    }
  })()

  return {
    wake: () => sleeper.abort(),
    stop: async () => {
      stopping.abort()
      await running
      await link.close()
    },
  }
}

/** The console shows at every station that the broker is away. */
async function noteAway(ctx: StationContext): Promise<void> {
  await ctx.db.query(
    `update station_pushes set problem = 'broker-away', tried_at = $1
     where kind = 'mqtt' and problem is distinct from 'broker-away'`,
    [ctx.now()],
  )
}

async function publishNews(
  ctx: StationContext,
  prefix: string,
  link: MqttLink,
  urgent: Map<string, string>,
): Promise<void> {
  const devices = await devicesOnBroker(ctx)
  const stations = [...new Set(devices.map(d => d.stationId))]
  for (let at = 0; at < stations.length; at += setSize) {
    const manifests = await stationManifests(ctx, stations.slice(at, at + setSize))
    for (const [stationId, current] of manifests) {
      const own = devices.filter(d => d.stationId === stationId)
      if (own[0]?.publishedSeq === current.seq) continue
      const text = signedManifest(ctx.links, current)
      const poke = pokeOf(current.manifest, urgent.get(stationId), ctx.now())
      for (const device of own) {
        const topics = topicsOf(prefix, device)
        // An empty message clears what is retained: a device that was shut out finds nothing.
        await link.publish(topics.manifest, device.gone ? '' : text, { retain: true })
        if (poke && !device.gone) await link.publish(topics.cmd, poke.text, { retain: false, ...poke })
      }
      if (poke) urgent.set(stationId, poke.what)
      if (own[0]?.off) {
        await ctx.db.query(`delete from station_pushes where station_id = $1 and kind = 'mqtt' and settings ? 'off'`, [
          stationId,
        ])
      }
      await ctx.db.query(
        `update station_pushes set published_seq = $2, tried_at = $3, problem = null
         where station_id = $1 and kind = 'mqtt' and published_seq = $4`,
        // Whoever asked for it to be published anew meanwhile is answered by the next look.
        [stationId, current.seq, ctx.now(), own[0]?.publishedSeq ?? 0],
      )
    }
  }
}

/** Devices of stations that are served by MQTT, those that were shut out as well. */
async function devicesOnBroker(ctx: StationContext): Promise<DeviceOnBroker[]> {
  const { rows } = await ctx.db.query<DeviceOnBroker>(
    `select d.id as "deviceId", d.station_id as "stationId", coalesce(a.parent_code, a.code) as province,
       a.code as commune, p.settings ? 'off' as off, d.revoked_at is not null or p.settings ? 'off' as gone, p.published_seq::float8 as "publishedSeq"
     from station_pushes p
       join stations s on s.id = p.station_id and s.retired_at is null
       join areas a on a.code = s.area_code
       join station_devices d on d.station_id = s.id
     where p.kind = 'mqtt' order by d.station_id, d.id`,
  )
  return rows
}

interface Poke {
  /** What is urgent in the manifest; the same again needs no poke. */
  what: string
  text: string
  expirySeconds: number
}

/**
 * A poke when the emergencies or the withdrawals are others than those last poked for. `messageId` is the same at every
 * repeat, because QoS 1 may deliver twice; `expires` travels inside as well, since brokers have delivered what had expired.
 */
function pokeOf(manifest: StationManifest, before: string | undefined, now: Date): Poke | undefined {
  const what = JSON.stringify([manifest.emergencies.map(e => e.dispatchId), manifest.withdrawn])
  if (what === before || (before === undefined && manifest.emergencies.length === 0)) return undefined
  const ends = manifest.emergencies.map(e => Date.parse(e.expiresAt))
  const expires = ends.length > 0 ? Math.max(...ends) : now.getTime() + withdrawalPokeSeconds * 1000
  const { stationId, seq } = manifest
  const messageId = `${stationId}-${seq}`
  const text = JSON.stringify({ v: 1, messageId, kind: 'manifest', seq, expires: new Date(expires).toISOString() })
  return { what, text, expirySeconds: (expires - now.getTime()) / 1000 }
}
