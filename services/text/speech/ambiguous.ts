/**
 * Abbreviations that mean several things. A reading is chosen by what stands around it (`before` in lower case and
 * anchored at its end, `after` as written); when no row fits, nothing is guessed and the officer is asked.
 */
export interface ContextualReading {
  before?: RegExp
  after?: RegExp
  spoken: string
}

const listBefore = /(?:^|[^\p{L}])(?:cb|cc|vc)\s*(?:,|-|–|và|\/)\s*$/u
const listAfter = /^\s*(?:,|-|–|và|\/)\s*(?:CB|CC|VC|NLĐ)(?![\p{L}])/u
const council = /^\s+(?:UBND|HĐND|UBMTTQ|MTTQ|Hội|Thường trực|Ủy ban|Hội đồng)/u
const personName = /^\.?\s?\p{Lu}\p{Ll}/u

export const ambiguous: Record<string, ContextualReading[]> = {
  CB: [
    { before: listBefore, spoken: 'cán bộ' },
    { after: listAfter, spoken: 'cán bộ' },
  ],
  CC: [
    { before: listBefore, spoken: 'công chức' },
    { after: listAfter, spoken: 'công chức' },
  ],
  VC: [
    { before: listBefore, spoken: 'viên chức' },
    { after: listAfter, spoken: 'viên chức' },
  ],
  CP: [
    { before: /(?:công ty|ngân hàng|tập đoàn|cty|ct)\s+$/u, spoken: 'cổ phần' },
    { before: /(?:của|thủ tướng|ttg|nghị định|nghị quyết)\s+$/u, spoken: 'Chính phủ' },
  ],
  TT: [
    {
      after:
        /^\s+(?:PVHCC|HCC|VH|GDTX|GDNN|YT|KN|Y tế|[Vv]ăn hóa|[Dd]ịch vụ|[Kk]iểm soát|[Hh]ành chính|[Pp]hục vụ|[Gg]iáo dục|[Hh]ọc tập|[Kk]huyến nông|[Tt]ruyền thông)/u,
      spoken: 'Trung tâm',
    },
    { after: /^\s+(?:HĐND|UBND|MTTQ|Tỉnh ủy|TU|Đảng ủy|ĐU|Thành ủy|Huyện ủy)/u, spoken: 'Thường trực' },
    { before: /(?:xã|phường|thị xã|thành phố)\s*(?:,|và|-|\/)\s*$/u, spoken: 'thị trấn' },
  ],
  CT: [
    { after: council, spoken: 'Chủ tịch' },
    { before: /phó\s+$/u, spoken: 'Chủ tịch' },
    { after: /^\s+(?:TNHH|CP|cổ phần|trách nhiệm)/u, spoken: 'Công ty' },
    { after: /^\s+(?:MTQG|mục tiêu|OCOP)/u, spoken: 'Chương trình' },
  ],
  PCT: [{ after: council, spoken: 'Phó Chủ tịch' }],
  GĐ: [{ after: /^\s+(?:Sở|Công an|CA|Trung tâm|TT|Ban|Kho bạc|Ngân hàng|Bệnh viện|Công ty)/u, spoken: 'Giám đốc' }],
  PGĐ: [
    { after: /^\s+(?:Sở|Công an|CA|Trung tâm|TT|Ban|Kho bạc|Ngân hàng|Bệnh viện|Công ty)/u, spoken: 'Phó Giám đốc' },
  ],
  BCH: [
    {
      after: /^\s+(?:Đảng|Trung ương|TW|TƯ|Đoàn|Hội|Công đoàn|CĐ|Liên đoàn|LĐLĐ|Chi bộ|chi bộ)/u,
      spoken: 'Ban Chấp hành',
    },
    { after: /^\s+(?:[Qq]uân sự|QS|PCTT|PTDS|PCLB|TKCN|[Pp]hòng|BĐBP|Bộ đội|Bộ Chỉ huy)/u, spoken: 'Ban Chỉ huy' },
  ],
  BCHQS: [
    { after: /^\s+(?:tỉnh|thành phố)/u, spoken: 'Bộ Chỉ huy Quân sự' },
    { after: /^\s+(?:xã|phường|huyện|đặc khu)/u, spoken: 'Ban Chỉ huy Quân sự' },
  ],
  BTC: [
    {
      after: /^\s+(?:Tỉnh ủy|TU|Trung ương|TW|Thành ủy|Huyện ủy|[Ll]ễ|[Hh]ội|[Cc]uộc|[Gg]iải|[Cc]hương trình)/u,
      spoken: 'Ban Tổ chức',
    },
  ],
  BTV: [{ after: /^\s+(?:Tỉnh|Đảng|Thành|Huyện|TU|ĐU|HU|Đoàn|Hội|Công đoàn|tỉnh|xã)/u, spoken: 'Ban Thường vụ' }],
  ĐT: [
    { after: /^\s*(?::|[.]?\s*(?:\(?0|\+84|1[89]00|\d{7}))/u, spoken: 'điện thoại' },
    { before: /số\s*$/u, spoken: 'điện thoại' },
  ],
  ĐH: [{ after: /^\s\p{Lu}/u, spoken: 'Đại học' }],
  CN: [
    { before: /(?:thứ (?:7|bảy)|t7)\s*(?:,|và|-|–|\/)\s*$/u, spoken: 'Chủ nhật' },
    { before: /(?:sáng|chiều|tối|ngày|đến)\s+$/u, spoken: 'Chủ nhật' },
    { before: /(?:khu|cụm|ngành)\s+$/u, spoken: 'công nghiệp' },
    { after: /^\s+(?:VNPT|Viettel|Ngân hàng|NHCSXH|Công ty|công ty)/u, spoken: 'Chi nhánh' },
  ],
  CA: [{ after: /^\s+(?:tỉnh|xã|phường|huyện|thành phố|TP|Tỉnh|Xã|Phường)/u, spoken: 'Công an' }],
  LH: [{ after: /^\s*:/u, spoken: 'liên hệ' }],
  BĐ: [{ after: /^\s?(?:I{1,3}|[123])(?![\p{L}\d])/u, spoken: 'báo động' }],
  TH: [{ before: /trường\s+$/u, spoken: 'Tiểu học' }],
  MN: [{ before: /trường\s+$/u, spoken: 'Mầm non' }],
  TTg: [{ after: /^\s+CP(?![\p{L}])/u, spoken: 'Thủ tướng' }],
  TU: [
    { before: /(?:thường vụ|thường trực|bí thư|ban tổ chức|ban tuyên giáo|văn phòng|btv|tt)\s+$/u, spoken: 'Tỉnh ủy' },
  ],
  BCT: [{ before: /(?:của|uvbct|ủy viên)\s+$/u, spoken: 'Bộ Chính trị' }],
  TTĐT: [
    { before: /(?:trang|cổng|báo)\s+$/u, spoken: 'thông tin điện tử' },
    { before: /(?:đội|quản lý|qlý)\s+$/u, spoken: 'trật tự đô thị' },
  ],
  PTTH: [{ before: /(?:đài|báo và|báo)\s+$/u, spoken: 'Phát thanh và Truyền hình' }],
  GS: [{ after: personName, spoken: 'giáo sư' }],
  BS: [{ after: personName, spoken: 'bác sĩ' }],
  TS: [{ after: personName, spoken: 'tiến sĩ' }],
  KS: [{ after: personName, spoken: 'kỹ sư' }],
  LS: [{ after: personName, spoken: 'luật sư' }],
}

/** The reading that fits the neighbours; undefined when none does or the key is not ambiguous. */
export function readingInContext(key: string, before: string, after: string): string | undefined {
  return ambiguous[key]?.find(row => (row.before?.test(before) ?? true) && (row.after?.test(after) ?? true))?.spoken
}
