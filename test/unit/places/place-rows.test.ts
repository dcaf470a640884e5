import { describe, expect, test } from '@jest/globals'
import { demoCommunes } from '../../../config/demo/areas-44.ts'
import { placeKey, readBoardKind, readLedSize, readStationKind } from '../../../services/domain/places.ts'
import { areaFinder } from '../../../services/people/areas.ts'
import { placeReader, placeSheets } from '../../../services/places/import/place-rows.ts'

const read = placeReader(areaFinder(demoCommunes.map(c => ({ ...c, aliases: [], ended: false, parentCode: '44' }))))
const columns = placeSheets.stations.readHeadings(['Mã xã', 'Tên đài/cụm loa', 'Email người vận hành', 'Loại'])
const row = (...cells: string[]) => read({ row: 2, cells }, columns)

describe('headings', () => {
  test.each([
    [
      'stations',
      ['Mã xã', 'Tên đài/cụm loa', 'Email người vận hành', 'Loại đài'],
      { areaCode: 0, name: 1, email: 2, kind: 3 },
    ],
    ['stations', ['Xã/Phường', 'Cụm loa'], { areaName: 0, name: 1 }],
    [
      'stations',
      ['commune code', 'station name', 'operator email', 'kind'],
      { areaCode: 0, name: 1, email: 2, kind: 3 },
    ],
    ['boards', ['MÃ XÃ', 'TÊN BẢNG TIN', 'Ghi chú'], { areaCode: 0, name: 1 }],
    ['boards', ['area code', 'board'], { areaCode: 0, name: 1 }],
  ] as const)('%s: %j', (list, cells, at) => {
    expect(placeSheets[list].readHeadings([...cells]).at).toEqual(at)
  })

  test.each([
    ['stations', ['Tên đài'], /mã xã hoặc tên xã.*Tên đài\/cụm loa/s],
    ['stations', ['Mã xã', 'Email'], /tên đài/],
    ['boards', ['Mã xã', 'Tên đài'], /tên bảng tin/],
  ] as const)('%s without what they need: %j', (list, cells, words) => {
    expect(() => placeSheets[list].readHeadings([...cells])).toThrow(
      expect.objectContaining({ userMessage: expect.objectContaining({ vi: expect.stringMatching(words) }) }),
    )
  })
})

test('a row, its name composed and its commune by code or name', () => {
  const name = 'Cụm loa thôn Mỹ Hoà'
  expect(row('19333', ` ${name.normalize('NFD')}  `, 'Dai@Dong-Ha.example', 'Ứng dụng CNTT - VT')).toEqual([
    [
      '19333',
      name,
      '19333 cum loa thon my hoa',
      'dai@dong-ha.example',
      'ip',
      null,
      expect.stringMatching(/^[\w-]{32}$/),
    ],
  ])
  expect(row('phường đông hà', 'Đài', '', '')).toMatchObject([
    ['19333', 'Đài', '19333 dai', null, null, null, expect.anything()],
  ])
})

test.each([
  [['', 'Đài', '', ''], /Thiếu mã xã/],
  [['99999', 'Đài', '', ''], /Không có xã/],
  [['44', 'Đài', '', ''], /Không có xã/],
  [['19333', '', '', ''], /Thiếu tên/],
  [['19333', '!!!', '', ''], /không có chữ cái/i],
  [['19333', 'Đài', 'không phải', ''], /thư điện tử/],
  [['19333', 'Đài', 'a@b.example, c@d.example', ''], /nhiều địa chỉ/],
  [['19333', 'Đài', '', 'vệ tinh'], /loại đài "vệ tinh"/],
])('%j is refused', (cells, words) => {
  expect(row(...cells)).toMatchObject({ vi: expect.stringMatching(words) })
})

test.each([
  ['IP', 'ip'],
  ['FM', 'fm'],
  ['Không dây (FM)', 'fm'],
  ['có dây', 'wired'],
  ['Hữu tuyến'.normalize('NFD'), 'wired'],
  ['', null],
  ['khác', undefined],
])('kind %j is %j', (cell, kind) => {
  expect(readStationKind(cell)).toBe(kind)
})

test('one place is one key whatever the spelling; communes are apart', () => {
  expect(placeKey('19333', 'ĐÀI Hoà')).toBe(placeKey('19333', 'đài  hòa'))
  expect(placeKey('19333', 'Đài')).not.toBe(placeKey('19334', 'Đài'))
})

describe('kinds of boards in lists', () => {
  test.each([
    ['', null],
    ['Giấy', 'paper'],
    ['Bảng niêm yết', 'paper'],
    ['LED', 'led'],
    ['Bảng tin điện tử', 'screen'],
    ['TV', 'screen'],
    ['gỗ', undefined],
  ])('%s', (cell, kind) => expect(readBoardKind(cell)).toBe(kind))

  test.each([
    ['', null],
    ['192x32', { width: 192, height: 32 }],
    [' 64 × 16 điểm ảnh', { width: 64, height: 16 }],
    ['9x9', undefined],
    ['99999x32', undefined],
    ['to', undefined],
  ])('pixels: %s', (cell, size) => expect(readLedSize(cell)).toEqual(size))
})
