import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type DevicesWorld, devicesWorld } from './world.ts'

let world: DevicesWorld
beforeAll(async () => {
  world = await devicesWorld()
})
afterAll(() => world.close())

const stationId = (i = 0) => world.stations[i]?.id ?? ''

describe('devices', () => {
  test('an officer adds one; the link is shown once and only a hash is kept', async () => {
    const { id, token, link } = await world.addDevice(0, 'Máy phát nhà văn hóa')
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const { rows } = await world.database.db.query('select * from station_devices where id = $1', [id])
    expect(rows[0].token_hash).toBe(createHash('sha256').update(token).digest('hex'))
    expect(JSON.stringify(rows[0])).not.toContain(token)
    const listed = await (await world.as('officer')).get('/api/devices').expect(200)
    expect(JSON.stringify(listed.body)).not.toContain(token)
    expect(link).toContain(token)
    expect(listed.body.find((d: { id: string }) => d.id === id)).toMatchObject({
      name: 'Máy phát nhà văn hóa',
      state: 'never',
      stationId: stationId(),
      areaName: 'Phường Đông Hà',
      reported: null,
    })
  })

  test('online, late after three minutes, offline after ten', async () => {
    const { id, token } = await world.addDevice()
    await world.report(token)
    const officer = await world.as('officer')
    const state = async (silentMs: number) => {
      await world.database.db.query(
        `update station_devices set last_seen_at = now() - $2 * interval '1 ms' where id = $1`,
        [id, silentMs],
      )
      return (await officer.get('/api/devices')).body.find((d: { id: string }) => d.id === id).state
    }
    expect(await state(0)).toBe('online')
    expect(await state(170_000)).toBe('online')
    expect(await state(190_000)).toBe('late')
    expect(await state(590_000)).toBe('late')
    expect(await state(610_000)).toBe('offline')
    const offline = await officer.get('/api/devices?state=offline').expect(200)
    expect(offline.body.map((d: { id: string }) => d.id)).toEqual([id])
    expect(offline.body[0].attention[0].vi).toMatch(/^Mất liên lạc từ \d\d:\d\d \d\d\/\d\d\/\d{4}\.$/)
  })

  test('says what an operator should look at', async () => {
    const { id, token } = await world.addDevice()
    await world.report(token, [{ n: 1, at: new Date().toISOString(), kind: 'missed', reason: 'no-file' }], {
      soundOk: false,
      clockSkewMs: -3 * 86_400_000,
      filesMissing: 2,
      freeBytes: 5_000_000,
      volumePercent: 0,
    })
    const { body } = await (await world.as('officer')).get('/api/devices')
    const { attention } = body.find((d: { id: string }) => d.id === id)
    const text = attention.map((s: { vi: string }) => s.vi).join(' ')
    for (const part of [
      'Đầu ra âm thanh',
      'Âm lượng đang để 0',
      'nhanh 3 ngày',
      '2 tệp',
      '5 MB',
      'Bỏ lỡ',
      'chưa tải',
    ]) {
      expect(text).toContain(part)
    }
  })

  test('rename, revoke at once, rotate', async () => {
    const officer = await world.as('officer')
    const { id, token } = await world.addDevice()
    await officer.put(`/api/devices/${id}`).send({ name: '  ' }).expect(422)
    expect((await officer.put(`/api/devices/${id}`).send({ name: 'Tên mới' }).expect(200)).body.name).toBe('Tên mới')
    const rotated = await officer.post(`/api/devices/${id}/rotate`).send({}).expect(200)
    expect((await world.report(token)).status).toBe(404)
    const fresh = /station-device\/([\w-]+)#/.exec(rotated.body.link)?.[1] ?? ''
    expect((await world.report(fresh)).status).toBe(200)
    expect((await officer.post(`/api/devices/${id}/revoke`).send({}).expect(200)).body.state).toBe('revoked')
    for (const path of ['key', 'manifest', 'events']) {
      const refused = await world.http().get(`/api/station-device/${fresh}/${path}`)
      expect([refused.status, refused.body.code]).toEqual([401, 'device.revoked'])
    }
    expect((await world.report(fresh)).status).toBe(401)
    await officer.post(`/api/devices/${id}/revoke`).send({}).expect(200)
    const again = await officer.post(`/api/devices/${id}/rotate`).send({})
    expect([again.status, again.body.code]).toEqual([409, 'device.wrong-state'])
  })

  test('an unknown token is not found anywhere, whatever it looks like', async () => {
    for (const token of ['x'.repeat(43), 'short', '%00', 'a'.repeat(2000)]) {
      const answer = await world.http().get(`/api/station-device/${token}/manifest`)
      expect([400, 404]).toContain(answer.status)
      expect(answer.headers['content-type']).toContain('application/problem+json')
    }
  })

  test('an operator sees the own stations and changes nothing; who is not signed in sees nothing', async () => {
    await world.addDevice(0)
    const there = await world.addDevice(1)
    const operator = await world.as('operator')
    const { body } = await operator.get('/api/devices').expect(200)
    expect(new Set(body.map((d: { stationId: string }) => d.stationId))).toEqual(new Set([stationId(0)]))
    expect((await operator.get(`/api/stations/${stationId(1)}/devices`).expect(200)).body).toEqual([])
    await operator.post(`/api/devices/${there.id}/revoke`).send({}).expect(403)
    await operator.post(`/api/stations/${stationId()}/devices`).send({ name: 'x' }).expect(403)
    await world.http().get('/api/devices').expect(401)
    const officer = await world.as('officer')
    await officer.post('/api/stations/999999/devices').send({ name: 'x' }).expect(404)
  })

  test('a device that has gone mad is slowed down, the others are not', async () => {
    const [mad, sane] = [await world.addDevice(), await world.addDevice()]
    const answers = []
    for (let i = 0; i < 340; i++) {
      answers.push(world.http().get(`/api/station-device/${mad.token}/key`))
      if (i % 20 === 19)
        await Promise.all(answers.splice(0)).then(all => answers.push(...all.filter(a => a.status !== 200)))
      if (answers.some(a => (a as { status?: number }).status === 429)) break
    }
    const refused = (await Promise.all(answers)).find(a => a.status === 429)
    expect(refused?.body.code).toBe('request.too-many')
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    await world.http().get(`/api/station-device/${sane.token}/key`).expect(200)
  })
})
