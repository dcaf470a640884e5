import { createHash } from 'node:crypto'
import supertest from 'supertest'
import type { DeviceEvent, DeviceState, StationManifest } from '../../../services/domain/station.ts'
import { stationManifestSchema } from '../../../services/domain/station.ts'
import type { newDeviceSchema } from '../../../services/http/schemas-airtime.ts'
import { openSigned } from '../../../services/runtime/keys.ts'
import { pokeStations } from '../../../services/store/shelf.ts'
import { type PlacesWorld, placesWorld } from '../places/world.ts'

export type NewDevice = ReturnType<(typeof newDeviceSchema)['parse']>

export interface DevicesWorld extends PlacesWorld {
  http(): ReturnType<typeof supertest>
  as(role: 'officer' | 'operator' | 'admin'): Promise<ReturnType<typeof supertest.agent>>
  /** A device at the station with this index, and its token. */
  addDevice(station?: number, name?: string): Promise<{ id: string; token: string; link: string }>
  /** The manifest as a device reads it: signature and shape checked. */
  manifest(token: string): Promise<StationManifest>
  report(token: string, events?: DeviceEvent[], state?: Partial<DeviceState>): Promise<supertest.Response>
  /** A slot of a commune with a file made of these dispatches, as the planner and the renderer would leave it. */
  addSlot(slot: NewSlot): Promise<string>
}

export interface NewSlot {
  area?: string
  startsAt: Date
  maxSeconds?: number
  relay?: boolean
  /** Absent: not rendered. */
  dispatchIds?: string[]
  partMs?: number
  bytes?: Buffer
}

const idle: DeviceState = {
  version: '0.0.0-test',
  seq: 0,
  playing: null,
  clockSkewMs: 0,
  filesMissing: 0,
  soundOk: true,
}

/** Stations with devices: the places over a real database and server, and what a player would say to them. */
export async function devicesWorld(options: Parameters<typeof placesWorld>[0] = {}): Promise<DevicesWorld> {
  const world = await placesWorld(options)
  const { db } = world.database
  const http = () => supertest(world.server.url)
  const as: DevicesWorld['as'] = async role => {
    const agent = supertest.agent(world.server.url).set('Sec-Fetch-Site', 'same-origin')
    await agent
      .post('/api/auth/sign-in/email')
      .send({ email: `${role}@loa.example`, password: world.passwords[role] })
      .expect(200)
    return agent
  }
  let officer: ReturnType<typeof supertest.agent> | undefined
  return {
    ...world,
    announce: content =>
      world.announce({ ...(content?.['priority'] === 'emergency' && { urgencyReason: 'Diễn tập' }), ...content }),
    http,
    as,
    async addDevice(station = 0, name = 'Máy phát') {
      officer ??= await as('officer')
      const { body } = await officer
        .post(`/api/stations/${world.stations[station]?.id}/devices`)
        .send({ name })
        .expect(201)
      const { device, link } = body as NewDevice
      return { id: device.id, link, token: /station-device\/([\w-]+)#/.exec(link)?.[1] ?? '' }
    },
    async manifest(token) {
      const answer = await http().get(`/api/station-device/${token}/manifest`).buffer(true).parse(asText).expect(200)
      const text = openSigned(answer.body, world.links.keys.manifest.jwk)
      if (text === undefined) throw new Error('the manifest is not signed by this instance')
      return stationManifestSchema.parse(JSON.parse(text))
    },
    report: async (token, events = [], state = {}) =>
      await http()
        .post(`/api/station-device/${token}/report`)
        .send({ state: { ...idle, ...state }, events }),
    async addSlot({ area = '19333', startsAt, maxSeconds = 900, relay = false, dispatchIds, partMs = 60_000, bytes }) {
      const key = dispatchIds && `slot-${dispatchIds.join('-')}-${partMs}`
      if (key && dispatchIds) {
        const sound = bytes ?? Buffer.from(key)
        const sha256 = createHash('sha256').update(sound).digest('hex')
        await db.query(
          `insert into files (sha256, mime, size_bytes, bytes) values ($1, 'audio/mpeg', $2, $3) on conflict do nothing`,
          [sha256, sound.length, sound],
        )
        const parts = dispatchIds.map((dispatchId, i) => ({
          dispatchId,
          play: 1,
          startMs: 1000 + i * partMs,
          endMs: 1000 + (i + 1) * partMs,
        }))
        await db.query(
          `insert into slot_files (key, sha256, duration_ms, lufs, dbtp, size_bytes, parts)
           values ($1, $2, $3, -16.02, -1.7, $4, $5) on conflict do nothing`,
          [key, sha256, dispatchIds.length * partMs + 2000, sound.length, JSON.stringify(parts)],
        )
      }
      const { rows } = await db.query(
        `insert into slots (area_code, starts_at, max_seconds, relay, file_key) values ($1, $2, $3, $4, $5) returning id`,
        [area, startsAt, maxSeconds, relay, key ?? null],
      )
      await pokeStations(db, 'all')
      return rows[0].id
    },
  }
}

/** superagent knows no parser for a JWS. */
function asText(res: supertest.Response, done: (error: Error | null, body: string) => void): void {
  const stream = res as unknown as NodeJS.ReadableStream
  let text = ''
  stream.on('data', piece => {
    text += piece
  })
  stream.on('end', () => done(null, text))
  stream.on('error', error => done(error, ''))
}

/** Time from now. */
export const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)
