import type { Sentence } from '../../domain/errors.ts'
import { type PlaceList, placeKey, readBoardKind, readLedSize, readStationKind } from '../../domain/places.ts'
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
  led: [],
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
  email: [
    'email',
    'e mail',
    'mail',
    'email nguoi phu trach',
    'thu dien tu nguoi phu trach',
    'dia chi email',
    'thu dien tu',
    'nguoi phu trach',
    'keeper email',
    'keeper',
  ],
  kind: ['loai', 'loai bang', 'loai bang tin', 'loai hinh', 'kieu', 'kieu bang', 'kind', 'type'],
  led: ['kich thuoc', 'kich thuoc led', 'do phan giai', 'diem anh', 'so diem anh', 'size', 'pixels', 'resolution'],
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
    headings: boardHeadings,
    example: 'Mã xã, Tên bảng tin, Loại, Kích thước, Email người phụ trách',
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
  ['led', 'text'],
  ['token', 'text'],
] as const

/** For the forms too: an LED strip is drawn to its pixels, so they have to be known. */
export const ledNeedsSize: Sentence = {
  vi: 'Bảng LED cần kích thước tính bằng điểm ảnh: rộng 32 đến 4096, cao 16 đến 512 (ví dụ 192x32).',
  en: 'An LED board needs its size in pixels: width 32 to 4096, height 16 to 512 (e.g. 192x32).',
}

/** Reads the rows of a list of stations or boards. Each row brings the token that a new station would get. */
export function placeReader(findArea: AreaFinder, list: PlaceList = 'stations'): RowReader<PlaceField> {
  const readKind = list === 'stations' ? stationKind : boardKind
  return ({ cells }, columns: Columns<PlaceField>) => {
    const cell = (field: PlaceField) => cellOf(cells, columns.at[field])
    const name = readPlaceName(cell('name'))
    if (!name.ok) return name.reason
    const area = findArea(cell('areaCode') || cell('areaName'))
    if (!area.ok) return area.reason
    const emailCell = cell('email')
    const email = emailCell === '' ? undefined : readEmail(emailCell)
    if (email && !email.ok) return email.reason
    const kind = readKind(cell('kind'), cell('led'))
    if ('vi' in kind) return kind
    const key = placeKey(area.code, name.name)
    return [[area.code, name.name, key, email?.email ?? null, kind.kind, kind.led, newPlaceToken()]]
  }
}

/** Kind as it is stored, and the pixels of an LED strip as JSON; or why the row is refused. */
type ReadKind = { kind: string | null; led: string | null } | Sentence

function stationKind(cell: string): ReadKind {
  const kind = readStationKind(cell)
  if (kind !== undefined) return { kind, led: null }
  return {
    vi: `Không rõ loại đài "${cell.slice(0, 60)}"; hãy ghi IP (ứng dụng CNTT - VT), FM (không dây), có dây hoặc để trống.`,
    en: `The kind of station "${cell.slice(0, 60)}" is unclear; write IP, FM, wired or leave it empty.`,
  }
}

function boardKind(cell: string, sizeCell: string): ReadKind {
  const kind = readBoardKind(cell)
  if (kind === undefined) {
    return {
      vi: `Không rõ loại bảng "${cell.slice(0, 60)}"; hãy ghi màn hình, LED, giấy hoặc để trống.`,
      en: `The kind of board "${cell.slice(0, 60)}" is unclear; write screen, LED, paper or leave it empty.`,
    }
  }
  const size = readLedSize(sizeCell)
  // A size beside another kind says nothing to us; many lists give one for every screen.
  if (kind !== 'led') return { kind, led: null }
  return size ? { kind, led: JSON.stringify(size) } : ledNeedsSize
}
