import { expect, test } from '@jest/globals'
import type { Area } from '../../../services/http/schemas.ts'
import { areaOptions, communeOptions, foldedFilter } from '../../../services/web/console/src/lib/areaOptions.ts'

const province = (code: string, name: string): Area => ({ code, kind: 'province', name, parentCode: null })
const commune = (code: string, name: string): Area => ({ code, kind: 'commune', name, parentCode: code.slice(0, 2) })
const areas = [
  commune('10001', 'Phường Định Công'),
  province('10', 'Thành phố Một'),
  commune('20001', 'Đặc khu Cồn Cỏ'),
  province('20', 'Tỉnh Hai'),
]

test('communes say their province where there are several', () => {
  expect(communeOptions(areas).map(o => o.label)).toEqual([
    'Phường Định Công (10001), Thành phố Một',
    'Đặc khu Cồn Cỏ (20001), Tỉnh Hai',
  ])
  expect(communeOptions(areas.slice(2)).map(o => o.label)).toEqual(['Đặc khu Cồn Cỏ (20001)'])
})

test('a province goes before its communes', () => {
  expect(areaOptions(areas).map(o => o.value)).toEqual(['10', '10001', '20', '20001'])
})

test('found without diacritics and by code, the very words first', () => {
  const options = communeOptions(areas).map(o => ({ ...o, value: String(o.value), label: String(o.label) }))
  const find = (search: string, limit = 10) =>
    foldedFilter({ options, search, limit }).map(o => ('value' in o ? o.value : ''))
  expect(find('con co')).toEqual(['20001', '10001'])
  expect(find('CỒN', 1)).toEqual(['20001'])
  expect(find('10001')).toEqual(['10001'])
  expect(find('khong co dau')).toEqual([])
  expect(find('')).toHaveLength(2)
})
