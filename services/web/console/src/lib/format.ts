import type { Language } from '../i18n/language.ts'

/** Every time on the screens is the time of Viet Nam, wherever the reader's computer believes itself to be. */
export const zone = 'Asia/Ho_Chi_Minh'

const locales: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' }

interface Clock {
  year: string
  month: string
  day: string
  hour: string
  minute: string
}

function clock(date: Date): Clock {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(date)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find(p => p.type === type)?.value ?? ''
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') }
}

/** `13/08/2026`; a dash when there is no date or it cannot be read. */
export function formatDate(iso: string | null): string {
  const date = readDate(iso)
  if (!date) return '–'
  const { year, month, day } = clock(date)
  return `${day}/${month}/${year}`
}

/** `17:05 13/08/2026`, the order in which Vietnamese documents give time and date. */
export function formatDateTime(iso: string | null): string {
  const date = readDate(iso)
  if (!date) return '–'
  const { hour, minute } = clock(date)
  return `${hour}:${minute} ${formatDate(iso)}`
}

/** `17:05`. */
export function formatTime(iso: string | null): string {
  const date = readDate(iso)
  if (!date) return '–'
  const { hour, minute } = clock(date)
  return `${hour}:${minute}`
}

/** `17:05`, or `17:05 13/08/2026` when that is not the day of `now`: for a time that is near. */
export function formatNear(iso: string | null, now: Date): string {
  const date = readDate(iso)
  return date && dayOf(date) === dayOf(now) ? formatTime(iso) : formatDateTime(iso)
}

function readDate(iso: string | null): Date | undefined {
  if (iso === null) return undefined
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** The calendar day in Viet Nam, `2026-08-13`: for comparing days, not for showing. */
export function dayOf(iso: string | Date): string {
  const { year, month, day } = clock(typeof iso === 'string' ? new Date(iso) : iso)
  return `${year}-${month}-${day}`
}

/** What a date picker holds (`2026-08-13 17:05:00`, wall time of Viet Nam) for an ISO time; null stays null. */
export function toPicker(iso: string | null): string | null {
  const date = readDate(iso)
  if (!date) return null
  const { year, month, day, hour, minute } = clock(date)
  return `${year}-${month}-${day} ${hour}:${minute}:00`
}

/** The ISO time with offset for what a date picker holds. Viet Nam keeps UTC+7 all year. */
export function fromPicker(value: string | null): string | null {
  const match = value === null ? null : /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})/.exec(value)
  return match ? `${match[1]}T${match[2]}:00+07:00` : null
}

/** `1.234.567` in Vietnamese, `1,234,567` in English. */
export function formatNumber(n: number, language: Language): string {
  return new Intl.NumberFormat(locales[language]).format(n)
}

/** Whole đồng: `1.250.000 đ`. */
export function formatMoney(dong: number, language: Language): string {
  return `${formatNumber(Math.round(dong), language)} đ`
}

/** Minutes and seconds of a recording: `2:05`; hours only when there are any. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const h = Math.floor(whole / 3600)
  const m = Math.floor((whole % 3600) / 60)
  const s = String(whole % 60).padStart(2, '0')
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}

/** `1,2 MB`: decimal units, as file managers and phones show. */
export function formatBytes(bytes: number, language: Language): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(value)} ${units[unit]}`
}

/** Share in whole per cent that never rounds up to 100 nor down to 0 while something is missing or there. */
export function wholePercent(part: number, total: number): number {
  if (total <= 0 || part <= 0) return 0
  if (part >= total) return 100
  return Math.min(99, Math.max(1, Math.round((part / total) * 100)))
}
