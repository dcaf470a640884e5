import { expect, test } from '@jest/globals'
import { areasFromJson } from '../../../services/places/import/areas-json.ts'

async function rows(text: string | Buffer) {
  async function* bytes() {
    yield Buffer.from(text)
  }
  const all: string[][] = []
  for await (const batch of areasFromJson(bytes())) for (const { row, cells } of batch) all.push([`${row}`, ...cells])
  return all
}

test('provinces with their communes, official spelling of the full names', async () => {
  const file = [
    {
      Code: '44',
      FullName: 'Tỉnh Quảng Trị',
      Wards: [
        { Code: '18901', FullName: 'Xã Minh Hoá', ProvinceCode: '44' },
        { Code: '19249', FullName: 'Xã Lệ Thuỷ', ProvinceCode: '44' },
      ],
    },
  ]
  expect(await rows(`\ufeff ${JSON.stringify(file)}`)).toEqual([
    ['0', 'Code', 'FullName', 'ProvinceCode'],
    ['1', '44', 'Tỉnh Quảng Trị', ''],
    ['2', '18901', 'Xã Minh Hóa', '44'],
    ['3', '19249', 'Xã Lệ Thủy', '44'],
  ])
})

test('a commune that does not say its province has that under which it stands', async () => {
  const file = { provinces: [{ code: '44', name: 'Tỉnh A', communes: [{ code: '19333', name: 'Phường B' }] }] }
  expect(await rows(JSON.stringify(file))).toEqual([
    ['0', 'code', 'name', 'parent code'],
    ['1', '44', 'Tỉnh A', ''],
    ['2', '19333', 'Phường B', '44'],
  ])
})

test('a flat list with former names and empty fields; names as they are written', async () => {
  const file = [
    { code: '44', kind: 'province', name: 'Tỉnh Hoà', parentCode: null, aliases: [] },
    { code: '19333', kind: 'commune', name: 'Xã Hoá', parentCode: '44', aliases: ['Xã X', 'Xã Y'] },
  ]
  expect(await rows(JSON.stringify(file))).toEqual([
    ['0', 'code', 'kind', 'name', 'parentCode', 'aliases'],
    ['1', '44', 'province', 'Tỉnh Hoà', '', ''],
    ['2', '19333', 'commune', 'Xã Hoá', '44', 'Xã X;Xã Y'],
  ])
})

test.each(['[', '[1, 2]', '{"a": 1}', '[{"Code": "44"}, null]', '"x"', `[${'{"Wards":['.repeat(9)}`])(
  '%s is refused as a whole',
  async text => {
    await expect(rows(text)).rejects.toMatchObject({ code: 'import.malformed' })
  },
)

test('lists within lists within lists are no units', async () => {
  const deep = [{ code: '1', name: 'a', x: [{ code: '2', x: [{ code: '3', x: [{ code: '4' }] }] }] }]
  await expect(rows(JSON.stringify(deep))).rejects.toMatchObject({ code: 'import.malformed' })
})
