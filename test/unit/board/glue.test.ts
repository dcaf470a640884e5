import { describe, expect, test } from '@jest/globals'
import { glue, glueHeading, lineHolds } from '../../../services/web/board/core/glue.js'

/** Blanks at which no line breaks are shown as `_`. */
const shown = (text: string) => text.replace(/\u00a0/g, '_')

describe('blanks at which no line breaks', () => {
  test.each([
    ['Họp lúc 6 giờ 30 sáng mai', 'Họp lúc_6_giờ_30 sáng mai'],
    ['Cắt điện từ 14 giờ 30 phút, cấp lại lúc 17 giờ.', 'Cắt điện từ 14_giờ_30_phút, cấp lại lúc_17_giờ.'],
    ['mất 2 giờ 100 người', 'mất 2_giờ 100 người'],
    ['ngày 26 tháng 11 năm 2026', 'ngày_26_tháng_11_năm_2026'],
    ['giai đoạn 2021 - 2030', 'giai đoạn 2021_- 2030'],
    ['giảm 50 km và 5 kg.', 'giảm 50_km và 5_kg.'],
    ['Sơ tán trước 6 giờ', 'Sơ tán trước 6_giờ'],
  ])('%s', (text, glued) => {
    expect(shown(glue(text, 40))).toBe(glued)
    expect(glue(text, 40).replace(/\u00a0/g, ' ')).toBe(text)
  })

  test.each([
    ['lúc 14 giờ 30 phút', 14, 'lúc 14_giờ_30_phút'],
    ['lúc 14 giờ 30 phút', 12, 'lúc 14_giờ 30_phút'],
    ['ngày 26 tháng 11 năm 2026', 12, 'ngày_26 tháng_11 năm_2026'],
    ['ngày 26 tháng 11 năm 2026', 6, 'ngày 26 tháng 11 năm 2026'],
  ])('a chain that a line cannot hold comes apart where it reads best: %s in %i', (text, most, glued) => {
    expect(shown(glue(text, most))).toBe(glued)
  })

  test('a heading does not end with a line of one syllable, unless the line has no room for two', () => {
    expect(shown(glueHeading('Sơ tán khẩn cấp khu vực ven sông', 20))).toBe('Sơ tán khẩn cấp khu vực ven_sông')
    expect(shown(glueHeading('Sơ tán khẩn cấp khu vực ven nghiêng', 9))).toBe('Sơ tán khẩn cấp khu vực ven nghiêng')
  })

  test('a line holds as many of the wider letters as its width has room for', () => {
    expect(lineHolds(983, 108)).toBe(14)
    expect(lineHolds(0, 108)).toBe(0)
  })
})
