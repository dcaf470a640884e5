import { type PlaceList, placeKey, readStationKind } from '../../domain/places.ts'
import type { AreaFinder } from '../../people/areas.ts'
import { areaHeadings, type Columns, type SheetKind, sheetOf } from '../../people/columns.ts'
import { readEmail } from '../../people/email.ts'
import { cellOf } from '../../people/rows.ts'
import { newPlaceToken } from '../tokens.ts'
import { readPlaceName } from './names.ts'
import type { RowReader } from './run.ts'

const noArea = {
  vi: 'Tệp không có cột mã xã hoặc tên xã.',
  en: 'The file has no column of commune codes or names.',
}

const stationHeadings = {
  ...areaHeadings,
  name: [
    'ten dai',
    'ten cum loa',
    'ten dai cum loa',
    'dai cum loa',
    'ten dai truyen thanh',
    'dai truyen thanh',
    'dai',
    'cum loa',
    'ten',
    'station',
    'station name',
    'name',
  ],
  email: [
    'email',
    'e mail',
    'mail',
    'email nguoi van hanh',
    'dia chi email',
    'thu dien tu',
    'thu dien tu nguoi van hanh',
    'operator email',
    'operator',
  ],
  kind: ['loai', 'loai dai', 'loai hinh', 'cong nghe', 'kieu', 'kieu dai', 'kind', 'type', 'technology'],
} as const

const boardHeadings = {
  ...areaHeadings,
  name: [
    'ten bang tin',
    'bang tin',
    'ten bang',
    'ten bang tin dien tu',
    'bang tin dien tu',
    'ten bang tin cong cong',
    'bang tin cong cong',
    'ten',
    'board',
    'board name',
    'name',
  ],
} as const

export type PlaceField = keyof typeof stationHeadings

export const placeSheets: Record<PlaceList, SheetKind<PlaceField>> = {
  stations: sheetOf<PlaceField>({
    headings: stationHeadings,
    example: 'Mã xã, Tên đài/cụm loa, Email người vận hành, Loại',
    lacks: has => {
      if (!has('areaCode') && !has('areaName')) return noArea
      if (has('name')) return undefined
      return { vi: 'Tệp không có cột tên đài/cụm loa.', en: 'The file has no column of station names.' }
    },
  }),
  boards: sheetOf<PlaceField>({
    headings: { ...boardHeadings, email: [], kind: [] },
    example: 'Mã xã, Tên bảng tin',
    lacks: has => {
      if (!has('areaCode') && !has('areaName')) return noArea
      if (has('name')) return undefined
      return { vi: 'Tệp không có cột tên bảng tin.', en: 'The file has no column of board names.' }
    },
  }),
}

/** What {@link placeReader} stages of a row, in this order. */
export const placeStage = [
  ['area', 'text'],
  ['name', 'text'],
  ['key', 'text'],
  ['email', 'text'],
  ['kind', 'text'],
  ['token', 'text'],
] as const

/** Reads the rows of a list of stations or boards. Each row brings the token that a new place would get. */
export function placeReader(findArea: AreaFinder): RowReader<PlaceField> {
  return ({ cells }, columns: Columns<PlaceField>) => {
    const cell = (field: PlaceField) => cellOf(cells, columns.at[field])
    const name = readPlaceName(cell('name'))
    if (!name.ok) return name.reason
    const area = findArea(cell('areaCode') || cell('areaName'))
    if (!area.ok) return area.reason
    const emailCell = cell('email')
    const email = emailCell === '' ? undefined : readEmail(emailCell)
    if (email && !email.ok) return email.reason
    const kind = readStationKind(cell('kind'))
    if (kind === undefined) {
      return {
        vi: `Không rõ loại đài "${cell('kind').slice(0, 60)}"; hãy ghi IP (ứng dụng CNTT - VT), FM (không dây), có dây hoặc để trống.`,
        en: `The kind of station "${cell('kind').slice(0, 60)}" is unclear; write IP, FM, wired or leave it empty.`,
      }
    }
    return [[area.code, name.name, placeKey(area.code, name.name), email?.email ?? null, kind, newPlaceToken()]]
  }
}
