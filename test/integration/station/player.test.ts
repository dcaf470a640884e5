import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { startEar } from '../../../services/bench/station/ear.ts'
import { createLie } from '../../../services/bench/station/lies.ts'
import { makeSound } from '../../../services/bench/station/sounds.ts'
import { createSigner } from '../../../services/bench/station/stand-in.ts'
import { sinkKind } from '../../../services/station/sound/sinks.ts'
import { canMount, withSmallDisk } from '../../support/server-small-disk.ts'
import {
  emergencyWith,
  makeStation,
  type Station,
  shortEmergency,
  shortSlot,
  slotWith,
  soon,
  wrongClock,
} from '../../support/station.ts'
import { until } from '../../support/wait.ts'

let station: Station
beforeEach(async () => {
  station = await makeStation()
})
afterEach(() => station.close())

const problems = (player: Awaited<ReturnType<Station['start']>>) =>
  player
    .status()
    .problems.map(p => p.en)
    .join('\n')

describe('on air', () => {
  test('a slot begins on its time, and its parts are reported', async () => {
    const made = await shortSlot()
    const ear = await startEar()
    const slot = slotWith(station.server.put(made), made, 3_000)
    station.publish({ slots: [slot] })
    await station.start({ sink: sinkKind(`tcp:127.0.0.1:${ear.port}`) })
    await until('both parts are reported', () => station.told().includes('ended 2 1'))
    expect(station.told()).toEqual(['fetched', 'started 1 1', 'ended 1 1', 'started 2 1', 'ended 2 1'])
    const late = (ear.begins[0] ?? Number.POSITIVE_INFINITY) - Date.parse(slot.startsAt)
    expect(late).toBeGreaterThanOrEqual(-20)
    expect(late).toBeLessThan(1_000)
    await ear.close()
  })

  test('an emergency is on air within seconds of its poke, and the slot goes on', async () => {
    const made = await shortSlot()
    const ear = await startEar()
    const slot = slotWith(station.server.put(made), made, 1_000)
    const file = station.server.put(await shortEmergency())
    station.publish({ slots: [slot] })
    await station.start({ sink: sinkKind(`tcp:127.0.0.1:${ear.port}`) })
    await until('the slot is on air', () => station.told().includes('started 1 1'))
    const issued = Date.now()
    station.publish({ slots: [slot], emergencies: [emergencyWith(file, '90')] })
    const on = await until('the emergency is on air', () => station.events().find(e => e.dispatchId === '90'))
    expect(Date.parse(on.at) - issued).toBeLessThan(5_000)
    await until('the slot has ended', () => station.told().includes('ended 2 1'))
    const told = station.told().filter(t => t !== 'fetched')
    expect(told).toEqual(expect.arrayContaining(['started 90 1', 'ended 90 1', 'ended 1 1', 'ended 2 1']))
    expect(told.filter(t => t === 'ended 1 1')).toHaveLength(1)
    await ear.close()
  })

  test('plays without the network by what it has', async () => {
    const made = await shortSlot()
    station.publish({ slots: [slotWith(station.server.put(made), made, 4_000)] })
    const player = await station.start()
    await until('everything is there', () => player.status().next?.fileIsHere)
    await station.server.close()
    await until('the slot was heard', () =>
      player.state().pending.some(e => e.kind === 'ended' && e.dispatchId === '2'),
    )
    await until('the loss is shown', () => problems(player).includes('cannot be reached'))
    await station.server.restart().catch(() => undefined)
    await until('and is told when the network is back', () => station.told().includes('ended 2 1'), 90_000)
  }, 120_000)
})

describe('a manifest is refused', () => {
  test.each(['half', 'html', 'garbage', 'forged', 'unknown-key', 'other-station', 'old'] as const)(
    'when it is %s; what is known goes on',
    async kind => {
      const made = await shortEmergency()
      station.publish({})
      station.publish({})
      const player = await station.start()
      await until('the first is known', () => player.status().seq === 2 && player.status().listening)
      let wasTold = false
      const lie = createLie(kind, station.server, () => {
        wasTold = true
      })
      // As often as it may ask before we look.
      station.server.lies.push(lie, lie, lie)
      station.publish({ pollSeconds: 1 })
      await until('the lie was told', () => wasTold)
      const reasons: Record<typeof kind, RegExp> = {
        half: /bad-(manifest|signature)/,
        html: /bad-manifest/,
        garbage: /bad-manifest/,
        forged: /bad-signature/,
        'unknown-key': /unknown-key/,
        'other-station': /other-station/,
        old: /old-sequence/,
      }
      await until('the refusal is reported', () =>
        station.told().some(t => /^refused/.test(t) && reasons[kind].test(t)),
      )
      // An old one is an everyday thing (a proxy's cache) and needs nobody's hand.
      if (kind !== 'old') expect(problems(player)).not.toBe('')
      expect(player.state().sound).toBeNull()
      station.server.lies.length = 0
      station.publish({ emergencies: [emergencyWith(station.server.put(made), '90')] })
      await until('the next true one is followed', () => station.told().includes('ended 90 1'))
    },
  )

  test('with a key other than that of the link, until a person accepts it', async () => {
    station.publish({})
    const other = createSigner()
    const first = await station.start({ link: station.server.link.replace(/#.*/, `#${other.kid}`) })
    await until('the key is refused', () => problems(first).includes('key of the server has changed'))
    expect(first.status().seq).toBe(0)
  })

  test('after the pinned key was changed, until --accept-key', async () => {
    station.publish({})
    const first = await station.start()
    await until('the manifest is there', () => first.status().seq === 1)
    await first.stop()
    const path = join(station.dir, 'box', 'identity.json')
    const identity = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...identity, key: createSigner().jwk }))
    station.publish({})
    const second = await station.start()
    await until('it is refused loudly', () => problems(second).includes('--accept-key'))
    expect(second.status().seq).toBe(1)
    await second.stop()
    const third = await station.start({ acceptKey: true })
    await until('the new key counts', () => third.status().seq === 2)
  })

  test('with a spoilt key file nobody is trusted by chance', async () => {
    station.publish({})
    const first = await station.start()
    await until('the manifest is there', () => first.status().seq === 1)
    await first.stop()
    writeFileSync(join(station.dir, 'box', 'identity.json'), '{"key":')
    await expect(station.start()).rejects.toThrow('--accept-key')
  })
})

describe('a file', () => {
  test('longer than said is refused and fetched again', async () => {
    let lied = false
    station.server.lies.push(
      createLie('wrong-file', station.server, () => {
        lied = true
      }),
    )
    station.publish({ emergencies: [emergencyWith(station.server.put(await shortEmergency()), '90')] })
    await station.start()
    await until('the lie was told', () => lied)
    await until('the refusal is reported', () => station.told().includes('refused bad-hash'))
    await until('the true one is heard', () => station.told().includes('ended 90 1'))
  })

  test('with another content is never played', async () => {
    const made = await shortEmergency()
    const file = station.server.put(made)
    station.server.put({ ...made, bytes: Buffer.from(made.bytes).reverse() })
    station.publish({ emergencies: [emergencyWith(file, '90')] })
    const player = await station.start()
    await until('the refusal is reported', () => station.told().includes('refused bad-hash'))
    expect(station.told().filter(t => t.startsWith('started'))).toEqual([])
    expect(readdirSync(join(station.dir, 'box', 'files'))).toEqual([])
    expect(player.status().filesMissing).toBe(1)
  })

  test('that is no sound, with the right hash, is missed and harms nothing', async () => {
    const bytes = Buffer.from('đây không phải âm thanh '.repeat(500))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const file = station.server.put({ sha256, bytes, durationMs: 5_000, pieces: [] })
    const good = station.server.put(await shortEmergency())
    station.publish({ emergencies: [emergencyWith(file, '90')] })
    await station.start()
    await until('it is missed', () => station.told().includes('missed 90 1 bad-audio'))
    station.publish({ emergencies: [emergencyWith(good, '91')] })
    await until('the next one is heard', () => station.told().includes('ended 91 1'))
  })

  test('broken off on the way is gone on with, not begun again', async () => {
    const made = await shortSlot()
    const ranges: (string | undefined)[] = []
    station.server.lies.push((request, response) => {
      if (!request.url?.startsWith('/files/')) return false
      ranges.push(request.headers.range)
      response.writeHead(200, { 'content-length': made.bytes.length })
      response.write(made.bytes.subarray(0, 7_000), () => response.destroy())
      return true
    })
    station.server.lies.push((request, response) => {
      if (!request.url?.startsWith('/files/')) return false
      ranges.push(request.headers.range)
      const rest = made.bytes.subarray(7_000)
      const range = `bytes 7000-${made.bytes.length - 1}/${made.bytes.length}`
      response.writeHead(206, { 'content-range': range, 'content-length': rest.length }).end(rest)
      return true
    })
    station.publish({ slots: [slotWith(station.server.put(made), made, 60_000)] })
    const player = await station.start()
    await until('it is there', () => player.status().next?.fileIsHere)
    expect(ranges).toEqual([undefined, 'bytes=7000-'])
  })

  test('whose signed address has run out is asked for by a fresh one', async () => {
    const made = await shortSlot()
    const slot = slotWith(station.server.put(made), made, 60_000)
    station.publish({ slots: [{ ...slot, file: { ...slot.file, url: '/files/expired' } }] })
    const player = await station.start()
    await until('the manifest is there', () => player.status().seq === 1)
    const current = station.server.current()
    if (current) current.slots = [slot]
    await until('the file is there', () => player.status().next?.fileIsHere)
    expect(player.status().seq).toBe(1)
  })
})

describe('the device', () => {
  test.each([
    ['three days ahead', 259_200_000],
    ['three days behind', -259_200_000],
  ])('with a clock %s keeps the time of the server', async (_what, skewMs) => {
    const made = await shortSlot()
    const ear = await startEar()
    const slot = slotWith(station.server.put(made), made, 4_000)
    station.publish({ slots: [slot] })
    const player = await station.start({ clock: wrongClock(skewMs), sink: sinkKind(`tcp:127.0.0.1:${ear.port}`) })
    await until('it was heard', () => station.told().includes('ended 2 1'))
    expect(Math.abs((ear.begins[0] ?? 0) - Date.parse(slot.startsAt))).toBeLessThan(1_000)
    expect(Math.abs(player.status().clockSkewMs + skewMs)).toBeLessThan(1_000)
    expect(Math.abs((station.server.lastState()?.clockSkewMs ?? 0) + skewMs)).toBeLessThan(1_000)
    await ear.close()
  })

  test('whose sink hangs says so and tries again', async () => {
    const file = station.server.put(await makeSound([{ seed: 5, ms: 90_000 }]))
    await station.start({ sink: sinkKind('cmd:sleep 1000') })
    station.publish({ emergencies: [emergencyWith(file, '90')] })
    await until('the fault is reported', () => station.told().includes('fault sink-failed'))
    expect(station.told()).toContain('interrupted 90 1 sink-failed')
    await until('it is begun again', () => station.told().filter(t => t === 'started 90 1').length > 1)
  }, 90_000)

  test('whose sink is no program says so', async () => {
    const player = await station.start({ sink: sinkKind('cmd:khong-co-chuong-trinh-nay') })
    await until('the fault is reported', () => station.told().includes('fault sink-failed'))
    expect(problems(player)).toContain('sound output')
    expect(station.server.lastState()?.soundOk).toBe(false)
  })

  test('that was killed in a part goes on with it, and keeps counting its events', async () => {
    const made = await shortSlot()
    const slot = slotWith(station.server.put(made), made, 1_500, 20_000)
    station.publish({ slots: [slot] })
    const first = await station.start()
    await until('the second part is on air', () => station.told().includes('started 2 1'))
    first.kill()
    await station.start()
    await until('it was heard', () => station.told().includes('ended 2 1'))
    expect(station.told()).toEqual([
      ...[
        'fetched',
        'started 1 1',
        'ended 1 1',
        'started 2 1',
        'interrupted 2 1 power-cut',
        'started 2 1',
        'ended 2 1',
      ],
    ])
    expect(station.events().map(e => e.n)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(station.server.contradictions).toEqual([])
  })

  ;(canMount() ? test : test.skip)(
    'with a full disk gives up unused files, says so, and plays on',
    async () => {
      await withSmallDisk(1, async disk => {
        const big = await import('../../../services/bench/station/sounds.ts').then(m =>
          Promise.all([31, 32, 33].map(seed => m.makeSound([{ seed, ms: 60_000 }]))),
        )
        const files = big.map(made => station.server.put(made))
        const slots = files.map((file, i) => ({
          ...{ slotId: String(i + 1), startsAt: soon(600_000 + i), startUntil: soon(700_000), file },
          parts: [{ dispatchId: String(i + 1), title: 'Tin', play: 1, startMs: 0, endMs: 60_000 }],
        }))
        // Room for two of 480 KB at the most; the third has to wait for one that nothing names any more.
        const player = await station.start({ dir: join(disk, 'box') })
        station.publish({ slots })
        await until('the disk is full', () => station.told().includes('fault disk-full'))
        expect(player.state().ready.size).toBeLessThan(3)
        station.publish({ slots: slots.slice(2) })
        await until('the third has found room', () => player.state().ready.has(files[2]?.sha256 ?? ''), 120_000)
        station.publish({ slots: [], emergencies: [emergencyWith(station.server.put(await shortEmergency()), '90')] })
        await until('an emergency is heard', () => station.told().includes('ended 90 1'))
        await player.stop()
      })
    },
    150_000,
  )
})
