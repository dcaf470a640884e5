import { pairingAlphabet, pairingCodeLength } from '../../../../domain/board.ts'
import { type TileState, tileStates } from '../../../../domain/board-state.ts'
import type { Board, BoardDetail, BoardDisplay, BoardReach, BoardTile } from '../../../../http/schemas-boards.ts'
import type { boardsWords } from '../i18n/boards.ts'
import type { Language } from '../i18n/language.ts'
import { formatBytes, formatNear } from './format.ts'

/** The words of the board pages in one language. */
export type BoardWords = (typeof boardsWords)['vi']

/** What somebody typed as a pairing code: tidied, what no code holds, and whether it is whole. */
export interface TypedCode {
  /** Upper case, without spaces and dashes. */
  code: string
  /** Letters and digits that no code holds, each once: 0, O, 1, I, L, U. */
  alike: string[]
  missing: number
  tooLong: boolean
  ready: boolean
}

/** Reads a code as people type it: small letters, spaces, dashes and full stops between. */
export function readCode(typed: string): TypedCode {
  const code = typed
    .normalize('NFC')
    .toUpperCase()
    .replace(/[\s\-–—_.]/g, '')
  const alike = [...new Set([...code].filter(letter => !pairingAlphabet.includes(letter)))]
  const length = [...code].length
  return {
    code,
    alike,
    missing: Math.max(0, pairingCodeLength - length),
    tooLong: length > pairingCodeLength,
    ready: length === pairingCodeLength && alike.length === 0,
  }
}

/** A length of time in its largest useful unit: `3 ngày`, `2 giờ`, `12 phút`, `40 giây`. */
export function spanWords(ms: number, w: BoardWords): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (seconds < 120) return w.seconds(String(seconds))
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return w.minutes(String(minutes))
  const hours = Math.round(minutes / 60)
  return hours < 48 ? w.hours(String(hours)) : w.days(String(Math.round(hours / 24)))
}

/** Width through height of a board's screen: of a strip as it is set, otherwise as the board said; 16:9 before it has. */
export function screenShape({ kind, settings, report }: Pick<BoardDetail, 'kind' | 'settings' | 'report'>): number {
  if (kind === 'led' && settings.led) return settings.led.width / settings.led.height
  const [, width = 16, height = 9] = /^([1-9]\d{1,4})x([1-9]\d{1,4})$/.exec(report?.screen ?? '')?.map(Number) ?? []
  return width / height
}

/** What the board says it shows: `đang hiển thị “…” · trang 1/2 · từ 08:15`; undefined when it never reported. */
export function showingWords(report: Board['report'], w: BoardWords, now: Date): string | undefined {
  if (!report?.mode && !report?.title && !report?.page) return undefined
  const parts = [shownWords(report, w)]
  if (report.pages !== null && report.page !== null && report.pages > 1) {
    parts.push(w.page(String(report.page), String(report.pages)))
  }
  if (report.since !== null) parts.push(w.since(formatNear(report.since, now)))
  return parts.join(' · ')
}

function shownWords({ mode, title, page, handedOnly }: NonNullable<Board['report']>, w: BoardWords): string {
  if (handedOnly && title !== null) return w.handed(title)
  if (mode === 'night' || mode === 'idle') return w.showingMode(w.modes[mode])
  const what = title === null ? (page === null ? undefined : w.showingUnknown) : w.showing(title)
  if (what === undefined) return w.showingMode(w.modes[mode ?? 'items'])
  return mode === 'emergency' || mode === 'banner' ? `${what} (${w.modes[mode]})` : what
}

/** How the reported version stands to the one it should have; undefined where there is nothing to compare. */
export function standingWords(
  { manifest }: Pick<Board, 'manifest'>,
  w: BoardWords,
  now: Date,
): { text: string; good: boolean } | undefined {
  if (manifest === null) return undefined
  const { standing, changedAt } = manifest
  if (standing === 'current') return { text: w.standing.current, good: true }
  if (standing === 'unknown') return { text: w.standing.unknown, good: false }
  if (changedAt === null) return { text: w.standing.behindUnknown, good: false }
  return { text: w.standing[standing](formatNear(changedAt, now)), good: false }
}

/** A clock off by more decides wrongly what is over. */
const skewShownMs = 60_000
/** The player drops old files by itself; so near the edge it may find no room for new ones. */
const storageShare = 0.9

/** What somebody should look at besides state and alerts, in words, the worst first. */
export function concerns(board: Board, w: BoardWords, language: Language): string[] {
  const { report } = board
  if (report === null || board.state === 'retired') return []
  const full = report.storage && report.storage.usedBytes > report.storage.quotaBytes * storageShare
  return [
    report.visible === false && w.hidden,
    report.clockSkewMs !== null &&
      Math.abs(report.clockSkewMs) > skewShownMs &&
      w.skew(spanWords(report.clockSkewMs, w)),
    full && `${w.storageFull} (${storageWords(board, w, language)})`,
    report.problems.length > 0 && `${w.problems(String(report.problems.length))}: ${report.problems[0]}`,
  ].filter(words => typeof words === 'string')
}

/** `12 MB trong 2 GB`; undefined where the browser does not tell. */
export function storageWords({ report }: Board, w: BoardWords, language: Language): string | undefined {
  if (!report?.storage) return undefined
  const { usedBytes, quotaBytes } = report.storage
  return w.storage(formatBytes(usedBytes, language), formatBytes(quotaBytes, language))
}

/** Tiles of one province, in Vietnamese order. */
export interface TileProvince {
  code: string
  name: string
  tiles: BoardTile[]
}

/** Groups tiles by province; provinces and communes by name. */
export function tilesByProvince(tiles: BoardTile[]): TileProvince[] {
  const provinces = new Map<string, TileProvince>()
  for (const tile of tiles) {
    const known = provinces.get(tile.provinceCode)
    if (known) known.tiles.push(tile)
    else provinces.set(tile.provinceCode, { code: tile.provinceCode, name: tile.provinceName, tiles: [tile] })
  }
  const byName = (a: { areaName: string }, b: { areaName: string }) =>
    a.areaName.localeCompare(b.areaName, 'vi', { numeric: true })
  for (const province of provinces.values()) province.tiles.sort(byName)
  return [...provinces.values()].sort((a, b) => a.name.localeCompare(b.name, 'vi'))
}

/** The states of a tile in words, the worst first: `2 mất liên lạc, 1 trực tuyến`. */
export function tileWords({ counts }: BoardTile, w: BoardWords, n: (value: number) => string): string {
  return tileStates
    .filter(state => state !== 'resting')
    .flatMap(state => {
      const count = counts[state as Exclude<TileState, 'resting'>] ?? 0
      return count > 0 ? [w.tileCount(n(count), w.state[state].toLowerCase())] : []
    })
    .join(', ')
}

/** Bars of a display, one for each hour from the first to the last, at most `most` (the newest): share of the hour, 0 to 1. */
export function hourBars(
  { hours }: Pick<BoardDisplay, 'hours'>,
  most = 48,
): { hour: string; ms: number; share: number }[] {
  const hourMs = 3_600_000
  const shown = new Map(hours.map(({ hour, shownMs }) => [new Date(hour).getTime(), shownMs]))
  const [first, last] = [Math.min(...shown.keys()), Math.max(...shown.keys())]
  if (!Number.isFinite(first)) return []
  const from = Math.max(first, last - (most - 1) * hourMs)
  return Array.from({ length: (last - from) / hourMs + 1 }, (_, i) => {
    const at = from + i * hourMs
    const ms = shown.get(at) ?? 0
    return { hour: new Date(at).toISOString(), ms, share: Math.min(1, ms / hourMs) }
  })
}

/** States in the order that answers "does it show?", each named only where there is one. */
const reachOrder = ['online', 'late', 'offline', 'never', 'paper'] as const

/**
 * What stands behind "accepted" on the boards channel: the boards of the areas as they are now, in one sentence, since a
 * board that is switched off has accepted and shows nothing. Undefined where there is no board.
 */
export function reachSentence(
  { boards, byState }: Pick<BoardReach, 'boards' | 'byState'>,
  w: BoardWords,
  n: (value: number) => string,
): string | undefined {
  if (boards === 0) return undefined
  const parts = reachOrder.filter(state => byState[state] > 0).map(state => w.reachNow[state](n(byState[state])))
  return `${w.reachNowLead} ${parts.join(', ')}.`
}
