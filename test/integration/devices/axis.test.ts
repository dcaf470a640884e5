import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cancel } from '../../../services/dispatch/control.ts'
import { AxisRefused, axisClient } from '../../../services/places/push/axis-client.ts'
import { mp3Frames } from '../../../services/places/push/mp3.ts'
import { type Pushes, startPushes } from '../../../services/places/push/runner.ts'
import { requireTool } from '../../../services/runtime/tools.ts'
import { type AxisSimulator, startAxisSimulator } from '../../../services/simulator/axis.ts'
import { officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type DevicesWorld, devicesWorld, inMinutes } from './world.ts'

const never = new AbortController().signal
const tone = (seconds: number): Buffer =>
  spawnSync(requireTool('ffmpeg'), [
    ...['-v', 'error', '-f', 'lavfi', '-i', `sine=d=${seconds}:r=44100`, '-ac', '1', '-c:a', 'libmp3lame'],
    ...['-b:a', '64k', '-write_xing', '0', '-f', 'mp3', '-'],
  ]).stdout

describe.each(['MD5', 'SHA-256'] as const)('requests by HTTP Digest with %s', algorithm => {
  let device: AxisSimulator
  beforeAll(async () => {
    device = await startAxisSimulator({ algorithm })
  })
  afterAll(() => device.close())

  test('upload, play, stop, remove', async () => {
    const client = axisClient(device)
    const sound = tone(1)
    const clip = await client.upload('thu', sound, never)
    await client.play(clip, never)
    await client.stop(never)
    await client.remove(clip, never)
    expect(device.acts.map(a => a.act)).toEqual(['uploaded', 'playing', 'stopping', 'removed'])
    expect(device.uploads[0]?.bytes.equals(sound)).toBe(true)
    expect(device.uploads[0]).toMatchObject({ name: 'thu', mime: 'audio/mpeg' })
  })

  test('what is refused is told apart, and 200 alone is no success', async () => {
    const code = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        error => (error instanceof AxisRefused ? error.code : String(error)),
      )
    expect(await code(axisClient({ ...device, password: 'sai' }).stop(never))).toBe('wrong-password')
    expect(await code(axisClient({ ...device, user: 'ai' }).stop(never))).toBe('wrong-password')
    const client = axisClient(device)
    expect(await code(client.play('7', never))).toBe('http-400')
    const clip = await client.upload('thu', tone(0.5), never)
    device.failNextPlay('not-ok')
    expect(await code(client.play(clip, never))).toBe('not-ok')
    device.failNextPlay(503)
    expect(await code(client.play(clip, never))).toBe('http-503')
    expect(await code(axisClient({ ...device, url: 'http://127.0.0.1:9' }).stop(never))).toBe('unreachable')
    await client.remove(clip, never)
  })
})

describe('a network loudspeaker', () => {
  let world: DevicesWorld
  let device: AxisSimulator
  let pushes: Pushes | undefined
  beforeAll(async () => {
    world = await devicesWorld({ sound: () => ({ bytes: tone(1), seconds: 1 }) })
    device = await startAxisSimulator()
    pushes = startPushes(world.deps, undefined)
    const agent = await world.as('officer')
    const settings = { url: device.url, user: device.user, password: device.password }
    await agent.put(`/api/stations/${stationId()}/pushes/axis`).send(settings).expect(200)
  })
  afterAll(async () => {
    await pushes?.stop()
    await device?.close()
    await world.close()
  })
  const stationId = () => world.stations[0]?.id ?? ''
  const entries = async () =>
    (
      await world.database.db.query(
        `select entry from as_run where station_id = $1 and kind like 'push.%' order by n`,
        [stationId()],
      )
    ).rows.map(r => JSON.parse(r.entry))
  const dispatchOf = async (id: string) => await world.dispatch(id, 'loudspeaker')

  test('plays a slot at its time without what was taken back; accepted is all that is said', async () => {
    const [keep, drop] = [await world.announce(), await world.announce()]
    const file = tone(4)
    const parts = [await dispatchOf(keep), await dispatchOf(drop)]
    const slot = await world.addSlot({
      startsAt: new Date(Date.now() + 1_500),
      dispatchIds: parts,
      partMs: 1_500,
      bytes: file,
    })
    await cancel(world.deps, officer, drop, 'Sai')
    await until('it plays', () => device.acts.some(a => a.act === 'playing'))
    const uploaded = device.uploads[0]?.bytes ?? Buffer.alloc(0)
    const seconds = (sound: Buffer) => mp3Frames(sound).reduce((sum, f) => sum + f.ms, 0) / 1000
    expect(seconds(uploaded)).toBeCloseTo(seconds(file) - 1.5, 1)
    await until('the log', async () => (await entries()).some(e => e.kind === 'push.accepted'))
    const own = (await entries()).filter(e => e.slot === slot)
    expect(own.map(e => e.kind)).toEqual(['push.started', 'push.accepted'])
    expect(own[0].items.map((i: { dispatch: string }) => i.dispatch)).toEqual([parts[0]])
    // Nothing of this confirms a delivery.
    const { rows } = await world.database.db.query(
      `select count(*)::int as n from receipts_inbox where code = 'played'`,
    )
    expect(rows[0].n).toBe(0)
    await until('the clip is removed', () => device.clips.size === 0)
  })

  test('an emergency stops a slot, plays as often as the programme says, and stops when it is taken back', async () => {
    const long = await dispatchOf(await world.announce())
    const slot = await world.addSlot({ startsAt: inMinutes(0), dispatchIds: [long], partMs: 20_000, bytes: tone(20) })
    await until('the slot plays', async () =>
      (await entries()).some(e => e.slot === slot && e.kind === 'push.accepted'),
    )
    const from = device.acts.length
    const began = Date.now()
    const id = await world.announce({ priority: 'emergency', title: 'Khẩn' })
    const urgent = await dispatchOf(id)
    await until('the emergency plays', () => device.acts.slice(from).some(a => a.act === 'playing'))
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(
      device.acts
        .slice(from)
        .map(a => a.act)
        .filter(a => a !== 'removed'),
    ).toEqual(['uploaded', 'stopping', 'playing'])
    await until(
      'twice',
      async () => (await entries()).filter(e => e.dispatch === urgent && e.kind === 'push.accepted').length === 2,
    )
    expect((await entries()).find(e => e.slot === slot && e.kind === 'push.interrupted')).toMatchObject({
      reason: 'emergency',
    })
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('a device that does not take it is said to have failed, with a code', async () => {
    await until('nothing sounds', () => device.clips.size === 0)
    device.failNextPlay('not-ok')
    const id = await world.announce({ priority: 'emergency', title: 'Khẩn nữa' })
    const urgent = await dispatchOf(id)
    const failed = await until('the failure', async () =>
      (await entries()).find(e => e.dispatch === urgent && e.kind === 'push.failed'),
    )
    expect(failed).toMatchObject({ reason: 'not-ok', play: 1 })
    // What was refused was not heard: the same play is owed still, and both are played.
    const accepted = async () =>
      (await entries()).filter(e => e.dispatch === urgent && e.kind === 'push.accepted').map(e => e.play)
    await until('both plays', async () => (await accepted()).length === 2)
    expect(await accepted()).toEqual([1, 2])
    await until('no clip is left behind', () => device.clips.size === 0)
    await cancel(world.deps, officer, id, 'Thử')
  })
})

test('a demo pushes to this machine only, and an address holds no account', async () => {
  const world = await devicesWorld({ demo: true })
  try {
    const agent = await world.as('officer')
    const put = (kind: string, body: object) =>
      agent.put(`/api/stations/${world.stations[0]?.id}/pushes/${kind}`).send(body)
    expect((await put('axis', { url: 'http://192.0.2.7', user: 'root' })).body.code).toBe('setup.demo-provider')
    expect((await put('axis', { url: 'http://a:b@127.0.0.1', user: 'root' })).status).toBe(422)
    expect((await put('axis', { url: 'http://:b@127.0.0.1', user: 'root' })).status).toBe(422)
    expect((await put('axis', { url: 'loa-thon-3', user: 'root' })).status).toBe(422)
    expect((await put('icecast', { url: 'http://127.0.0.1:8000/' })).status).toBe(422)
    expect((await put('icecast', { url: 'dong-ha.mp3' })).status).toBe(422)
    expect((await put('smoke-signals', {})).status).toBe(404)
    expect((await put('icecast', { url: 'http://127.0.0.1:8000/a.mp3', password: 'x' })).status).toBe(200)
    // Another address does not get the old password.
    const moved = await put('icecast', { url: 'http://127.0.0.1:9000/a.mp3' })
    expect(moved.body).toEqual([expect.objectContaining({ kind: 'icecast', hasPassword: false })])
    const operator = await world.as('operator')
    await operator.put(`/api/stations/${world.stations[0]?.id}/pushes/mqtt`).send({}).expect(403)
    await operator.get(`/api/stations/${world.stations[1]?.id}/pushes`).expect(404)
  } finally {
    await world.close()
  }
})
