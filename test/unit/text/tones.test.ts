import { expect, test } from '@jest/globals'
import { officialTones } from '../../../services/text/tones.ts'

test.each([
  ['Xã Minh Hoá', 'Xã Minh Hóa'],
  ['Xã Lệ Thuỷ', 'Xã Lệ Thủy'],
  ['Xã Hoà Trạch', 'Xã Hòa Trạch'],
  ['Phường Hoàn Kiếm', 'Phường Hoàn Kiếm'],
  ['Xã Khoái Châu', 'Xã Khoái Châu'],
  ['Xã Quý Lộc', 'Xã Quý Lộc'],
  ['Xã Phú Quý', 'Xã Phú Quý'],
  ['Xã Thuý', 'Xã Thúy'],
  ['Phường Uý Nỗ', 'Phường Úy Nỗ'],
  ['XÃ HOÀ', 'XÃ HÒA'],
  ['Xã Loè', 'Xã Lòe'],
  ['Xã Thuỷ Nguyên', 'Xã Thủy Nguyên'],
  ['Xã Nguyễn', 'Xã Nguyễn'],
  ['Xã Quảng Hoà Đông', 'Xã Quảng Hòa Đông'],
  ['Xã Minh Hóa', 'Xã Minh Hóa'],
])('%s is officially %s, composed or not', (given, wanted) => {
  expect(officialTones(given)).toBe(wanted)
  expect(officialTones(given.normalize('NFD'))).toBe(wanted)
})
