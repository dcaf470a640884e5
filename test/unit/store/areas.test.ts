import { describe, expect, test } from '@jest/globals'
import { foldAreaName, nearestAreas } from '../../../services/store/areas.ts'

const areas = [
  { code: '44', name: 'Tỉnh Quảng Trị', aliases: [] },
  { code: '19333', name: 'Phường Đông Hà', aliases: ['Thành phố Đông Hà'] },
  { code: '19429', name: 'Xã Lao Bảo', aliases: [] },
  { code: '18880', name: 'Xã Minh Hóa', aliases: [] },
  { code: '19742', name: 'Đặc khu Cồn Cỏ', aliases: ['Huyện Cồn Cỏ'] },
]
const nearest = (text: string) => nearestAreas(areas, text).map(a => a.code)

describe('nearestAreas', () => {
  test('finds a code with one slip: wrong, missing, doubled or swapped digit', () => {
    for (const slip of ['19334', '1933', '199333', '19233', '13933']) expect(nearest(slip)).toContain('19333')
  })
  test('finds a name whatever its marks, case and kind of unit', () => {
    for (const text of ['dong ha', 'ĐÔNG HÀ', 'phường Đông Hà', 'Đông Hạ']) expect(nearest(text)[0]).toBe('19333')
    expect(nearest('Minh Hoá')[0]).toBe('18880')
  })
  test('finds a unit by the name it had before a merger', () => {
    expect(nearest('Huyện Cồn Cỏ')[0]).toBe('19742')
  })
  test('suggests nothing that is far away', () => {
    expect(nearest('Cà Mau')).toEqual([])
    expect(nearest('99999')).toEqual([])
    expect(nearest('')).toEqual([])
  })
})

test('foldAreaName keeps a name that is only a kind of unit', () => {
  expect(foldAreaName('Xã')).toBe('xa')
  expect(foldAreaName('Xã Tân Thành')).toBe('tan thanh')
})
