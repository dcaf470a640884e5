import { describe, expect, test } from '@jest/globals'
import { demoCommunes } from '../../../config/demo/areas-44.ts'
import { areaFinder } from '../../../services/people/areas.ts'
import { readHeadings } from '../../../services/people/columns.ts'
import { readLanguage } from '../../../services/people/language.ts'
import { readPerson, tagSeparator } from '../../../services/people/rows.ts'
import { foldName, foldTonePlacement } from '../../../services/text/fold.ts'

const known = (
  code: string,
  name: string,
  more: { aliases?: string[]; ended?: boolean; parentCode?: string } = {},
) => ({
  code,
  name,
  aliases: [],
  ended: false,
  parentCode: '44',
  ...more,
})

describe('names compared', () => {
  test('the two ways of placing tones are one name, different tones are not', () => {
    expect(foldTonePlacement('Xã Minh Hoá')).toBe(foldTonePlacement('xã  minh HÓA'))
    expect(foldTonePlacement('Lệ Thuỷ'.normalize('NFD'))).toBe(foldTonePlacement('Lệ Thủy'))
    expect(foldTonePlacement('Hòa')).not.toBe(foldTonePlacement('Hóa'))
    expect(foldTonePlacement('Đông Hà')).not.toBe(foldTonePlacement('Đồng Hà'))
    expect(foldName('Số điện thoại (ĐTDĐ)')).toBe('so dien thoai dtdd')
  })
})

describe('communes', () => {
  const find = areaFinder(demoCommunes.map(c => known(c.code, c.name)))

  test.each([
    ['19249', '19249'],
    ["'19249", '19249'],
    ['19249.0', '19249'],
    ['Xã Lệ Thủy', '19249'],
    ['xã Lệ Thuỷ', '19249'],
    ['Lệ Thủy', '19249'],
    ['Le Thuy', '19249'],
    ['X. Lệ Thủy', '19249'],
    ['Xã Lệ Thủy, tỉnh Quảng Trị', '19249'],
    ['P.Đông Hà', '19333'],
    ['Đặc khu Cồn Cỏ', '19742'],
    ['con co', '19742'],
    ['Quảng Trị', '19360'],
    ['Phường Ba Đồn', '19009'],
    ['Nam Ba Đồn', '19075'],
  ])('%j is %s', (cell, code) => {
    expect(find(cell)).toEqual({ ok: true, code })
  })

  test.each(['', '99999', '44', 'Xã Không Tên', 'Hà Nội'])('%j is refused with a reason', cell => {
    expect(find(cell)).toMatchObject({ ok: false, reason: { vi: expect.stringMatching(/xã/) } })
  })

  test('every commune of the demo province is found by code, by name and without marks', () => {
    for (const { code, name } of demoCommunes) {
      expect(find(code)).toEqual({ ok: true, code })
      expect(find(name)).toEqual({ ok: true, code })
      expect(find(foldName(name))).toEqual({ ok: true, code })
    }
  })

  test('leading zeros that a spreadsheet dropped are put back', () => {
    expect(areaFinder([known('00175', 'Phường Yên Hòa'), known('04212', 'Xã Thử')])('4212')).toMatchObject({
      code: '04212',
    })
  })

  test('a name of two communes is refused with both codes, unless marks or the unit word tell them apart', () => {
    const two = areaFinder([
      known('10001', 'Xã Tân Lập'),
      known('10002', 'Xã Tân Lập'),
      known('10003', 'Phường Tân Lấp'),
    ])
    expect(two('Tân Lập')).toMatchObject({ ok: false, reason: { vi: expect.stringContaining('10001, 10002') } })
    expect(two('Tân Lấp')).toEqual({ ok: true, code: '10003' })
    expect(two('phuong tan lap')).toEqual({ ok: true, code: '10003' })
    expect(two('tan lap').ok).toBe(false)
  })

  test('merged-away units are named as such; their old names lead to the present unit', () => {
    const find = areaFinder([
      known('10001', 'Xã Cũ', { ended: true }),
      known('10002', 'Xã Mới', { aliases: ['Xã Cũ'] }),
    ])
    expect(find('10001')).toMatchObject({ ok: false, reason: { vi: expect.stringContaining('sáp nhập') } })
    expect(find('Xã Cũ')).toEqual({ ok: true, code: '10002' })
  })

  test('the code of a merged-away unit is answered with the present one, where the table knows it', () => {
    const find = areaFinder([
      known('10001', 'Xã Cũ', { ended: true }),
      known('10002', 'Xã Chia', { ended: true }),
      known('10003', 'Xã Mất', { ended: true }),
      known('10004', 'Phường Mới', { aliases: ['Cũ', 'Xã Chia'] }),
      known('10005', 'Xã Bên', { aliases: ['Xã Chia'] }),
      known('20001', 'Xã Tỉnh Khác', { aliases: ['Xã Cũ'], parentCode: '45' }),
    ])
    expect(find('10001')).toMatchObject({
      ok: false,
      reason: { vi: 'Xã Cũ (mã 10001) đã sáp nhập; nay thuộc Phường Mới (10004).' },
    })
    expect(find('10002')).toMatchObject({ ok: false, reason: { en: expect.stringMatching(/10004.* or .*10005/) } })
    expect(find('10003')).toMatchObject({ ok: false, reason: { vi: expect.stringContaining('đơn vị hiện nay') } })
    expect(find('Xã Mất')).toMatchObject({ ok: false, reason: { vi: expect.stringContaining('đã sáp nhập') } })
  })
})

describe('languages', () => {
  test.each([
    ['', null],
    ['vi', 'vi'],
    ['Tiếng Việt', 'vi'],
    ['Kinh', 'vi'],
    ['bru', 'bru'],
    ['Bru - Vân Kiều', 'bru'],
    ['Vân Kiều', 'bru'],
    ['Tày', 'tyz'],
    ['tay', 'tyz'],
    ["H'Mông", 'hmn'],
    ['Pa Cô', 'pac'],
    ['KHMER', 'km'],
    ['fra', 'fra'],
    ['không rõ', undefined],
    ['tiếng', undefined],
    ['1', undefined],
  ])('%j is %j', (cell, code) => {
    expect(readLanguage(cell)).toBe(code)
  })
})

describe('headings', () => {
  test.each([
    [['Họ tên', 'Số điện thoại', 'Email', 'Mã xã', 'Nhãn', 'Đồng ý']],
    [['HỌ VÀ TÊN', 'SĐT', 'Thư điện tử', 'Mã xã *', 'Nhóm', 'Sự đồng ý']],
    [['ho ten', 'so dien thoai (bat buoc)', 'e-mail', 'ma xa', 'nhan', 'dong y']],
    [['Full name', 'Phone', 'Email', 'Commune code', 'Tags', 'Consent']],
  ])('%j', cells => {
    expect(readHeadings(cells).at).toEqual({ fullName: 0, phone: 1, email: 2, areaCode: 3, tags: 4, consent: 5 })
  })

  test('unknown columns are named, not guessed', () => {
    expect(readHeadings(['Dân tộc', 'SĐT', 'Xã', '']).ignored).toEqual(['Dân tộc'])
  })

  test.each([
    [['Họ tên', 'Xã']],
    [['Họ tên', 'SĐT']],
    [['Nguyễn Văn A', '0912345678', '19249']],
    [['SĐT', 'Điện thoại', 'Xã']],
    [[]],
  ])('%j is refused', cells => {
    expect(() => readHeadings(cells)).toThrow(expect.objectContaining({ code: 'import.no-columns' }))
  })
})

describe('rows', () => {
  const columns = readHeadings(['Họ tên', 'SĐT', 'Email', 'Xã', 'Nhãn', 'Đồng ý'])
  const options = {
    findArea: areaFinder(demoCommunes.map(c => known(c.code, c.name))),
    consentForAll: false,
    convertOldNumbers: false,
  }
  const readRow = (cells: string[]) => readPerson({ row: 2, cells }, columns, options)

  test('a full row', () => {
    expect(
      readRow([
        '  Đỗ  Thị Thủy '.normalize('NFD'),
        '0912345678',
        'A@Thu.example',
        'Ái Tử',
        'nông dân; thanh niên,nông dân',
        'Có',
      ]),
    ).toEqual({
      ok: true,
      person: {
        row: 2,
        name: 'Đỗ Thị Thủy',
        phone: '+84912345678',
        email: 'a@thu.example',
        area: '19669',
        tags: ['nông dân', 'thanh niên'].join(tagSeparator),
        consent: true,
        language: null,
      },
    })
  })

  test('an endless cell costs no time and is refused; in a column that nobody reads it is no fault', () => {
    const started = performance.now()
    const reading = readRow(['\u0301\u0323'.repeat(30_000), '0912345678', '', '19669'])
    expect(reading).toMatchObject({ ok: false, reason: { vi: expect.stringContaining('ngoặc kép') } })
    // Normalising such a cell takes some ten seconds; the limit tells the two apart on a busy machine too.
    expect(performance.now() - started).toBeLessThan(3_000)
    const withNotes = readHeadings(['SĐT', 'Xã', 'Đồng ý', 'Ghi chú'])
    const cells = ['0912345678', '19669', 'có', 'ghi '.repeat(2_000)]
    expect(readPerson({ row: 2, cells }, withNotes, options).ok).toBe(true)
  })

  test('empty cells say nothing; a short row is a row with empty cells', () => {
    expect(readRow(['', '="0912345678"', '', '19669'])).toEqual({
      ok: true,
      person: {
        row: 2,
        name: null,
        phone: '+84912345678',
        email: null,
        area: '19669',
        tags: null,
        consent: null,
        language: null,
      },
    })
  })

  test.each([
    ['có', true],
    ['X', true],
    ['✓', true],
    ['1', true],
    ['Đồng ý', true],
    ['không', false],
    ['Không đồng ý', false],
    ['chưa', false],
    ['0', false],
    ['', null],
  ])('consent %j is %j', (cell, consent) => {
    expect(readRow(['An', '0912345678', '', '19669', '', cell])).toMatchObject({ ok: true, person: { consent } })
  })

  test.each([
    [['An', '', '', '19669', '', 'có'], 'Thiếu cả số điện thoại và email'],
    [['An', '0233 3575155', 'an@thu.example', '19669', '', 'có'], 'cố định'],
    [['An', '', 'an@', '19669', '', 'có'], 'thư điện tử'],
    [['An', '0912345678', '', 'Atlantis', '', 'có'], 'Atlantis'],
    [['An', '0912345678', '', '', '', 'có'], 'Thiếu mã xã'],
    [['An', '0912345678', '', '19669', '', 'để hỏi lại'], 'không rõ'],
    [['An', '0912345678', '', '19669', '', '?'], 'không rõ'],
    [['An', '0912345678', '', '19669', '', 'có', 'thừa'], 'dấu phân cách'],
    [['Nguyá»…n VÄƒn An', '0912345678', '', '19669', '', 'có'], 'bảng mã'],
    [['Nguy\ufffdn', '0912345678', '', '19669', '', 'có'], 'bảng mã'],
    [['a\u0007b', '0912345678', '', '19669', '', 'có'], 'điều khiển'],
    [['N'.repeat(201), '0912345678', '', '19669', '', 'có'], '200'],
    [['An', '0912345678', '', '19669', 'x'.repeat(51), 'có'], '50'],
  ])('%j is refused', (cells, why) => {
    expect(readRow(cells)).toMatchObject({ ok: false, reason: { vi: expect.stringContaining(why) } })
  })

  test('no reason repeats a phone number, an email or a name', () => {
    const rows = [
      ['Người Bí Mật', '0912345', '', '19669', '', ''],
      ['Người Bí Mật', '', 'bimat@@thu.example', '19669', '', ''],
    ]
    for (const row of rows) expect(JSON.stringify(readRow(row))).not.toMatch(/Bí Mật|0912345|bimat/)
  })
})
