import { foldName } from '../text/fold.ts'
import { type BoardKind, type BoardSettings, boardKinds, boardSettingsSchema } from './board.ts'

/**
 * How the sound of a commune's station reaches its loudspeakers: over the internet (the "IT and telecommunications" stations
 * of Circular 39/2020/TT-BTTTT), by FM radio, or by wire.
 */
export const stationKinds = ['ip', 'fm', 'wired'] as const
export type StationKind = (typeof stationKinds)[number]

/** What lists call them, folded. */
const kindWords: Record<StationKind, readonly string[]> = {
  ip: ['ip', 'internet', 'cntt', 'cntt vt', 'ung dung cntt', 'ung dung cntt vt', 'truyen thanh thong minh', '4g', '3g'],
  fm: ['fm', 'vo tuyen', 'khong day', 'khong day fm', 'truyen thanh khong day', 'vo tuyen fm', 'radio', 'wireless'],
  wired: ['co day', 'huu tuyen', 'truyen thanh co day', 'huu tuyen co day', 'wired', 'cable'],
}

/** Reads a cell as a kind of station: null when it is empty, undefined when no kind is called so. */
export function readStationKind(cell: string): StationKind | null | undefined {
  if (cell.trim() === '') return null
  const wanted = foldName(cell)
  return stationKinds.find(kind => kindWords[kind].includes(wanted))
}

const boardKindWords: Record<BoardKind, readonly string[]> = {
  screen: ['screen', 'man hinh', 'dien tu', 'bang tin dien tu', 'bang dien tu', 'tivi', 'tv', 'lcd'],
  led: ['led', 'bang led', 'man hinh led', 'bang dien tu led', 'bang tin led'],
  paper: [
    'paper',
    'giay',
    'bang giay',
    'niem yet',
    'niem yet giay',
    'bang niem yet',
    'bang niem yet giay',
    'bang tin giay',
  ],
}

/** Reads a cell as a kind of board: null when it is empty, undefined when no kind is called so. */
export function readBoardKind(cell: string): BoardKind | null | undefined {
  if (cell.trim() === '') return null
  const wanted = foldName(cell)
  return boardKinds.find(kind => boardKindWords[kind].includes(wanted))
}

/** Pixels of an LED strip as lists write them, `192x32` or `192 × 32`: null when empty, undefined when it is no such size. */
export function readLedSize(cell: string): BoardSettings['led'] | undefined {
  if (cell.trim() === '') return null
  const [, width, height] = /^\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*(?:px|pixel|điểm ảnh)?\s*$/iu.exec(cell) ?? []
  const size = boardSettingsSchema.shape.led.safeParse({ width: Number(width), height: Number(height) })
  return size.success ? size.data : undefined
}

/** Lists of places that people keep. */
export const placeLists = ['stations', 'boards'] as const
export type PlaceList = (typeof placeLists)[number]

/**
 * What two writings of one place share: the commune, and the name without marks, case and apostrophes. A commune has no
 * two stations (or boards) that differ in their marks alone.
 */
export function placeKey(areaCode: string, name: string): string {
  return `${areaCode} ${foldName(name)}`
}
