import { setTimeout as wait } from 'node:timers/promises'
import { isAppError } from '../../domain/errors.ts'
import { deviceReportSchema, deviceStateSchema, type StationManifest } from '../../domain/station.ts'
import { isDatabaseAway } from '../../store/db.ts'
import { recordReport } from '../device-report.ts'
import type { StationContext } from '../station-context.ts'
import { signedManifest, stationManifests } from '../station-manifest.ts'
import { type MqttConfig, type MqttLink, type MqttMessage, openMqtt } from './mqtt-client.ts'

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

/**
 * The topics of a device: `<prefix>/<province>/<commune>/dev/<device>/` and behind it `manifest` (retained, signed),
 * `cmd` (a poke for emergencies: expires with them, is never retained), `ack`, and by the device `state` and `receipt`.
 */
function topicsOf(prefix: string, { province, commune, deviceId }: DeviceOnBroker) {
  const base = `${prefix}/${province}/${commune}/dev/${deviceId}`
  return { manifest: `${base}/manifest`, cmd: `${base}/cmd`, ack: `${base}/ack` }
}

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
      onMessage: message => take(ctx, config.prefix, link, message, stopping.signal),
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
      await wait(lookMs, undefined, { signal: AbortSignal.any([signal, stopping.signal]) }).catch(() => undefined)
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
         where station_id = $1 and kind = 'mqtt'`,
        [stationId, current.seq, ctx.now()],
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

/** Takes a message of a device. Resolves when it is stored, or when it never can be. */
async function take(
  ctx: StationContext,
  prefix: string,
  link: MqttLink,
  message: MqttMessage,
  signal: AbortSignal,
): Promise<void> {
  const levels = message.topic.slice(prefix.length + 1).split('/')
  const [province = '', commune = '', , deviceId = '', kind] = levels
  // A state that the broker had kept says nothing of now; an empty one clears it.
  if (message.retained || message.payload.length === 0 || !/^\d{1,18}$/.test(deviceId)) return
  const parsed = parseMessage(kind, message.payload)
  if (!parsed) {
    ctx.log.warn({ deviceId, kind }, 'mqtt: a message of a device could not be read')
    return
  }
  while (!signal.aborted) {
    try {
      const device = await deviceAt(ctx, deviceId, province, commune)
      if (!device) return ctx.log.warn({ deviceId }, 'mqtt: a message under a topic that is no device')
      const { upTo } = await recordReport(ctx, device, parsed)
      const { ack } = topicsOf(prefix, { ...device, deviceId, province, commune })
      // Not waited for: until this message is done, the broker's answers are not read. A device repeats what was not answered.
      link.publish(ack, JSON.stringify({ upTo }), { retain: false }).catch(() => undefined)
      return
    } catch (error) {
      if (isAppError(error) && error.code === 'device.revoked') return
      if (!isDatabaseAway(error)) {
        ctx.log.warn({ deviceId, err: error }, 'mqtt: a report could not be taken')
        return
      }
      await wait(1_000, undefined, { signal }).catch(() => undefined)
    }
  }
  throw new Error('stopped before a report was stored')
}

function parseMessage(kind: string | undefined, payload: Buffer) {
  let json: unknown
  try {
    json = JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
  if (kind === 'receipt') return deviceReportSchema.safeParse(json).data
  const state = deviceStateSchema.safeParse(json).data
  return state && { state, events: [] }
}

/** The device with this id, when it is where its topic says; the broker's rules let it write under its own topics only. */
async function deviceAt(
  ctx: StationContext,
  deviceId: string,
  province: string,
  commune: string,
): Promise<(DeviceOnBroker & { id: string }) | undefined> {
  const { rows } = await ctx.db.query<{ id: string; stationId: string }>(
    `select d.id, d.station_id as "stationId"
     from station_devices d
       join stations s on s.id = d.station_id and s.retired_at is null
       join areas a on a.code = s.area_code
       join station_pushes p on p.station_id = s.id and p.kind = 'mqtt' and not p.settings ? 'off'
     where d.id = $1 and a.code = $2 and coalesce(a.parent_code, a.code) = $3`,
    [deviceId, commune, province],
  )
  const row = rows[0]
  return row && { ...row, deviceId, province, commune, gone: false, off: false, publishedSeq: 0 }
}
