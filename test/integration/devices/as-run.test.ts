import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { asRunRecords, asRunText, verifyChain } from '../../../services/airtime/as-run.ts'
import { checkAsRunFile } from '../../../services/airtime/as-run-check.ts'
import { exportAsRun, verifyAtServer, verifyFile } from '../../../services/cli/commands/as-run.ts'
import { createKeys } from '../../../services/runtime/keys.ts'
import { appendAsRun } from '../../../services/store/as-run.ts'
import { transaction } from '../../../services/store/db.ts'
import { type DevicesWorld, devicesWorld } from './world.ts'

let world: DevicesWorld
let folder: string
beforeAll(async () => {
  world = await devicesWorld()
  folder = await mkdtemp(join(tmpdir(), 'loa-as-run-'))
  // Out of order in time, over the border of a month in Viet Nam, and more than a page.
  const at = (text: string) => new Date(text)
  await append(0, [
    { at: at('2026-10-31T10:00:00Z'), kind: 'device.ended', body: { title: 'tháng mười' } },
    { at: at('2026-10-31T16:59:59.999Z'), kind: 'device.ended', body: { title: 'cuối tháng mười' } },
    { at: at('2026-10-31T17:00:00Z'), kind: 'device.ended', body: { title: 'đầu tháng mười một' } },
    { at: at('2026-10-30T10:00:00Z'), kind: 'device.ended', body: { title: 'báo muộn' } },
    ...Array.from({ length: 2_500 }, (_, i) => ({
      at: new Date(Date.UTC(2026, 10, 2, 3) + i * 60_000),
      kind: 'device.started',
      body: { title: `“Bản tin”, số ${i}`, reason: '=cmd' },
    })),
    { at: at('2026-12-02T10:00:00Z'), kind: 'withdrawn', body: {} },
  ])
  await append(1, [{ at: at('2026-09-02T10:00:00Z'), kind: 'device.ended', body: {} }])
})
afterAll(async () => {
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const stationId = (i = 0) => world.stations[i]?.id ?? ''
const append = (i: number, entries: Parameters<typeof appendAsRun>[2]) =>
  transaction(world.deps.db, sql => appendAsRun(sql, stationId(i), entries))

describe('the as-run log', () => {
  test('is read by month of Viet Nam, with its chain checked', async () => {
    const officer = await world.as('officer')
    const { body } = await officer.get(`/api/stations/${stationId()}/as-run?month=2026-11`).expect(200)
    expect(body.lines).toHaveLength(2_501)
    expect(body.lines[0]).toMatchObject({ n: 3, kind: 'device.ended', entry: { title: 'đầu tháng mười một', n: 3 } })
    expect(body.verified).toEqual({ ok: true, lines: 2_505, brokenAt: null })
    await officer.get(`/api/stations/${stationId()}/as-run?month=2026-13`).expect(422)
    const operator = await world.as('operator')
    await operator.get(`/api/stations/${stationId()}/as-run?month=2026-11`).expect(200)
    await operator.get(`/api/stations/${stationId(1)}/as-run?month=2026-11`).expect(404)
  })

  test('names the stations to choose from: an operator has the own ones, with or without a device', async () => {
    const listed = async (role: 'officer' | 'operator') =>
      (await (await world.as(role)).get('/api/as-run/stations').expect(200)).body as { id: string; retired: boolean }[]
    expect((await listed('officer')).map(s => s.id).sort()).toEqual(world.stations.map(s => s.id).sort())
    expect(await listed('operator')).toEqual([expect.objectContaining({ id: stationId(), retired: false })])
    await world.deps.db.query('update stations set retired_at = now() where id = $1', [stationId()])
    expect(await listed('operator')).toEqual([expect.objectContaining({ id: stationId(), retired: true })])
    await world.deps.db.query('update stations set retired_at = null where id = $1', [stationId()])
  })

  test.each(['csv', 'jsonl'] as const)('is exported as %s, which the file alone proves', async format => {
    const officer = await world.as('officer')
    const answer = await officer.get(`/api/as-run/export?month=2026-11&format=${format}`).buffer(true).expect(200)
    const key = (await officer.get('/api/as-run/key').expect(200)).body
    const verdict = await checkAsRunFile(answer.text.split(/\r?\n/), { key })
    expect(verdict.problems).toEqual([])
    expect(verdict).toMatchObject({ ok: true, signature: 'valid', lines: 2_502 })
    expect(verdict.stations).toEqual([
      expect.objectContaining({ station: stationId(), from: 3, to: 2_504 }),
      expect.objectContaining({ station: stationId(1), from: 2, to: 1 }),
    ])
    expect((await checkAsRunFile(answer.text.split(/\r?\n/), { key: createKeys('x'.repeat(32)).asRun.jwk })).ok).toBe(
      false,
    )
    const one = await officer
      .get(`/api/as-run/export?month=2026-11&station=${stationId(1)}&format=${format}`)
      .expect(200)
    expect(one.headers['content-disposition']).toContain(`loa-nhat-ky-phat-song-2026-11.${format}`)
  })

  test('cannot be changed through the database, and a change past its guard is found', async () => {
    const { db } = world.database
    await expect(db.query(`update as_run set entry = '{}' where n = 1`)).rejects.toThrow(/append-only/)
    await expect(db.query('delete from as_run')).rejects.toThrow(/append-only/)
    await expect(db.query('truncate as_run')).rejects.toThrow(/append-only/)
    const known = await db.query('select n::float8 as n, hash from as_run where station_id = $1 and n = 2000', [
      stationId(),
    ])
    const tampered = async (sql: string) => {
      const client = await db.connect()
      try {
        await client.query('begin')
        await client.query('alter table as_run disable trigger as_run_append_only')
        await client.query(sql, [stationId()])
        return [await verifyChain(client, stationId()), await verifyChain(client, stationId(), known.rows[0])]
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    const broken = (n: number) => expect.objectContaining({ ok: false, brokenAt: n })
    const fine = expect.objectContaining({ ok: true })
    expect(
      await tampered(`update as_run set entry = replace(entry, 'Bản tin', 'Tin') where station_id = $1 and n = 9`),
    ).toEqual([broken(9), fine])
    expect(await tampered('delete from as_run where station_id = $1 and n = 2100')).toEqual([
      broken(2101),
      broken(2101),
    ])
    expect(await tampered(`update as_run set at = at + interval '1 hour' where station_id = $1 and n = 70`)).toEqual([
      broken(70),
      fine,
    ])
    expect(await tampered('delete from as_run where station_id = $1 and n >= 2000')).toEqual([
      fine,
      expect.objectContaining({ ok: false, brokenAt: 2000 }),
    ])
    expect(await verifyChain(db, stationId())).toMatchObject({ ok: true })
  })

  test('loa as-run exports and checks: from the file alone, with the key, and at the server', async () => {
    Object.assign(process.env, {
      LOA_SERVER: world.server.url,
      LOA_USER: 'officer@loa.example',
      LOA_PASSWORD: world.passwords.officer,
    })
    const file = join(folder, '11.csv')
    expect(await exportAsRun({ month: '2026-11', output: file })).toMatchObject({ ok: true, signature: 'valid' })
    await expect(exportAsRun({ month: '2026-11', output: `${file}.txt` })).rejects.toThrow(/csv/)
    expect((await verifyFile(file, {})).json).toMatchObject({ ok: true, signature: 'unchecked', lines: 2_502 })
    const keyFile = join(folder, 'key.json')
    await writeFile(keyFile, JSON.stringify(world.links.keys.asRun.jwk))
    expect((await verifyFile(file, { key: keyFile })).json).toMatchObject({ ok: true, signature: 'valid' })
    await expect(verifyFile(file, { key: file })).rejects.toThrow(/public key/)
    await expect(verifyFile(join(folder, 'nowhere.csv'), {})).rejects.toThrow(/no file/)
    await expect(verifyFile(folder, {})).rejects.toThrow(/Cannot read/)

    const lines = []
    for await (const piece of asRunText(
      asRunRecords(world.deps.db, [{ id: stationId(), name: 'Đài' }], '2026-11', new Date(), world.links.keys),
      'jsonl',
    )) {
      lines.push(piece)
    }
    const bad = join(folder, 'bad.jsonl')
    await writeFile(bad, lines.join('').replace('số 42"', 'số 43"').replace('số 42\\"', 'số 43\\"'))
    const found = await verifyFile(bad, { key: keyFile })
    expect(found.ok).toBe(false)
    expect(found.text).toContain('Nội dung dòng 47 đã bị sửa')
    expect(await verifyAtServer(undefined)).toMatchObject({ ok: true })
  })
})
