import { sheetOf } from '../../people/columns.ts'
import { foldName } from '../../text/fold.ts'

const headings = {
  code: [
    'ma',
    'ma xa',
    'ma phuong xa',
    'ma xa phuong',
    'ma xa phuong dac khu',
    'ma px',
    'ma don vi',
    'ma don vi hanh chinh',
    'ma dvhc',
    'ma dia ban',
    'code',
    'area code',
    'ward code',
    'commune code',
    'wardcode',
  ],
  kind: ['cap', 'loai', 'loai don vi', 'cap don vi', 'loai hinh', 'kind', 'level', 'type', 'unit'],
  name: [
    'ten',
    'ten xa',
    'ten phuong xa',
    'ten xa phuong',
    'ten xa phuong dac khu',
    'xa phuong',
    'phuong xa',
    'xa phuong dac khu',
    'phuong xa dac khu',
    'ten don vi',
    'ten don vi hanh chinh',
    'don vi hanh chinh',
    'dia ban',
    'ten dia ban',
    'name',
    'area',
    'area name',
    'commune',
    'ward',
  ],
  fullName: ['ten day du', 'full name', 'fullname'],
  parentCode: [
    'ma tinh',
    'ma tp',
    'ma ttp',
    'ma tinh tp',
    'ma tinh thanh pho',
    'ma cap tren',
    'ma don vi cap tren',
    'ma cha',
    'thuoc tinh',
    'parent',
    'parent code',
    'parentcode',
    'province code',
    'provincecode',
  ],
  parentName: [
    'ten tinh',
    'ten tinh thanh pho',
    'tinh',
    'tinh tp',
    'tinh thanh pho',
    'ten tp',
    'province',
    'province name',
    'parent name',
  ],
  validFrom: ['hieu luc tu', 'tu ngay', 'ngay hieu luc', 'co hieu luc tu', 'valid from', 'validfrom', 'from'],
  validTo: ['hieu luc den', 'den ngay', 'ngay het hieu luc', 'het hieu luc', 'valid to', 'validto', 'to', 'until'],
  aliases: ['ten khac', 'ten cu', 'ten truoc day', 'ten goi khac', 'alias', 'aliases', 'former names', 'old names'],
} as const satisfies Record<string, readonly string[]>
export type AreaField = keyof typeof headings

/** Between the names of one cell. */
export const areaListSeparator = ';'

/** A list of provinces and communes: code and name are enough, where the code tells what it is. */
export const areaSheet = {
  ...sheetOf<AreaField>({
    headings,
    example: 'Mã, Cấp, Tên, Mã tỉnh, Hiệu lực từ, Hiệu lực đến, Tên cũ',
    lacks: has => {
      if (!has('code')) return { vi: 'Tệp không có cột mã đơn vị.', en: 'The file has no column of codes.' }
      if (has('name') || has('fullName')) return undefined
      return { vi: 'Tệp không có cột tên đơn vị.', en: 'The file has no column of names.' }
    },
  }),
  /** The column that a heading names. */
  readField: (heading: string): AreaField | undefined =>
    (Object.keys(headings) as AreaField[]).find(field =>
      (headings[field] as readonly string[]).includes(foldName(heading)),
    ),
}
