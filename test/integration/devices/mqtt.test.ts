import { spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import mqtt, { type MqttClient } from 'mqtt'
import { cancel } from '../../../services/dispatch/control.ts'
import { stationManifestSchema } from '../../../services/domain/station.ts'
import { type MqttConfig, openMqtt } from '../../../services/places/push/mqtt-client.ts'
import { type Pushes, startPushes } from '../../../services/places/push/runner.ts'
import { publishAnew } from '../../../services/places/push/settings.ts'
import { openSigned } from '../../../services/runtime/keys.ts'
import { freePort } from '../../../services/runtime/ports.ts'
import { transaction } from '../../../services/store/db.ts'
import { pokeStations } from '../../../services/store/shelf.ts'
import { debianServer, programOf, type TestServer } from '../../support/debian-server.ts'
import { officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type DevicesWorld, devicesWorld } from './world.ts'

let world: DevicesWorld
let broker: TestServer | undefined
let pushes: Pushes | undefined
let config: MqttConfig
let device: { id: string; token: string }
let other: { id: string; token: string }
beforeAll(async () => {
  world = await devicesWorld()
  device = await world.addDevice(0)
  other = await world.addDevice(0)
  const port = await freePort()
  broker = await debianServer('mosquitto', port, folder => mosquitto(folder, port, ['loa', device.id, other.id]))
  config = { url: `mqtt://127.0.0.1:${port}`, username: 'loa', password: 'pw-loa', prefix: 'vn', loopbackOnly: true }
  pushes = startPushes(world.deps, config)
  const agent = await world.as('officer')
  await agent.put(`/api/stations/${stationId()}/pushes/mqtt`).send({}).expect(200)
})
afterAll(async () => {
  for (const client of clients) client.end(true)
  await pushes?.stop()
  await world.close()
  await broker?.stop()
})

const stationId = () => world.stations[0]?.id ?? ''
const topic = (leaf: string, id = device.id) => `vn/44/19333/dev/${id}/${leaf}`

/** The broker as docs/operating.md sets it up: an account per device, which may do what its own topics are for. */
async function mosquitto(folder: string, port: number, accounts: string[]): Promise<string[]> {
  const passwords = join(folder, 'passwords')
  accounts.forEach((name, i) => {
    const made = spawnSync('mosquitto_passwd', [...(i === 0 ? ['-c'] : []), '-b', passwords, name, `pw-${name}`])
    if (made.status !== 0) throw new Error(`mosquitto_passwd: ${made.stderr}`)
  })
  const acl = join(folder, 'acl')
  const own = (right: string, leaf: string) => `pattern ${right} vn/+/+/dev/%u/${leaf}`
  await writeFile(
    acl,
    [
      'user loa',
      'topic readwrite vn/#',
      ...['manifest', 'cmd', 'ack'].map(leaf => own('read', leaf)),
      ...['state', 'receipt'].map(leaf => own('write', leaf)),
      '',
    ].join('\n'),
  )
  const file = join(folder, 'mosquitto.conf')
  const user = process.getuid?.() === 0 ? ['user root'] : []
  await writeFile(
    file,
    [
      ...user,
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      `acl_file ${acl}`,
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_interval 1',
      '',
    ].join('\n'),
  )
  for (const path of [passwords, acl]) await chmod(path, 0o600)
  return ['-c', file]
}

const clients: MqttClient[] = []

interface Heard {
  topic: string
  text: string
  retained: boolean
  expiry: number | undefined
}

/** A device's own connection, with everything it hears. */
async function connected(id = device.id, options: { will?: boolean } = {}) {
  const client = await mqtt.connectAsync(config.url, {
    protocolVersion: 5,
    clientId: `dev-${id}-${clients.length}`,
    username: id,
    password: `pw-${id}`,
    ...(options.will && {
      will: { topic: topic('state', id), payload: Buffer.from('{"online":false}'), retain: true },
    }),
  })
  clients.push(client)
  const heard: Heard[] = []
  client.on('message', (where, payload, packet) => {
    const expiry = packet.properties?.messageExpiryInterval
    heard.push({ topic: where, text: payload.toString('utf8'), retained: packet.retain, expiry })
  })
  await client.subscribeAsync([topic('manifest', id), topic('cmd', id), topic('ack', id)], { qos: 1 })
  return { client, heard }
}

const manifestIn = (text: string) => {
  const opened = openSigned(text, world.links.keys.manifest.jwk)
  return opened === undefined ? undefined : stationManifestSchema.parse(JSON.parse(opened))
}
const lastManifest = (heard: Heard[]) => {
  const last = heard.findLast(h => h.topic.endsWith('/manifest'))
  return last && manifestIn(last.text)
}

describe('push by MQTT 5, on mosquitto', () => {
  test('the newest manifest is retained for every device, signed', async () => {
    const { heard } = await connected()
    const seq = (await world.manifest(device.token)).seq
    await until('the manifest is there', () => (lastManifest(heard)?.seq ?? 0) >= seq)
    const late = await connected(other.id)
    await until('another finds it retained', () => late.heard.some(h => h.retained && manifestIn(h.text)))
  })

  test('an emergency pokes at once: it ends with the emergency, is not retained, and can be told from its repeat', async () => {
    const { heard } = await connected()
    const began = Date.now()
    const expiresAt = new Date(began + 600_000).toISOString()
    const id = await world.announce({ priority: 'emergency', expiresAt })
    const poke = await until('a poke', () => heard.find(h => h.topic.endsWith('/cmd')))
    expect(Date.now() - began).toBeLessThan(5_000)
    const { seq } = await world.manifest(device.token)
    expect(JSON.parse(poke.text)).toEqual({
      v: 1,
      messageId: `${stationId()}-${seq}`,
      kind: 'manifest',
      seq,
      expires: expiresAt,
    })
    expect(poke.retained).toBe(false)
    expect(poke.expiry).toBeGreaterThan(500)
    expect(poke.expiry).toBeLessThanOrEqual(600)
    const after = await connected(other.id)
    await until('its manifest', () => lastManifest(after.heard))
    expect(after.heard.filter(h => h.topic.endsWith('/cmd'))).toEqual([])
    expect(lastManifest(after.heard)?.emergencies.map(e => e.dispatchId)).toEqual([
      await world.dispatch(id, 'loudspeaker'),
    ])
    const pokes = heard.filter(h => h.topic.endsWith('/cmd')).length
    await cancel(world.deps, officer, id, 'Thử')
    await until('a poke for the withdrawal', () => heard.filter(h => h.topic.endsWith('/cmd')).length > pokes)
    await until('the manifest without it', () => lastManifest(heard)?.emergencies.length === 0)
  })

  test('receipts and states go the way of reports, and are answered with what is stored', async () => {
    const { client, heard } = await connected()
    const state = { version: 'm', seq: 1, playing: null, clockSkewMs: 0, filesMissing: 0, soundOk: true }
    const event = { n: 1, at: new Date().toISOString(), kind: 'fault', reason: 'sink-failed' }
    for (let i = 0; i < 2; i++) {
      await client.publishAsync(topic('receipt'), JSON.stringify({ state, events: [event] }), { qos: 1 })
    }
    await until('both are answered', () => heard.filter(h => h.topic.endsWith('/ack')).length === 2)
    expect(heard.filter(h => h.topic.endsWith('/ack')).map(h => JSON.parse(h.text))).toEqual([{ upTo: 1 }, { upTo: 1 }])
    const { rows } = await world.database.db.query('select n::int, kind from device_events where device_id = $1', [
      device.id,
    ])
    expect(rows).toEqual([{ n: 1, kind: 'fault' }])
    await client.publishAsync(topic('state'), JSON.stringify({ ...state, volumePercent: 33 }), { qos: 1, retain: true })
    await until('the state is stored', async () => {
      const found = await world.database.db.query('select last_state from station_devices where id = $1', [device.id])
      return found.rows[0].last_state?.volumePercent === 33
    })
  })

  test("nonsense, foreign topics and other devices' names change nothing", async () => {
    const { client } = await connected()
    const before = await world.database.db.query('select count(*)::int as n from device_events')
    const state = { version: 'm', seq: 1, playing: null, clockSkewMs: 0, filesMissing: 0, soundOk: true }
    const event = { n: 7, at: new Date().toISOString(), kind: 'fault' }
    const report = JSON.stringify({ state, events: [event] })
    await client.publishAsync(topic('receipt'), 'not json', { qos: 1 })
    await client.publishAsync(topic('receipt'), '{"state":1}', { qos: 1 })
    // The broker's rules stop this one, and ours the next: a device under another commune's topic.
    await client.publishAsync(topic('receipt', other.id), report, { qos: 1 }).catch(() => undefined)
    await client.publishAsync(`vn/44/19742/dev/${device.id}/receipt`, report, { qos: 1 }).catch(() => undefined)
    const mark = JSON.stringify({ state: { ...state, volumePercent: 44 }, events: [] })
    await client.publishAsync(topic('receipt'), mark, { qos: 1 })
    await until('what came last is stored', async () => {
      const found = await world.database.db.query('select last_state from station_devices where id = $1', [device.id])
      return found.rows[0].last_state?.volumePercent === 44
    })
    expect((await world.database.db.query('select count(*)::int as n from device_events')).rows).toEqual(before.rows)
  })

  test('comes back after the broker was killed; what was lost is published again on demand', async () => {
    const seqOf = async () => (await world.manifest(device.token)).seq
    await broker?.kill()
    const id = await world.announce({ priority: 'emergency' })
    await broker?.start()
    const { heard } = await connected()
    const news = await seqOf()
    await until('the new manifest', () => lastManifest(heard)?.seq === news)
    await cancel(world.deps, officer, id, 'Thử')
    const taken = await seqOf()
    await until('the cancellation', () => lastManifest(heard)?.seq === taken)

    const admin = await mqtt.connectAsync(config.url, { protocolVersion: 5, username: 'loa', password: 'pw-loa' })
    clients.push(admin)
    await admin.publishAsync(topic('manifest'), '', { qos: 1, retain: true })
    const count = heard.length
    const agent = await world.as('officer')
    expect((await agent.post('/api/pushes/republish').send({}).expect(200)).body).toEqual({ stations: 1 })
    await until('it is there again', () => heard.slice(count).some(h => manifestIn(h.text)))
  })

  test('a device that is added while the broker is being told is not forgotten', async () => {
    const { db } = world.database
    const admin = await mqtt.connectAsync(config.url, { protocolVersion: 5, username: 'loa', password: 'pw-loa' })
    clients.push(admin)
    const got = new Set<string>()
    admin.on('message', where => void got.add(where))
    await admin.subscribeAsync('vn/+/+/dev/+/manifest', { qos: 1 })
    const added = await transaction(db, async sql => {
      await sql.query('select 1 from station_pushes for update')
      await world.announce({ priority: 'emergency', title: 'Trong lúc báo' })
      await until('the broker was told, and the row is waited for', async () => {
        const { rowCount } = await db.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%update station_pushes set published_seq%'`,
        )
        return rowCount === 1
      })
      const { rows } = await sql.query<{ id: string }>(
        `insert into station_devices (station_id, name, token_hash, created_by) values ($1, 'mới', 'mới', 'test') returning id`,
        [stationId()],
      )
      await publishAnew(sql, stationId())
      await pokeStations(sql, [stationId()])
      return rows[0]?.id ?? ''
    })
    await until('its manifest', () => got.has(topic('manifest', added)))
  })

  test('a revoked device finds nothing, and neither does anybody when the way is switched off', async () => {
    const agent = await world.as('officer')
    const watcher = await connected(other.id)
    await until('its manifest', () => lastManifest(watcher.heard))
    await agent.post(`/api/devices/${other.id}/revoke`).send({}).expect(200)
    await until('an empty message', () => watcher.heard.at(-1)?.text === '')
    const { heard } = await connected()
    await until('the other one still has its own', () => lastManifest(heard))
    await agent.delete(`/api/stations/${stationId()}/pushes/mqtt`).expect(200)
    await until('it is cleared, too', () => heard.at(-1)?.text === '')
    await until('the row is gone', async () => {
      const { rowCount } = await world.database.db.query('select 1 from station_pushes')
      return rowCount === 0
    })
  })

  test('a broker elsewhere is refused where only this machine is allowed', () => {
    const hooks = { onMessage: async () => undefined, onConnect: () => undefined, onTrouble: () => undefined }
    const elsewhere = { ...config, url: 'mqtt://broker.example:1883' }
    expect(() => openMqtt(elsewhere, 'x', [], hooks)).toThrow(/outside/)
    expect(programOf('mosquitto')).toContain('mosquitto')
  })
})
