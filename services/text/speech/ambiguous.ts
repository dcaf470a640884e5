/**
 * Abbreviations that mean several things. A reading is chosen by what stands around it (`before` in lower case and
 * anchored at its end, `after` as written); when no row fits, nothing is guessed and the officer is asked.
 */
export interface ContextualReading {
  before?: RegExp
  after?: RegExp
  spoken: string
}

const listBefore = /(?:^|[^\p{L}])(?:cbcc|ccvc|cb|cc|vc)\s*(?:,|-|–|và|\/)\s*$/u
const listAfter = /^\s*(?:,|-|–|và|\/)\s*(?:CB|CC|VC|NLĐ)(?![\p{L}])/u
const council = /^(?:\s+|\.\s?)(?:UBND|HĐND|UBMTTQ|MTTQ|Hội|Thường trực|Ủy ban|Hội đồng)/u
const staffBefore = /(?:^|[^\p{L}])(?:cb|cbql|gv|nv|hs|sv)\s*(?:,|-|–|và|\/)\s*$/u
const staffAfter = /^\s*(?:,|-|–|và|\/)\s*(?:CB|CBQL|GV|NV|HS|SV)(?![\p{L}])/u
const schoolsBefore = /(?:^|[^\p{L}])(?:thcs|thpt|mn|th)\s*(?:,|và|&|-|–|\/)\s*$/u
const office = /^\s+(?:BTV|BCH|BCT|BKT|Ban|UBKT|Ủy ban)(?![\p{L}])/u
const personName = /^\.?\s?\p{Lu}\p{Ll}/u

export const ambiguous: Record<string, ContextualReading[]> = {
  CB: [
    { after: staffAfter, spoken: 'cán bộ' },
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
    { before: /(?:^|[^\p{L}])đài\s+$/u, spoken: 'Truyền thanh' },
    {
      before: /(?:^|[^\p{L}])(?:nđ|nq|qđ|luật|nghị định|nghị quyết|quyết định)\s*(?:,|và|\/)\s*$/u,
      spoken: 'Thông tư',
    },
    { after: /^[\s-]?Huế/u, spoken: 'Thừa Thiên' },
    {
      after:
        /^\s+(?:PVHCC|HCC|VH|GDTX|GDNN|YT|KN|Y tế|[Vv]ăn hóa|[Dd]ịch vụ|[Kk]iểm soát|[Hh]ành chính|[Pp]hục vụ|[Gg]iáo dục|[Hh]ọc tập|[Kk]huyến nông|[Tt]ruyền thông)/u,
      spoken: 'Trung tâm',
    },
    {
      after:
        /^\s+(?:HĐND|UBND|MTTQ|UBMTTQ|UB MTTQ|Ủy ban MTTQ|Ủy ban Mặt trận|Tỉnh ủy|TU|Đảng ủy|ĐU|Thành ủy|Huyện ủy)/u,
      spoken: 'Thường trực',
    },
    { before: /(?:xã|phường|thị xã|thành phố)\s*(?:,|và|-|\/)\s*$/u, spoken: 'thị trấn' },
  ],
  CT: [
    { after: council, spoken: 'Chủ tịch' },
    { before: /phó\s+$/u, spoken: 'Chủ tịch' },
    { after: /^\s*,\s*(?:các\s)?(?:PCT|Phó Chủ tịch)/u, spoken: 'Chủ tịch' },
    { after: /^\s+(?:TNHH|CP|cổ phần|trách nhiệm)/u, spoken: 'Công ty' },
    { after: /^\s+(?:MTQG|mục tiêu|OCOP)/u, spoken: 'Chương trình' },
  ],
  CHT: [{ after: /^\s+(?:BCH|Ban CH|Ban Chỉ huy|Quân sự|QS)/u, spoken: 'Chỉ huy trưởng' }],
  KT: [
    { before: /phòng\s*:\s*$/u, spoken: 'Kinh tế' },
    { after: /^\s*(?:,|và)\s*VH-?XH/u, spoken: 'Kinh tế' },
  ],
  VP: [{ after: /^\s+(?:HĐND|UBND|ĐU|TU|Đảng ủy|Tỉnh ủy|Trung ương|TW|Đoàn ĐBQH|CP)/u, spoken: 'Văn phòng' }],
  ND: [
    { before: /(?:^|[^\p{L}])hội\s+$/u, spoken: 'Nông dân' },
    { before: /(?:tòa án|toà án|kiểm sát|hội đồng|ủy ban|công an|quân đội|nghệ sĩ)\s+$/u, spoken: 'nhân dân' },
  ],
  TN: [{ before: /(?:^|[^\p{L}])đoàn\s+$/u, spoken: 'Thanh niên' }],
  PN: [{ before: /(?:^|[^\p{L}])(?:hội|liên hiệp|hội lh)\s+$/u, spoken: 'Phụ nữ' }],
  KSND: [{ before: /(?:^|[^\p{L}])viện\s+$/u, spoken: 'kiểm sát nhân dân' }],
  SN: [{ after: /^\s*:?\s*(?:19|20)\d{2}(?!\d)/u, spoken: 'sinh năm' }],
  VNN: [{ before: /(?:^|[^\p{L}])quỹ\s+$/u, spoken: 'Vì người nghèo' }],
  TB: [{ after: /^\s*(?:,|-|–)\s*(?:BB|LS|NCC)(?!\p{L})/u, spoken: 'thương binh' }],
  BB: [{ before: /(?:^|[^\p{L}])tb\s*(?:,|-|–)\s*$/u, spoken: 'bệnh binh' }],
  TKCN: [
    {
      before: /(?:ban chỉ huy|ban chỉ đạo|văn phòng|bch|bcđ|ủy ban)[^.;\n]{0,40}(?:và|&|,|-)\s*$/u,
      spoken: 'Tìm kiếm cứu nạn',
    },
  ],
  BHXH: [{ after: /^\s+(?:tỉnh|thành phố|Việt Nam|VN|huyện|xã|cơ sở|khu vực)(?!\p{L})/u, spoken: 'Bảo hiểm xã hội' }],
  YS: [{ before: /\d\s$/u, spoken: 'y sĩ' }],
  ĐD: [{ before: /\d\s$/u, spoken: 'điều dưỡng' }],
  NK: [{ after: /^\s*(?:20\d{2}|[IVX]+)(?![\p{L}\d])/u, spoken: 'nhiệm kỳ' }],
  CTMT: [{ before: /(?:^|[^\p{L}])ban\s+$/u, spoken: 'Công tác Mặt trận' }],
  KK: [{ before: /(?:^|[^\p{L}])giải\s+$/u, spoken: 'khuyến khích' }],
  PCT: [{ after: council, spoken: 'Phó Chủ tịch' }],
  GĐ: [{ after: /^\s+(?:Sở|Công an|CA|Trung tâm|TT|Ban|Kho bạc|Ngân hàng|Bệnh viện|Công ty)/u, spoken: 'Giám đốc' }],
  PGĐ: [
    { after: /^\s+(?:Sở|Công an|CA|Trung tâm|TT|Ban|Kho bạc|Ngân hàng|Bệnh viện|Công ty)/u, spoken: 'Phó Giám đốc' },
  ],
  BCH: [
    {
      after: /^\s+(?:Đảng|Trung ương|TW|TƯ|Đoàn|Chi đoàn|Hội|Chi hội|Công đoàn|CĐ|Liên đoàn|LĐLĐ|Chi bộ|chi bộ)/u,
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
  BTV: [
    { before: /(?:ủy viên|uỷ viên|thay mặt|thường trực)\s+$/u, spoken: 'Ban Thường vụ' },
    { after: /^\s+(?:Tỉnh|Đảng|Thành|Huyện|TU|ĐU|HU|Đoàn|Hội|Công đoàn|tỉnh|xã)/u, spoken: 'Ban Thường vụ' },
  ],
  ĐT: [
    { after: /^\s*(?::|[.]?\s*(?:\(?0|\+84|1[89]00|\d{7}))/u, spoken: 'điện thoại' },
    { before: /số\s*$/u, spoken: 'điện thoại' },
    { after: /^\s*(?:,|-|–|và|\/)\s*[Ff]ax/u, spoken: 'điện thoại' },
  ],
  ĐH: [
    { after: /^\s*(?:,|và|-|–)\s*CĐ(?!\p{L})/u, spoken: 'đại học' },
    { before: /(?:^|[^\p{L}])cđ\s*(?:,|và|-|–|\/)\s*$/u, spoken: 'đại học' },
    { after: /^\s\p{Lu}/u, spoken: 'Đại học' },
  ],
  CN: [
    { before: /(?:thứ (?:7|bảy)|t7)\s*(?:,|và|-|–|\/)\s*$/u, spoken: 'Chủ nhật' },
    { before: /(?:sáng|chiều|tối|ngày|đến)\s+$/u, spoken: 'Chủ nhật' },
    { after: /^,?\s+(?:ngày\s|\()?\d{1,2}\/\d/u, spoken: 'Chủ nhật' },
    { before: /(?:khu|cụm|ngành)\s+$/u, spoken: 'công nghiệp' },
    { after: /^\s+(?:VNPT|Viettel|Ngân hàng|NHCSXH|Công ty|công ty)/u, spoken: 'Chi nhánh' },
  ],
  CA: [{ after: /^\s+(?:tỉnh|xã|phường|huyện|thành phố|TP|Tỉnh|Xã|Phường)/u, spoken: 'Công an' }],
  LH: [{ after: /^\s*:/u, spoken: 'liên hệ' }],
  BĐ: [{ after: /^\s?(?:cấp\s)?(?:I{1,3}|[123])(?![\p{L}\d])/u, spoken: 'báo động' }],
  TH: [
    { before: /trường\s+$/u, spoken: 'Tiểu học' },
    { before: schoolsBefore, spoken: 'tiểu học' },
    { after: /^\s*(?:,|và|&|-|–|\/)\s*(?:THCS|THPT)(?!\p{L})/u, spoken: 'tiểu học' },
  ],
  MN: [
    { before: /trường\s+$/u, spoken: 'Mầm non' },
    { before: schoolsBefore, spoken: 'mầm non' },
    { after: /^\s*(?:,|và|&|-|–|\/)\s*(?:TH|THCS|THPT)(?!\p{L})/u, spoken: 'mầm non' },
  ],
  TTg: [{ after: /^\s+(?:CP|Chính phủ)(?![\p{L}])/u, spoken: 'Thủ tướng' }],
  TU: [
    { before: /(?:thường vụ|thường trực|bí thư|ban tổ chức|ban tuyên giáo|văn phòng|btv|tt)\s+$/u, spoken: 'Tỉnh ủy' },
  ],
  BCT: [{ before: /(?:của|uvbct|ủy viên)\s+$/u, spoken: 'Bộ Chính trị' }],
  TTĐT: [
    { before: /(?:trang|cổng|báo)\s+$/u, spoken: 'thông tin điện tử' },
    { after: /^\s+(?:tổng hợp|của|xã|phường|tỉnh|ngành)/u, spoken: 'thông tin điện tử' },
    { before: /(?:đội|quản lý|qlý)\s+$/u, spoken: 'trật tự đô thị' },
  ],
  PTTH: [{ before: /(?:đài|báo và|báo)\s+$/u, spoken: 'Phát thanh và Truyền hình' }],
  GV: [
    { before: staffBefore, spoken: 'giáo viên' },
    { after: staffAfter, spoken: 'giáo viên' },
  ],
  NV: [{ before: /(?:^|[^\p{L}])(?:cb|cbql|gv|cbgv)\s*(?:,|-|–|và|\/)\s*$/u, spoken: 'nhân viên' }],
  HS: [
    { before: staffBefore, spoken: 'học sinh' },
    { before: /\d\s$/u, spoken: 'học sinh' },
    { after: staffAfter, spoken: 'học sinh' },
  ],
  SV: [
    { before: staffBefore, spoken: 'sinh viên' },
    { after: staffAfter, spoken: 'sinh viên' },
  ],
  TK: [{ after: /^\s*(?:số|:|\d)/u, spoken: 'tài khoản' }],
  VT: [{ before: /(?:lưu|lưu trữ)\s*:?\s*$/u, spoken: 'văn thư' }],
  BP: [{ before: /(?:^|[^\p{L}])(?:đồn|trạm|bộ đội|lính|hải đội)\s+$/u, spoken: 'Biên phòng' }],
  ĐK: [{ before: /(?:^|[^\p{L}])bệnh viện\s+$/u, spoken: 'đa khoa' }],
  XD: [{ before: /(?:^|[^\p{L}])(?:mtqg|mục tiêu quốc gia|phong trào|thi đua)\s+$/u, spoken: 'xây dựng' }],
  ĐC: [{ after: /^\s*:/u, spoken: 'địa chỉ' }],
  DT: [
    { before: /%\s$/u, spoken: 'dự toán' },
    { after: /^\s*:?\s*[\d.,]+\s?(?:m2|m²|ha|km2|km²)/u, spoken: 'diện tích' },
  ],
  UB: [{ after: /^\s+(?:MTTQ|MTTQVN|Mặt trận|MT|Kiểm tra|nhân dân|ND|bầu cử)/u, spoken: 'Ủy ban' }],
  HĐ: [
    {
      after: /^\s+(?:bầu cử|thẩm định|tuyển dụng|tuyển sinh|NVQS|nghĩa vụ|thi đua|TĐKT|kỷ luật|xét)/u,
      spoken: 'Hội đồng',
    },
    { after: /^\s+(?:lao động|LĐ|thuê|mua|bán|kinh tế|số)/u, spoken: 'hợp đồng' },
  ],
  CĐ: [
    { before: /(?:trường|đh|đại học)\s*(?:,|và|-|–)?\s*$/u, spoken: 'cao đẳng' },
    { after: /^\s*(?:,|và|-|–|\/)\s*ĐH(?!\p{L})/u, spoken: 'cao đẳng' },
    { before: /(?:bch|ban chấp hành|đoàn viên|cán bộ)\s+$/u, spoken: 'Công đoàn' },
    { after: /^\s+(?:cơ sở|CS|ngành|viên chức)/u, spoken: 'Công đoàn' },
  ],
  UV: [{ after: office, spoken: 'Ủy viên' }],
  BT: [{ after: /^\s+(?:Đảng|Tỉnh|Chi bộ|chi bộ|Đoàn|ĐU|TU)/u, spoken: 'Bí thư' }],
  PBT: [{ after: /^\s+(?:Đảng|Tỉnh|Chi bộ|chi bộ|Đoàn|ĐU|TU|thường trực|Thường trực)/u, spoken: 'Phó Bí thư' }],
  TBT: [{ after: personName, spoken: 'Tổng Bí thư' }],
  BCS: [{ after: /^\s+[Đđ]ảng/u, spoken: 'Ban Cán sự' }],
  QK: [{ after: /^\s?(?:\d|I{1,3}|IV|V)/u, spoken: 'Quân khu' }],
  GS: [{ after: personName, spoken: 'giáo sư' }],
  BS: [
    { before: /\d\s$/u, spoken: 'bác sĩ' },
    { after: personName, spoken: 'bác sĩ' },
  ],
  TS: [{ after: personName, spoken: 'tiến sĩ' }],
  KS: [{ after: personName, spoken: 'kỹ sư' }],
  LS: [
    { before: /(?:^|[^\p{L}])(?:tb|bb)\s*(?:,|-|–)\s*$/u, spoken: 'liệt sĩ' },
    { after: personName, spoken: 'luật sư' },
  ],
}

/** Every reading of an ambiguous abbreviation; empty when it is none. */
export function readingsOf(key: string): string[] {
  return (ambiguous[key] ?? []).map(({ spoken }) => spoken)
}

/** The reading that fits the neighbours; undefined when none does or the key is not ambiguous. */
export function readingInContext(key: string, before: string, after: string): string | undefined {
  return ambiguous[key]?.find(row => (row.before?.test(before) ?? true) && (row.after?.test(after) ?? true))?.spoken
}
