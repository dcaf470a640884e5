import { describe, expect, test } from '@jest/globals'
import { readAloud } from '../../../../services/text/speech/index.ts'

/** Written, spoken. Every row is a rule of the field; none is taken from the shared acceptance data. */
type Rows = [written: string, spoken: string][]

function reads(name: string, rows: Rows) {
  describe(name, () => {
    test.each(rows)('%s', (written, spoken) => {
      expect(readAloud(written).text).toBe(spoken)
    })
  })
}

reads('numbers', [
  ['2.500,5 tấn', 'hai nghìn năm trăm phẩy năm tấn'],
  ['từ ngày 03 đến ngày 08', 'từ ngày ba đến ngày tám'],
  ['mã 007', 'mã không không bảy'],
  ['1 500 000 đồng', 'một triệu năm trăm nghìn đồng'],
  ['nhiệt độ -5°C', 'nhiệt độ âm năm độ xê'],
  ['công nghiệp 4.0', 'công nghiệp bốn chấm không'],
  ['2.1. Mục tiêu', 'hai chấm một. Mục tiêu'],
  ['70/78 xã', 'bảy mươi trên bảy mươi tám xã'],
  ['2/3 số phiếu', 'hai phần ba số phiếu'],
  ['trực 24/7', 'trực hai mươi tư trên bảy'],
  ['05 (năm) ngày', 'năm ngày'],
  ['mười (10) hộ', 'mười hộ'],
  ['giảm 01/03 thủ tục', 'giảm một trên ba thủ tục'],
  ['các ngày 1,2,3/8', 'các ngày một, hai, ba tháng tám'],
  ['tỷ lệ 1:500', 'tỷ lệ một trên năm trăm'],
])

reads('dates', [
  ['ngày 30/4', 'ngày ba mươi tháng tư'],
  ['trước 30/6', 'trước ngày ba mươi tháng sáu'],
  ['sáng 05/9', 'sáng ngày năm tháng chín'],
  ['Quốc khánh 2/9', 'Quốc khánh ngày hai tháng chín'],
  ['2026-11-23', 'ngày hai mươi ba tháng mười một năm hai nghìn không trăm hai mươi sáu'],
  ['từ 5-7/8', 'từ ngày năm đến ngày bảy tháng tám'],
  ['ngày 10 - 12 tháng 11', 'ngày mười đến ngày mười hai tháng mười một'],
  [
    '25/12/2025 - 05/01/2026',
    'ngày hai mươi lăm tháng mười hai năm hai nghìn không trăm hai mươi lăm đến ngày năm tháng một năm hai nghìn không trăm hai mươi sáu',
  ],
  ['các ngày 5/8, 6/8 và 7/8', 'các ngày năm tháng tám, ngày sáu tháng tám và ngày bảy tháng tám'],
  ['tháng 4-6/2026', 'tháng tư đến tháng sáu năm hai nghìn không trăm hai mươi sáu'],
  ['quý 4/2025', 'quý bốn năm hai nghìn không trăm hai mươi lăm'],
  ['thứ 2, 4, 6', 'thứ hai, tư, sáu'],
  ['từ thứ 2 - thứ 6', 'từ thứ hai đến thứ sáu'],
  ['T2-T6', 'thứ hai đến thứ sáu'],
  ['thứ 7, CN', 'thứ bảy, Chủ nhật'],
  [
    'ngày 28/3/2022 08:36',
    'ngày hai mươi tám tháng ba năm hai nghìn không trăm hai mươi hai, tám giờ ba mươi sáu phút',
  ],
])

reads('times', [
  ['07h00', 'bảy giờ'],
  ['14g05', 'mười bốn giờ năm phút'],
  ['8h30’', 'tám giờ ba mươi phút'],
  ['7-11h30', 'bảy đến mười một giờ ba mươi phút'],
  ['8h-17h', 'tám giờ đến mười bảy giờ'],
  ['10:00:05', 'mười giờ không phút năm giây'],
  ['họp lúc 7 giờ 30 ngày 5/11', 'họp lúc bảy giờ ba mươi phút ngày năm tháng mười một'],
  ['làm 8 giờ 30 người', 'làm tám giờ ba mươi người'],
])

reads('telephone numbers', [
  ['0912345678', 'không chín một hai, ba bốn năm, sáu bảy tám'],
  ['(0233) 3575155', 'không hai ba ba, ba năm bảy, năm một năm năm'],
  ['024 3825 1234', 'không hai bốn, ba tám hai năm, một hai ba bốn'],
  ['gọi 113, 114 hoặc 115', 'gọi một một ba, một một bốn hoặc một một năm'],
  ['tổng đài 1022', 'tổng đài một không hai hai'],
  ['đường dây nóng: 111', 'đường dây nóng: một một một'],
  ['0233 3852113 hoặc 113', 'không hai ba ba, ba tám năm, hai một một ba hoặc một một ba'],
  ['(+84) 905 123 456', 'cộng tám bốn, chín không năm, một hai ba, bốn năm sáu'],
  ['có 1022 hồ sơ', 'có một nghìn không trăm hai mươi hai hồ sơ'],
  ['gửi 8088', 'gửi tám không tám tám'],
  ['CCCD số 045123456789', 'căn cước công dân số không bốn năm, một hai ba, bốn năm sáu, bảy tám chín'],
])

reads('money and units', [
  ['25.000đ/kg', 'hai mươi lăm nghìn đồng trên ki lô gam'],
  ['1,5 triệu đồng/người/tháng', 'một phẩy năm triệu đồng trên người trên tháng'],
  ['từ 5 - 10 triệu đồng', 'từ năm đến mười triệu đồng'],
  ['150-250 mm/24h', 'một trăm năm mươi đến hai trăm năm mươi mi li mét trên hai mươi tư giờ'],
  ['3,5 tấn/ha', 'ba phẩy năm tấn trên héc ta'],
  ['120 người/km2', 'một trăm hai mươi người trên ki lô mét vuông'],
  ['16,5°N', 'mười sáu phẩy năm độ vĩ bắc'],
  ['lớp 5h', 'lớp năm hát'],
  ['xe tải 5t', 'xe tải năm tấn'],
  ['cấp 8-9', 'cấp tám đến chín'],
  ['tỷ số 2-1', 'tỷ số hai một'],
])

reads('Roman numerals', [
  ['quý I-II/2026', 'quý một đến hai năm hai nghìn không trăm hai mươi sáu'],
  ['trên BĐ II và BĐ3', 'trên báo động hai và báo động ba'],
  ['khóa XV, XVI', 'khóa mười lăm, mười sáu'],
  ['Phụ lục I, II và III', 'Phụ lục một, hai và ba'],
  ['lần thứ IV', 'lần thứ tư'],
  ['II. NHIỆM VỤ', 'hai. NHIỆM VỤ'],
  ['Mục C', 'Mục xê'],
  ['điểm i', 'điểm i'],
])

reads('legal documents', [
  ['30c/NQ-CP', 'Nghị quyết số ba mươi xê của Chính phủ'],
  [
    'Luật Đất đai số 31/2024/QH15',
    'Luật Đất đai số ba mươi mốt năm hai nghìn không trăm hai mươi tư của Quốc hội khóa mười lăm',
  ],
  ['Công văn số 2455/BTTTT-TTCS', 'Công văn số hai nghìn bốn trăm năm mươi lăm của Bộ Thông tin và Truyền thông'],
  [
    'Thông tư liên tịch số 01/2014/TTLT-BTC-BNV',
    'Thông tư liên tịch số một năm hai nghìn không trăm mười bốn của Bộ Tài chính và Bộ Nội vụ',
  ],
  ['Kế hoạch số 45/KH-SGDĐT', 'Kế hoạch số bốn mươi lăm của Sở Giáo dục và Đào tạo'],
  ['Chỉ thị số 05-CT/TW của Bộ Chính trị', 'Chỉ thị số năm của Bộ Chính trị'],
  ['UBND tỉnh ban hành Kế hoạch số 12/KH-UBND', 'Ủy ban nhân dân tỉnh ban hành Kế hoạch số mười hai'],
  [
    'Thủ tướng Chính phủ giao thực hiện Nghị quyết số 76/NQ-CP',
    'Thủ tướng Chính phủ giao thực hiện Nghị quyết số bảy mươi sáu của Chính phủ',
  ],
  ['QĐ 468/QĐ-TTg', 'Quyết định bốn trăm sáu mươi tám của Thủ tướng Chính phủ'],
  [
    'Nghị quyết số 66.7/2025/NQ-CP',
    'Nghị quyết số sáu mươi sáu chấm bảy năm hai nghìn không trăm hai mươi lăm của Chính phủ',
  ],
  ['điểm đ khoản 2 Điều 5', 'điểm đê khoản hai Điều năm'],
  ['Nghị định 49/2024', 'Nghị định bốn mươi chín năm hai nghìn không trăm hai mươi tư'],
])

reads('abbreviations in context', [
  ['CB, CC, VC', 'cán bộ, công chức, viên chức'],
  ['Sở TT&TT và Sở GD-ĐT', 'Sở Thông tin và Truyền thông và Sở Giáo dục và Đào tạo'],
  ['Sở VH,TT&DL', 'Sở Văn hóa, Thể thao và Du lịch'],
  ['TT 39/2020/TT-BNV', 'Thông tư ba mươi chín năm hai nghìn không trăm hai mươi của Bộ Nội vụ'],
  ['TT PVHCC xã', 'Trung tâm Phục vụ hành chính công xã'],
  ['TT. Khe Sanh', 'thị trấn Khe Sanh'],
  ['TT HĐND tỉnh', 'Thường trực Hội đồng nhân dân tỉnh'],
  ['Công ty CP', 'Công ty cổ phần'],
  ['BCH Đảng bộ và BCH PTDS', 'Ban Chấp hành Đảng bộ và Ban Chỉ huy Phòng thủ dân sự'],
  ['TP.HCM, Q.1, P.5', 'thành phố Hồ Chí Minh, quận một, phường năm'],
  ['TTHC (thủ tục hành chính)', 'thủ tục hành chính'],
  ['cán bộ (CB) và CB xã', 'cán bộ và cán bộ xã'],
  ['phòng và chống dịch bệnh (PCDB)', 'phòng và chống dịch bệnh'],
  ['(AB) (AB)', '(AB) (AB)'],
  ['giảm nghèo bền vững (QZX)', 'giảm nghèo bền vững (QZX)'],
  ['Liên minh Hợp tác xã (LMHTX) và LMHTX', 'Liên minh Hợp tác xã và Liên minh Hợp tác xã'],
  ['đ/c: 51 Trần Hưng Đạo', 'địa chỉ: năm mươi mốt Trần Hưng Đạo'],
  ['PGS.TS. Nguyễn Văn A', 'phó giáo sư, tiến sĩ Nguyễn Văn A'],
  ['AI CŨNG PHẢI BIẾT', 'AI CŨNG PHẢI BIẾT'],
  ['ĐT.579, QL9', 'Đường tỉnh năm trăm bảy mươi chín, Quốc lộ chín'],
  ['ĐT: 0233 3575155', 'điện thoại: không hai ba ba, ba năm bảy, năm một năm năm'],
  ['v.v... Tiếp', 'vân vân. Tiếp'],
  ['mạng 5G', 'mạng năm giê'],
  ['cúm A/H5N1', 'cúm A, hát năm en-nờ một'],
])

reads('signs', [
  ['- Bảo đảm', 'Bảo đảm'],
  ['và/hoặc', 'và hoặc'],
  ['xã/phường', 'xã, phường'],
  ['>= 50', 'lớn hơn hoặc bằng năm mươi'],
  ['kinh tế - xã hội', 'kinh tế - xã hội'],
  ['3m x 4m', 'ba mét nhân bốn mét'],
  ['Lũ 😀 về', 'Lũ về'],
])

reads('addresses', [
  ['ngõ 12/3', 'ngõ mười hai xẹt ba'],
  ['12/3/4 Lê Lợi', 'mười hai xẹt ba xẹt bốn Lê Lợi'],
  ['www.dichvucong.gov.vn', 'dichvucong chấm gov chấm vn'],
  ['www.$😀', ''],
  ['https://tỉnh.vn', 'tỉnh chấm vn'],
  ['https://quangtri.gov.vn/tin-tuc.', 'quangtri chấm gov chấm vn xẹt tin gạch ngang tuc.'],
])

describe('the officer is told', () => {
  const warned = (text: string) => readAloud(text).warnings.map(warning => warning.vi)

  test.each([
    ['tăng 1.5 lần', '"1.5"'],
    ['ngày 13/8/21', '"13/8/21"'],
    ['32/13/2021', '"32/13/2021"'],
    ['BQZX họp', '"BQZX"'],
    ['Quyết định số 5/QĐ-ZZX', '"ZZX"'],
    ['giá 5t', '"5t"'],
    ['xem a@b.vn', '"a@b.vn"'],
    ['1.5', '"1.5"'],
    ['giảm 10,000 đồng', '"10,000"'],
    ['giá 1,234,567 đồng', '"1,234,567"'],
    ['mã lô 1.234.5', '"1.234.5"'],
    ['US$1,000', '"1,000"'],
    ['ngày 31/02/2026', '"31/02/2026"'],
    ['ngày 29/2/2027', '"29/2/2027"'],
    ['sáng 30/2', '"30/2"'],
    ['lúc 25h70', '"25h70"'],
    ['gặp TT', 'có thể là: Thông tư'],
    ['lập KH', 'có thể là: Kế hoạch'],
    ['会议', '"会议"'],
    ['tin 😀', 'Biểu tượng'],
    ['ngày … tháng 11 năm 2026', 'chỗ trống'],
    ['Số: ..../QĐ-UBND', 'chỗ trống'],
    ['ĐT 02333.852.xxx', '"02333.852.xxx"'],
    ['gọi 0914.xxx.xxx', '"0914.xxx.xxx"'],
    ['<speak>Xin chào', '"<speak>"'],
    ["[[h@l'oU]] xin chào", '"[[h@l\'oU]]"'],
  ])('%s', (text, part) => {
    expect(warned(text)).toHaveLength(1)
    expect(warned(text)[0]).toContain(part)
  })

  test('an unknown abbreviation is kept as written, never guessed, and reported once', () => {
    expect(readAloud('BQZX họp; BQZX nghỉ')).toMatchObject({ text: 'BQZX họp; BQZX nghỉ', warnings: [{}] })
  })

  test.each([
    'ngày 29/2/2028',
    'ngày 29/2',
    '1.5. Phạm vi',
    '1.5 Phạm vi áp dụng',
    'mục 2.3.1',
    'công nghiệp 4.0',
    '0,195',
    '1.250.000 đồng',
    'NĐ-CP',
    'TM. ỦY BAN NHÂN DÂN',
    'tăng 45,123 tỷ',
    'gạo, muối...',
    '- Lưu: VT, KGVX.',
    'Chỉ số PAR INDEX',
    'giành 2 HCV',
  ])('nothing about %s', text => {
    expect(warned(text)).toEqual([])
  })

  test('nothing about an ordinary text, headings in capitals included', () => {
    expect(
      warned('KẾ HOẠCH CCHC NĂM 2026 CỦA UBND XÃ ĐAKRÔNG\nHọp lúc 7h30 ngày 13/8/2026 tại nhà văn hóa thôn 2.'),
    ).toEqual([])
  })
})

describe('the result', () => {
  test('lists every change', () => {
    expect(readAloud('Họp lúc 7h30, UBND xã').spans).toEqual([
      { at: 8, written: '7h30', spoken: 'bảy giờ ba mươi phút' },
      { at: 14, written: 'UBND', spoken: 'Ủy ban nhân dân' },
    ])
  })

  test('keeps lines and paragraphs', () => {
    expect(readAloud('Một\nHai\n\n\nBa').text).toBe('Một\nHai\n\nBa')
  })

  test('reads decomposed text like composed text', () => {
    const text = 'Đại hội lần thứ IV, quý III/2026'
    expect(readAloud(text.normalize('NFD')).text).toBe(readAloud(text).text)
  })

  test('mark-up is not spoken, and what only looks like it is', () => {
    expect(readAloud('<speak>Xin <break time="3s"/>chào</speak> bà con').text).toBe('Xin chào bà con')
    expect(readAloud('a < b, tỷ lệ <5% [1]').text).toBe('a bê, tỷ lệ dưới năm phần trăm một')
    expect(readAloud('$(rm -rf /) && `id`').text).toBe('(rm rf) và và id')
  })

  test('a written nghìn is ngàn in the south, and a written ngàn stays', () => {
    expect(readAloud('350 nghìn đồng', { profile: 'south' }).text).toBe('ba trăm năm mươi ngàn đồng')
    expect(readAloud('350 ngàn đồng').text).toBe('ba trăm năm mươi ngàn đồng')
  })

  test('the southern profile reaches numbers inside other rules', () => {
    expect(readAloud('ngày 24/8/2024: 1.500đ', { profile: 'south' }).text).toBe(
      'ngày hai mươi bốn tháng tám năm hai ngàn không trăm hai mươi bốn: một ngàn năm trăm đồng',
    )
  })
})
