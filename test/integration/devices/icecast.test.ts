import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { cancel } from '../../../services/dispatch/control.ts'
import { mp3Frames, silentFrame } from '../../../services/places/push/mp3.ts'
import { type Pushes, startPushes } from '../../../services/places/push/runner.ts'
import { freePort } from '../../../services/runtime/ports.ts'
import { requireTool } from '../../../services/runtime/tools.ts'
import { debianServer, type TestServer } from '../../support/debian-server.ts'
import { officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type DevicesWorld, devicesWorld } from './world.ts'

const emergencySeconds = 1.5
const emergencySound = tone(1500, emergencySeconds)

let world: DevicesWorld
let server: TestServer | undefined
let pushes: Pushes | undefined
let mount: string
beforeAll(async () => {
  world = await devicesWorld({ sound: () => ({ bytes: emergencySound, seconds: emergencySeconds }) })
  const port = await freePort()
  server = await debianServer('icecast2', port, folder => icecast(folder, port))
  mount = `http://127.0.0.1:${port}/dong-ha.mp3`
  // One play, so that the test need not wait for more.
  await world.database.db.query(`insert into programmes (area_code, body, updated_by) values ('44', $1, 'thử')`, [
    JSON.stringify({ sessions: [], emergency: { times: 1, gapSeconds: 0, everyMinutes: null, afterwards: 'resume' } }),
  ])
  pushes = startPushes(world.deps, undefined)
})
afterAll(async () => {
  await pushes?.stop()
  await world.close()
  await server?.stop()
})
beforeEach(async () => {
  await world.database.db.query(`update slots set state = 'void', void_reason = 'thử'`)
})

const stationId = () => world.stations[0]?.id ?? ''

function tone(hertz: number, seconds: number): Buffer {
  const words = ['-v', 'error', '-f', 'lavfi', '-i', `sine=f=${hertz}:d=${seconds}:r=44100`, '-ac', '1']
  const made = spawnSync(requireTool('ffmpeg'), [
    ...words,
    ...['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0', '-id3v2_version', '3', '-f', 'mp3', '-'],
  ])
  return made.stdout
}

async function icecast(folder: string, port: number): Promise<string[]> {
  const logs = join(folder, 'log')
  await mkdir(logs)
  await chmod(folder, 0o755)
  await chmod(logs, 0o777)
  const root = process.getuid?.() === 0
  const file = join(folder, 'icecast.xml')
  await writeFile(
    file,
    `<icecast>
      <limits><clients>20</clients><sources>4</sources><burst-size>0</burst-size><source-timeout>5</source-timeout></limits>
      <authentication><source-password>nguồn-phát</source-password><admin-user>admin</admin-user><admin-password>x</admin-password></authentication>
      <hostname>localhost</hostname>
      <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
      <fileserve>0</fileserve>
      <paths><basedir>/usr/share/icecast2</basedir><logdir>${logs}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
      <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
      <security><chroot>0</chroot>${root ? '<changeowner><user>nobody</user><group>nogroup</group></changeowner>' : ''}</security>
    </icecast>`,
  )
  return ['-c', file]
}

/** A listener of the mount, with all that it has heard. */
async function listener() {
  const stop = new AbortController()
  const response = await until('the mount is open', async () => {
    const answer = await fetch(mount, { signal: stop.signal }).catch(() => undefined)
    if (answer?.ok) return answer
    await answer?.body?.cancel()
    return undefined
  })
  let heard = Buffer.alloc(0)
  const reading = (async () => {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>)
      heard = Buffer.concat([heard, piece])
  })().catch(() => undefined)
  return {
    heard: () => heard,
    stop: async () => {
      stop.abort()
      await reading
    },
  }
}

/** Sound of a file between two moments, as it is on the wire. */
function sound(file: Buffer, fromMs = 0, toMs = Number.POSITIVE_INFINITY): Buffer {
  let at = 0
  const pieces: Buffer[] = []
  for (const frame of mp3Frames(file)) {
    if (at >= fromMs && at + frame.ms <= toMs) pieces.push(file.subarray(frame.offset, frame.offset + frame.bytes))
    at += frame.ms
  }
  return Buffer.concat(pieces)
}

const setIcecast = async (settings: Record<string, unknown>) => {
  const agent = await world.as('officer')
  await agent.put(`/api/stations/${stationId()}/pushes/icecast`).send(settings).expect(200)
}
const entries = async () =>
  (
    await world.database.db.query(
      `select kind, entry from as_run where station_id = $1 and kind like 'push.%' order by n`,
      [stationId()],
    )
  ).rows.map(r => ({ ...JSON.parse(r.entry), kind: r.kind }))
const entry = (kind: string, ref: Record<string, unknown>) =>
  until(`${kind}`, async () =>
    (await entries()).find(e => e.kind === kind && Object.entries(ref).every(([k, v]) => e[k] === v)),
  )

describe('an Icecast source, on icecast2', () => {
  test('a wrong password is told, and nothing is on air', async () => {
    await setIcecast({ url: mount, password: 'sai' })
    const agent = await world.as('officer')
    const problem = await until('the problem is shown', async () => {
      const { body } = await agent.get(`/api/stations/${stationId()}/pushes`)
      return body[0].problem
    })
    expect(problem).toBe('wrong-password')
    const { body } = await agent.get(`/api/stations/${stationId()}/pushes`)
    expect(JSON.stringify(body)).not.toContain('sai')
    const kept = await world.database.db.query('select sealed from station_pushes')
    expect(kept.rows[0].sealed).not.toContain('sai')
  })

  test('a slot is heard at its time, whole, in silence, at the pace of its sound', async () => {
    await setIcecast({ url: mount, password: 'nguồn-phát', silence: true })
    const radio = await listener()
    const file = tone(440, 3)
    const slot = await world.addSlot({
      startsAt: new Date(Date.now() + 1_500),
      dispatchIds: [await world.dispatch(await world.announce(), 'loudspeaker')],
      partMs: 1_000,
      bytes: file,
    })
    const began = await entry('push.started', { slot })
    expect(Math.abs(Date.parse(began.at) - Date.now())).toBeLessThan(2_000)
    const { rows } = await world.database.db.query('select starts_at from slots where id = $1', [slot])
    expect(Date.parse(began.at) - rows[0].starts_at.getTime()).toBeLessThan(1_000)
    const ended = await entry('push.ended', { slot })
    const tookMs = Date.parse(ended.at) - Date.parse(began.at)
    expect(tookMs).toBeGreaterThan(2_300)
    expect(tookMs).toBeLessThan(4_000)
    await until('it was heard', () => radio.heard().includes(sound(file)))
    const at = radio.heard().indexOf(sound(file))
    expect(
      radio
        .heard()
        .subarray(at - 208, at)
        .equals(silentFrame.bytes),
    ).toBe(true)
    expect(began.items[0].title).toBe('Thông báo về cải cách hành chính')
    expect(began).toMatchObject({ push: 'icecast', sha256: expect.any(String) })
    await radio.stop()
  })

  test('an emergency cuts in within a second or two, and the slot goes on with the part that was cut', async () => {
    const radio = await listener()
    const file = tone(660, 7)
    const dispatch = await world.dispatch(await world.announce(), 'loudspeaker')
    const second = await world.dispatch(await world.announce(), 'loudspeaker')
    const slot = await world.addSlot({
      startsAt: new Date(Date.now() + 500),
      dispatchIds: [dispatch, second],
      partMs: 2_500,
      bytes: file,
    })
    // Into the second part, which begins at 3.5 s.
    await until('the second part is on', () => radio.heard().includes(sound(file, 0, 4_000)))
    const from = Date.now()
    const id = await world.announce({ priority: 'emergency' })
    const urgent = await world.dispatch(id, 'loudspeaker')
    await until('it is heard', () => radio.heard().includes(sound(emergencySound)))
    expect(Date.now() - from).toBeLessThan(5_000)
    const cut = await entry('push.interrupted', { slot })
    expect(cut).toMatchObject({ reason: 'emergency' })
    expect(cut.positionMs).toBeGreaterThan(3_900)
    await entry('push.ended', { dispatch: urgent })
    const resumed = await entry('push.resumed', { slot })
    expect(Math.abs(resumed.positionMs - 3_500)).toBeLessThan(30)
    await entry('push.ended', { slot })
    await until('the end was heard', () => radio.heard().includes(sound(file, 3_500)))
    const kinds = (await entries()).filter(e => e.slot === slot).map(e => e.kind)
    expect(kinds).toEqual(['push.started', 'push.interrupted', 'push.resumed', 'push.ended'])
    await cancel(world.deps, officer, id, 'Thử')
    await radio.stop()
  }, 60_000)

  test('what is taken back in the middle is not heard on, and what was taken back before is left out', async () => {
    const radio = await listener()
    const file = tone(880, 6)
    const [one, two, three] = await Promise.all([0, 1, 2].map(() => world.announce()))
    const ids = await Promise.all([one, two, three].map(id => world.dispatch(id ?? '', 'loudspeaker')))
    const slot = await world.addSlot({
      startsAt: new Date(Date.now() + 500),
      dispatchIds: ids,
      partMs: 1_500,
      bytes: file,
    })
    await until('the first part is on', () => radio.heard().includes(sound(file, 0, 1_200)))
    await cancel(world.deps, officer, two ?? '', 'Sai')
    await entry('push.ended', { slot })
    // Part two is from 2.5 to 4.0 s.
    await until('the rest was heard', () => radio.heard().includes(sound(file, 4_020)))
    expect(radio.heard().includes(sound(file, 2_600, 3_900))).toBe(false)
    expect(radio.heard().includes(sound(file, 0, 2_450))).toBe(true)
    await radio.stop()
  }, 60_000)

  test('the server may die: the stream comes back, and nothing is played twice', async () => {
    await server?.kill()
    await server?.start()
    const radio = await listener()
    await until('silence is heard again', () => radio.heard().includes(silentFrame.bytes))
    const starts = (await entries()).filter(e => e.kind === 'push.started').map(e => e.slot ?? e.dispatch)
    expect(new Set(starts).size).toBe(starts.length)
    await radio.stop()
    expect(await readFile(join(server?.folder ?? '', 'log/error.log'), 'utf8')).toContain('dong-ha.mp3')
  })
})
