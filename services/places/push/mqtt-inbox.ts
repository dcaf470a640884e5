import { setTimeout as wait } from 'node:timers/promises'
import { isAppError } from '../../domain/errors.ts'
import { deviceReportSchema, deviceStateSchema } from '../../domain/station.ts'
import { isDatabaseAway } from '../../store/db.ts'
import { recordReport } from '../device-report.ts'
import type { StationContext } from '../station-context.ts'
import type { MqttLink, MqttMessage } from './mqtt-client.ts'

/**
 * The topics of a device: `<prefix>/<province>/<commune>/dev/<device>/` and behind it `manifest` (retained, signed),
 * `cmd` (a poke for emergencies: expires with them, is never retained), `ack`, and by the device `state` and `receipt`.
 */
export function topicsOf(
  prefix: string,
  { province, commune, deviceId }: { province: string; commune: string; deviceId: string },
) {
  const base = `${prefix}/${province}/${commune}/dev/${deviceId}`
  return { manifest: `${base}/manifest`, cmd: `${base}/cmd`, ack: `${base}/ack` }
}

/** Takes a message of a device. Resolves when it is stored, or when it never can be. */
export async function takeMessage(
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
      const { ack } = topicsOf(prefix, { deviceId, province, commune })
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
): Promise<{ id: string; stationId: string } | undefined> {
  const { rows } = await ctx.db.query<{ id: string; stationId: string }>(
    `select d.id, d.station_id as "stationId"
     from station_devices d
       join stations s on s.id = d.station_id and s.retired_at is null
       join areas a on a.code = s.area_code
       join station_pushes p on p.station_id = s.id and p.kind = 'mqtt' and not p.settings ? 'off'
     where d.id = $1 and a.code = $2 and coalesce(a.parent_code, a.code) = $3`,
    [deviceId, commune, province],
  )
  return rows[0]
}
