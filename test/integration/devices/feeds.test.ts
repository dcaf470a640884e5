import { spawn, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { requireTool } from '../../../services/runtime/tools.ts'
import { officer } from '../../support/dispatch.ts'
import { type DevicesWorld, devicesWorld, inMinutes } from './world.ts'

const tone = (hertz: number, seconds: number): Buffer =>
  spawnSync(requireTool('ffmpeg'), [
    ...['-v', 'error', '-f', 'lavfi', '-i', `sine=f=${hertz}:d=${seconds}:r=44100`, '-ac', '1'],
    ...['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0', '-f', 'mp3', '-'],
  ]).stdout

let world: DevicesWorld
beforeAll(async () => {
  let hertz = 300
  world = await devicesWorld({
    reachable: true,
    sound: () => {
      hertz += 100
      return { bytes: tone(hertz, 1.2), seconds: 1.2 }
    },
  })
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)
const feed = (ending = 'xml') => `/feeds/stations/${world.stations[0]?.token}.${ending}`
const guids = (xml: string) => [...xml.matchAll(/<guid[^>]*>([^<]+)</g)].map(m => m[1])
const playlist = async () => await (await fetch(`${world.server.url}${feed('m3u')}`)).text()
const addresses = (m3u: string) => m3u.split('\n').filter(line => line.startsWith('http'))
const pathOf = (url: string) => url.replace(world.links.publicUrl, '').replaceAll('&amp;', '&')

test('an emergency without an end leaves the feed when stations stop playing it; what else there is stays', async () => {
  const [urgent, usual] = [
    await world.announce({ title: 'Khẩn đã lâu', priority: 'emergency' }),
    await world.announce({ title: 'Thường' }),
  ]
  expect(guids((await http().get(feed()).expect(200)).text)).toEqual([`urn:loa:${urgent}:1`, `urn:loa:${usual}:1`])
  await world.database.db.query(`update shelf_items set put_at = put_at - interval '13 hours'`)
  expect(guids((await http().get(feed()).expect(200)).text)).toEqual([`urn:loa:${usual}:1`])
  for (const id of [urgent, usual]) await cancel(world.deps, officer, id, 'Xong')
})

describe('feeds with sessions', () => {
  test('list emergencies, then sessions by their time, then what is in none; each once', async () => {
    const [inSlot, alone] = [
      await world.announce({ title: 'Trong phiên' }),
      await world.announce({ title: 'Riêng lẻ' }),
    ]
    const dispatch = await world.dispatch(inSlot, 'loudspeaker')
    const late = await world.addSlot({ startsAt: inMinutes(300), dispatchIds: [dispatch], bytes: tone(500, 2) })
    const early = await world.addSlot({ startsAt: inMinutes(30), dispatchIds: [dispatch] })
    const urgent = await world.announce({ title: 'Lũ', priority: 'emergency' })
    const { text, headers } = await http().get(feed()).expect(200)
    expect(guids(text)).toEqual([
      `urn:loa:${urgent}:1`,
      expect.stringMatching(new RegExp(`^urn:loa:slot:${early}:[0-9a-f]{16}$`)),
      expect.stringMatching(new RegExp(`^urn:loa:slot:${late}:[0-9a-f]{16}$`)),
      `urn:loa:${alone}:1`,
    ])
    expect(text).toContain('<category>Phiên phát</category>\n<description>Trong phiên</description>')
    await http()
      .get(feed())
      .set('If-None-Match', headers.etag ?? '')
      .expect(304)
    expect(headers['last-modified']).toBeUndefined()
    const m3u = await playlist()
    expect(addresses(m3u)).toHaveLength(4)
    expect(m3u).toMatch(/#EXTINF:\d+,Phiên phát \d\d:\d\d \d\d\/\d\d\/\d{4}\n/)

    const [, enclosure, length] = /<enclosure url="([^"]+phat-thanh[^"]+)" length="(\d+)"/.exec(text) ?? []
    // Each session under a name of its own, or a podcast program goes on with the file of the one before.
    expect(enclosure).toMatch(/\/phat-thanh-\d{4}-\d\d-\d\d-\d\dh\d\d\.mp3\?/)
    const head = await http()
      .head(pathOf(enclosure ?? ''))
      .expect(200)
    expect(head.headers['content-length']).toBe(length)
    const part = await http()
      .get(pathOf(enclosure ?? ''))
      .set('Range', 'bytes=10-19')
      .expect(206)
    expect(part.headers['content-range']).toBe(`bytes 10-19/${length}`)

    await cancel(world.deps, officer, inSlot, 'Sai')
    const after = await http().get(feed()).expect(200)
    expect(guids(after.text)).toEqual([`urn:loa:${urgent}:1`, `urn:loa:${alone}:1`])
    await http()
      .get(pathOf(enclosure ?? ''))
      .expect(404)
    await cancel(world.deps, officer, urgent, 'Thử')
    await cancel(world.deps, officer, alone, 'Thử')
  })

  test('a commune has one of its own, which nobody can make up', async () => {
    const id = await world.announce({ title: 'Cho cả xã' })
    const { body } = await (await world.as('officer')).get('/api/stations').expect(200)
    const path = pathOf(body[0].communeFeedUrl)
    const { text } = await http().get(path).expect(200)
    expect(guids(text)).toEqual([`urn:loa:${id}:1`])
    expect(text).toContain('<title>Truyền thanh Phường Đông Hà – bản tin thông tin cơ sở</title>')
    await http().get(path.replace('.xml', '.m3u')).expect(200)
    const forged = path.replace('19333', '19742')
    expect(forged).not.toBe(path)
    await http().get(forged).expect(403)
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('mpv plays the playlist by itself, every file to its end', async () => {
    const ids = [await world.announce({ title: 'Một' }), await world.announce({ title: 'Hai' })]
    const dispatch = await world.dispatch(ids[0] ?? '', 'loudspeaker')
    await world.addSlot({ startsAt: inMinutes(20), dispatchIds: [dispatch], partMs: 1_000, bytes: tone(600, 3) })
    const text = await playlist()
    const { code, output } = await run(requireTool('mpv'), [
      ...['--no-config', '--no-video', '--ao=null', '--untimed', '--msg-level=all=info'],
      `${world.server.url}${feed('m3u')}`,
    ])
    expect({ code, output }).toMatchObject({ code: 0 })
    const played = [...output.matchAll(/Playing: (http\S+)/g)].map(m => m[1])
    expect(played.slice(-2)).toEqual(addresses(text))
    expect(output.match(/\(mp3 1ch 44100Hz/g)).toHaveLength(2)
    // The last byte of the item left for the player: it is on the station, so far as the feed knows.
    const { rows } = await world.database.db.query(
      `select fetched_at from shelf_items where kind = 'stations' and place_id = $1 and dispatch_id = $2`,
      [world.stations[0]?.id, await world.dispatch(ids[1] ?? '', 'loudspeaker')],
    )
    expect(rows[0].fetched_at).toBeInstanceOf(Date)
  })
})

function run(program: string, words: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 40_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', piece => {
        output += piece
      })
    }
    child.on('error', reject)
    child.on('close', code => resolve({ code, output }))
  })
}
