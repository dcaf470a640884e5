import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { demoCommunes, demoProvince } from '../../../config/demo/areas-44.ts'
import { loadAreaFinder } from '../../../services/people/areas.ts'
import { type AreaImportOptions, importAreas } from '../../../services/places/import/areas.ts'
import { officer } from '../../support/dispatch.ts'
import { admin, countryJson, inPieces } from '../../support/lists.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { workbook } from '../../support/xlsx.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  await database.db.query('truncate areas, registry_events, stations, boards, citizens cascade')
})

const now = () => new Date()
const load = (file: string | Buffer, options: Partial<AreaImportOptions> = {}) =>
  importAreas(database.db, admin, inPieces(file), { now, ...options })
const areas = async () =>
  (
    await database.db.query(
      `select code, kind, name, parent_code as parent, valid_from::text as "from", valid_to::text as "to", aliases
       from areas order by code`,
    )
  ).rows
const one = async (code: string) => (await areas()).find(a => a.code === code)
const province = 'Mã,Cấp,Tên,Mã tỉnh\n44,Tỉnh,Tỉnh Quảng Trị,\n'
const two = `${province}19333,Phường,Phường Đông Hà,44\n19742,Đặc khu,Cồn Cỏ,44\n`

describe('the first import', () => {
  test('a whole country as JSON, spelt officially', async () => {
    const report = await load(countryJson(34, 98))
    expect(report).toMatchObject({ rows: 34 * 99, added: 34 * 99, updated: 0, rejectedCount: 0, missingCount: 0 })
    expect(await one('10001')).toEqual({
      code: '10001',
      kind: 'commune',
      name: 'Xã Hòa 1 của 0',
      parent: '10',
      from: null,
      to: null,
      aliases: [],
    })
  })

  test('one province as CSV in any order, with dates and former names', async () => {
    const file =
      'Mã;Tên;Mã tỉnh;Hiệu lực từ;Hiệu lực đến;Tên cũ;Ghi chú\n' +
      '19333;Phường Đông Hà;44;01/07/2025;;Phường 1|Phường 5;x\n' +
      '19300;Phường 5;44;;01/07/2025;;\n' +
      '44;Tỉnh Quảng Trị;;2025-07-01;;;\n'
    const report = await load(file)
    expect(report).toMatchObject({ rows: 3, added: 3, rejectedCount: 0, ignoredColumns: ['Ghi chú'] })
    expect(await areas()).toEqual([
      { code: '19300', kind: 'commune', name: 'Phường 5', parent: '44', from: null, to: '2025-07-01', aliases: [] },
      {
        code: '19333',
        kind: 'commune',
        name: 'Phường Đông Hà',
        parent: '44',
        from: '2025-07-01',
        to: null,
        aliases: ['Phường 1', 'Phường 5'],
      },
      { code: '44', kind: 'province', name: 'Tỉnh Quảng Trị', parent: null, from: '2025-07-01', to: null, aliases: [] },
    ])
    // Citizens' lists with the old name find the present unit.
    expect((await loadAreaFinder(database.db, now()))('Phường 5')).toEqual({ ok: true, code: '19333' })
  })

  test('as a workbook whose number cells have lost their zeros, the province beside each commune', async () => {
    const rows = [
      ['Danh mục đơn vị hành chính'],
      [],
      ['Mã TP', 'Tỉnh / Thành phố', 'Mã', 'Tên', 'Cấp'],
      [1, 'Thành phố Hà Nội', 4, 'Ba Đình', 'Phường'],
      [1, 'Thành phố Hà Nội', 8, 'Ngọc Hà', 'Phường'],
    ]
    const report = await load(await workbook({ sheets: [{ name: 'DMHC', rows }] }))
    expect(report).toMatchObject({ rows: 2, added: 3, rejectedCount: 0 })
    expect((await areas()).map(a => [a.code, a.name, a.parent])).toEqual([
      ['00004', 'Phường Ba Đình', '01'],
      ['00008', 'Phường Ngọc Hà', '01'],
      ['01', 'Thành phố Hà Nội', null],
    ])
  })

  test('decomposed letters come in composed', async () => {
    await load(two.normalize('NFD'))
    expect((await areas()).map(a => a.name)).toEqual(['Phường Đông Hà', 'Đặc khu Cồn Cỏ', 'Tỉnh Quảng Trị'])
    expect((await one('19333')).name).toBe('Phường Đông Hà'.normalize('NFC'))
  })
})

describe('again', () => {
  test('the same file changes nothing, not even a row version', async () => {
    await load(two)
    const versions = async () => (await database.db.query('select code, xmin::text from areas order by code')).rows
    const before = await versions()
    expect(await load(two)).toMatchObject({ added: 0, updated: 0, unchanged: 3, renamedCount: 0, missingCount: 0 })
    expect(await versions()).toEqual(before)
  })

  test('the demo province, and the same units from a data set in the other style: nothing to change', async () => {
    await database.db.query(`insert into areas (code, kind, name) values ('44', 'province', $1)`, [demoProvince.name])
    await database.db.query(
      `insert into areas (code, kind, name, parent_code) select code, 'commune', name, '44' from json_to_recordset($1) as r (code text, name text)`,
      [JSON.stringify(demoCommunes)],
    )
    const newStyle = (name: string) =>
      name
        .replace(/Hóa\b/gu, 'Hoá')
        .replace(/Hòa\b/gu, 'Hoà')
        .replace(/Thủy\b/gu, 'Thuỷ')
    const wards = demoCommunes.map(c => ({ Code: c.code, FullName: newStyle(c.name), ProvinceCode: '44' }))
    expect(wards.filter((w, i) => w.FullName !== demoCommunes[i]?.name).length).toBeGreaterThan(4)
    const report = await load(JSON.stringify([{ Code: '44', FullName: demoProvince.name, Wards: wards }]))
    expect(report).toMatchObject({ added: 0, updated: 0, unchanged: 79, missingCount: 0 })
  })

  test('a new name replaces the old one, which leads to the unit; empty cells take nothing away', async () => {
    await load('Mã,Tên,Mã tỉnh,Hiệu lực từ\n44,Tỉnh Quảng Trị,,\n19333,Phường Đông Hà,44,01/07/2025\n')
    const file = 'Mã,Tên,Mã tỉnh,Hiệu lực từ\n19333,Phường Đông Hà Mới,,\n'
    const dry = await load(file, { dryRun: true })
    expect(dry).toMatchObject({
      dryRun: true,
      updated: 1,
      renamedCount: 1,
      renamed: [{ code: '19333', from: 'Phường Đông Hà', to: 'Phường Đông Hà Mới' }],
    })
    expect(await one('19333')).toMatchObject({ name: 'Phường Đông Hà' })
    const real = await load(file)
    expect(real).toEqual({ ...dry, dryRun: false })
    expect(await one('19333')).toMatchObject({
      name: 'Phường Đông Hà Mới',
      aliases: ['Phường Đông Hà'],
      parent: '44',
      from: '2025-07-01',
    })
    const find = await loadAreaFinder(database.db, now())
    expect(find('Phường Đông Hà')).toEqual({ ok: true, code: '19333' })
    expect(await load(file)).toMatchObject({ updated: 0, unchanged: 1 })
  })

  test('back to the former name: it is no alias of itself', async () => {
    await load(two)
    await load(two.replace('Phường Đông Hà', 'Phường Khác'))
    await load(two)
    expect(await one('19333')).toMatchObject({ name: 'Phường Đông Hà', aliases: ['Phường Khác'] })
  })
})

describe('units that disappear', () => {
  const smaller = `${province}19333,Phường,Phường Đông Hà,44\n`
  const elsewhere = '45,Tỉnh,Tỉnh Bên,\n20001,Xã,Xã Bên,45\n'

  test('are reported with what belongs to them, and stay; other provinces are not spoken of', async () => {
    await load(two + elsewhere)
    await database.db.query(`insert into stations (area_code, name, feed_token) values ('19742', 'Đài', 't')`)
    await database.db.query(`insert into citizens (area_code, phone) values ('19742', '+84912345678')`)
    const report = await load(smaller)
    expect(report).toMatchObject({
      missing: [{ code: '19742', name: 'Đặc khu Cồn Cỏ' }],
      missingCount: 1,
      missingHold: { citizens: 1, stations: 1, boards: 0 },
      retired: 0,
    })
    expect(await one('19742')).toMatchObject({ to: null })
  })

  test('end as of today only when asked; and exist again when a file names them', async () => {
    await load(two + elsewhere)
    expect(await load(smaller, { retireMissing: true, dryRun: true })).toMatchObject({ retired: 1 })
    expect(await one('19742')).toMatchObject({ to: null })
    expect(await load(smaller, { retireMissing: true })).toMatchObject({ retired: 1 })
    expect((await one('19742')).to).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(await one('20001')).toMatchObject({ to: null })
    // Again there is nothing left to end.
    expect(await load(smaller, { retireMissing: true })).toMatchObject({ retired: 0, missingCount: 0, updated: 0 })
    expect(await load(two)).toMatchObject({ reopened: 1, updated: 1 })
    expect(await one('19742')).toMatchObject({ to: null })
  })

  test('a refused row may be what looks missing: then nothing ends', async () => {
    await load(two)
    const slip = `${smaller}19742x,Đặc khu,Cồn Cỏ,44\n`
    expect(await load(slip, { retireMissing: true })).toMatchObject({
      missingCount: 1,
      retired: 0,
      retireHeld: true,
      rejectedCount: 1,
    })
    expect(await one('19742')).toMatchObject({ to: null })
  })

  test('a province that has lost its last commune to another one is among them; one with communes is not', async () => {
    await load(two + elsewhere)
    const merged = `${two}20001,Xã,Xã Bên,44\n`
    const report = await load(merged, { retireMissing: true })
    expect(report).toMatchObject({ missing: [{ code: '45', name: 'Tỉnh Bên' }], retired: 1, updated: 1 })
    expect(await one('20001')).toMatchObject({ parent: '44', to: null })
  })

  test('a list of provinces alone says nothing about communes', async () => {
    await load(two)
    expect(await load(province)).toMatchObject({ missingCount: 0 })
  })
})

describe('bad input', () => {
  test('unknown parents, missing parents, codes twice: refused by row, the others come in', async () => {
    const file =
      'Mã,Tên,Mã tỉnh\n' +
      '44,Tỉnh Quảng Trị,\n' + // 2
      '19333,Phường Đông Hà,44\n' + // 3
      '19334,Xã Lạc,46\n' + // 4
      '19335,Xã Mồ Côi,\n' + // 5
      '19333,Phường Đông Hà Hai,44\n' + // 6
      '45,Tỉnh #REF!,\n' + // 7
      '47,#REF!,\n' + // 8
      '20001,Xã Của 47,47\n' + // 9
      'abc,Xã Lạ,44\n' // 10
    const report = await load(file)
    expect(report).toMatchObject({ rows: 9, added: 3, rejectedCount: 6 })
    expect(report.rejected.map(r => [r.row, r.reason.vi])).toEqual([
      [4, expect.stringContaining('Không có tỉnh nào có mã 46')],
      [5, expect.stringContaining('Thiếu mã tỉnh')],
      [6, 'Mã 19333 đã có ở dòng 3.'],
      [8, expect.stringContaining('công thức')],
      [9, expect.stringContaining('mã 47')],
      [10, expect.stringContaining('không phải mã')],
    ])
    expect((await one('19333')).name).toBe('Phường Đông Hà')
  })

  test.each([
    ['a picture named csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), 'import.bad-encoding'],
    ['random bytes', Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919) % 251)), 'import.bad-encoding'],
    ['an old Excel file', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'import.bad-encoding'],
    ['a zip that is no workbook', Buffer.from('PK\u0003\u0004 and nothing more', 'latin1'), 'import.malformed'],
    ['nothing at all', Buffer.alloc(0), 'import.no-columns'],
    ['no headings', Buffer.from('a,b\n1,2\n'), 'import.no-columns'],
    ['broken JSON', Buffer.from('[{"Code": "44", "FullName": '), 'import.malformed'],
    ['JSON of something else', Buffer.from('[{"a": 1}]'), 'import.no-columns'],
    [
      'Windows-1258',
      Buffer.from('M\u00e3,T\u00ean\n44,T\u1ec9nh\n'.replace('\u1ec9', '\u00ef'), 'latin1'),
      'import.bad-encoding',
    ],
  ])('%s: refused as a whole', async (_what, file, code) => {
    await load(two)
    const before = await areas()
    await expect(load(file)).rejects.toMatchObject({ code })
    expect(await areas()).toEqual(before)
  })

  test('a person who keeps no lists may not import, whoever calls the use case', () => {
    expect(() => importAreas(database.db, officer, inPieces(two), { now })).toThrow(
      expect.objectContaining({ code: 'auth.forbidden' }),
    )
  })
})

test('who imported what is written down', async () => {
  await load(two)
  const { rows } = await database.db.query(
    'select actor_id, actor_name, subject, action, place_id, detail from registry_events',
  )
  expect(rows).toEqual([
    {
      actor_id: 'admin-1',
      actor_name: 'Quản trị thử',
      subject: 'areas',
      action: 'imported',
      place_id: null,
      detail: { added: 3, updated: 0, unchanged: 0, renamedCount: 0, reopened: 0, retired: 0 },
    },
  ])
})
