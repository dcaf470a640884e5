import { describe, expect, test } from '@jest/globals'
import { readAreaRow } from '../../../services/places/import/area-rows.ts'
import { type AreaField, areaSheet } from '../../../services/places/import/areas-columns.ts'

const read = (cells: Partial<Record<AreaField, string>>) => readAreaRow(field => cells[field] ?? '')
const unit = (cells: Partial<Record<AreaField, string>>) => {
  const reading = read(cells)
  if (!reading.ok) throw new Error(reading.reason.en)
  return reading.units.at(-1)
}
const refusal = (cells: Partial<Record<AreaField, string>>) => {
  const reading = read(cells)
  return reading.ok ? undefined : reading.reason
}

describe('headings', () => {
  test.each([
    [['Code', 'FullName', 'ProvinceCode'], { code: 0, fullName: 1, parentCode: 2 }],
    [
      ['STT', 'Mã', 'Tên', 'Cấp', 'Mã TP', 'Tỉnh / Thành phố'],
      { code: 1, name: 2, kind: 3, parentCode: 4, parentName: 5 },
    ],
    [['Mã tỉnh', 'Tên tỉnh', 'Mã xã', 'Tên xã'], { parentCode: 0, parentName: 1, code: 2, name: 3 }],
    [
      ['MA (bắt buộc)', 'ten*', 'Hiệu lực từ', 'Hiệu lực đến', 'Tên cũ'],
      { code: 0, name: 1, validFrom: 2, validTo: 3, aliases: 4 },
    ],
    [
      ['code', 'level', 'name', 'parent code', 'valid from', 'valid to', 'aliases'],
      { code: 0, kind: 1, name: 2, parentCode: 3, validFrom: 4, validTo: 5, aliases: 6 },
    ],
    [['Mã'.normalize('NFD'), 'Tên'.normalize('NFD')], { code: 0, name: 1 }],
  ])('%j', (cells, at) => {
    expect(areaSheet.readHeadings(cells).at).toEqual(at)
  })

  test.each([
    [['Tên', 'Cấp'], 'mã đơn vị'],
    [['Mã', 'Cấp'], 'tên đơn vị'],
    [['Mã', 'Mã xã', 'Tên'], 'cùng một nội dung'],
  ])('%j lacks something and says what, with an example of this list', (cells, words) => {
    expect(() => areaSheet.readHeadings(cells)).toThrow(
      expect.objectContaining({
        code: 'import.no-columns',
        userMessage: expect.objectContaining({ vi: expect.stringMatching(new RegExp(`${words}.*Mã tỉnh`, 's')) }),
      }),
    )
  })
})

describe('what a unit is', () => {
  test.each([
    [
      { code: '44', name: 'Tỉnh Quảng Trị' },
      { code: '44', kind: 'province' },
    ],
    [
      { code: '1', name: 'Thành phố Hà Nội' },
      { code: '01', kind: 'province' },
    ],
    [
      { code: '4', name: 'Phường Ba Đình', parentCode: '1' },
      { code: '00004', kind: 'commune', parentCode: '01' },
    ],
    [
      { code: '4.0', name: 'Ba Đình', parentCode: '1.0' },
      { code: '00004', kind: 'commune', parentCode: '01' },
    ],
    [
      { code: "'19333", name: 'Đông Hà', kind: 'Phường', parentCode: '44' },
      { code: '19333', name: 'Phường Đông Hà' },
    ],
    [
      { code: '44', name: 'Quảng Trị', kind: 'tỉnh' },
      { code: '44', kind: 'province', name: 'Tỉnh Quảng Trị' },
    ],
    [
      { code: '19742', name: 'Đặc khu Cồn Cỏ', kind: 'Đặc khu' },
      { kind: 'commune', name: 'Đặc khu Cồn Cỏ', parentCode: null },
    ],
    [{ code: '44', name: 'Quảng Trị', kind: 'province' }, { name: 'Quảng Trị' }],
    [
      { code: '19333', name: 'Đông Hà' },
      { code: '19333', kind: 'commune' },
    ],
    [{ code: '44', name: '  Tỉnh   Quảng\u00a0Trị '.normalize('NFD') }, { name: 'Tỉnh Quảng Trị' }],
  ])('%j', (cells, wanted) => {
    expect(unit(cells)).toMatchObject(wanted)
  })

  test.each([
    [{ code: '4', name: 'Ba Đình' }, /số 0 ở đầu/],
    [{ code: '461', name: 'Thành phố Đông Hà' }, /cấp tỉnh hay cấp xã/],
    [{ code: '464', name: 'Huyện Vĩnh Linh' }, /cấp tỉnh hay cấp xã/],
    [{ code: '19333', name: 'Đông Hà', kind: 'Cấp huyện' }, /cấp tỉnh hay cấp xã/],
    [{ code: '19333', name: 'Tỉnh Quảng Trị' }, /cấp tỉnh hay cấp xã/],
    [{ code: 'QT', name: 'Tỉnh Quảng Trị' }, /không phải mã/],
    [{ code: '', name: 'Tỉnh Quảng Trị' }, /không phải mã/],
    [{ code: '123456', name: 'Xã Dài' }, /không phải mã/],
    [{ code: '-4', name: 'Xã Âm' }, /không phải mã/],
    [{ code: '4e3', name: 'Xã Mũ' }, /không phải mã/],
    [{ code: '19333', name: '' }, /Thiếu tên/],
    [{ code: '19333', name: '---' }, /không có chữ cái/i],
    [{ code: '19333', name: '#N/A' }, /công thức/],
    [{ code: '19333', name: 'PhÆ°á»ng Ä\u0090Ã´ng HÃ ' }, /bảng mã/],
    [{ code: '19333', name: 'x'.repeat(201) }, /dài quá/],
    [{ code: '19333', name: 'Xã A', kind: 'làng' }, /cấp "làng"/],
    [{ code: '19333', name: 'Xã A', parentCode: 'bốn bốn' }, /Mã tỉnh/],
    [{ code: '19333', name: 'Xã A', parentCode: '444' }, /Mã tỉnh/],
  ])('%j is refused', (cells, words) => {
    expect(refusal(cells)?.vi).toMatch(words)
  })
})

describe('validity', () => {
  test.each([
    ['2025-07-01', '2025-07-01'],
    ['01/07/2025', '2025-07-01'],
    ['1-7-2025', '2025-07-01'],
    ['1.7.2025', '2025-07-01'],
    ['2025-07-01 00:00', '2025-07-01'],
    ['29/02/2024', '2024-02-29'],
    ['', null],
  ])('%j is %j', (cell, day) => {
    expect(unit({ code: '19333', name: 'Xã A', validFrom: cell })).toMatchObject({ validFrom: day })
  })

  test.each(['30/02/2025', '2025', '13/13/2025', 'hôm qua', '45839', '01/07/0025', '2025-7-1x'])(
    '%j is no day',
    cell => {
      expect(refusal({ code: '19333', name: 'Xã A', validTo: cell })?.vi).toContain('không phải là ngày')
    },
  )

  test('an end before the start is refused', () => {
    const cells = { code: '19333', name: 'Xã A', validFrom: '01/07/2025', validTo: '01/07/2025' }
    expect(refusal(cells)?.vi).toContain('hết hiệu lực')
  })
})

test('former names, and the province named beside its commune', () => {
  const reading = read({
    code: '19333',
    name: 'Phường Đông Hà',
    parentCode: '44',
    parentName: 'Tỉnh Quảng Trị',
    aliases: 'Phường 1; Phường 5;; Phường 1',
  })
  expect(reading).toMatchObject({
    ok: true,
    units: [
      { code: '44', kind: 'province', name: 'Tỉnh Quảng Trị', implied: true },
      { code: '19333', aliases: ['Phường 1', 'Phường 5'], implied: false },
    ],
  })
})
