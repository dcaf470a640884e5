/** Case folded on purpose: written small in running text. */
export const smallForms: Record<string, string> = {
  'v/v': 'về việc',
  'đ/c': 'đồng chí',
  'v.v': 'vân vân',
  'tp.': 'thành phố',
  'tx.': 'thị xã',
  'tr.': 'trang',
  ph: 'pê hát',
  cty: 'công ty',
  't.ư': 'Trung ương',
  't.w': 'Trung ương',
}

/** Surnames that make "TP Nguyễn Văn ..." a person and not a city. */
export const surnames = new Set(
  'Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Trương Đinh Lâm Mai Đoàn Cao Trịnh'.split(
    ' ',
  ),
)

/** Titles before a name. */
export const titles: Record<string, string> = {
  GS: 'giáo sư',
  PGS: 'phó giáo sư',
  TS: 'tiến sĩ',
  ThS: 'thạc sĩ',
  Ths: 'thạc sĩ',
  TSKH: 'tiến sĩ khoa học',
  DS: 'dược sĩ',
  KTS: 'kiến trúc sư',
  TTƯT: 'thầy thuốc ưu tú',
  TTND: 'thầy thuốc nhân dân',
  NGND: 'nhà giáo nhân dân',
  BS: 'bác sĩ',
  Bs: 'bác sĩ',
  BSCKI: 'bác sĩ chuyên khoa một',
  BSCKII: 'bác sĩ chuyên khoa hai',
  CKI: 'chuyên khoa một',
  CKII: 'chuyên khoa hai',
  CK1: 'chuyên khoa một',
  CK2: 'chuyên khoa hai',
  KS: 'kỹ sư',
  LS: 'luật sư',
  NGƯT: 'nhà giáo ưu tú',
  NSƯT: 'nghệ sĩ ưu tú',
  NSND: 'nghệ sĩ nhân dân',
}

/** Foreign words that are written in capitals and said as words. */
export const knownWords = new Set(
  'INTERNET EMAIL WEBSITE WEB FAX HOTLINE ZALO FACEBOOK VIETTEL VINAPHONE MOBIFONE YOUTUBE GMT UTC'.split(' '),
)
