import type { DeliveryState } from '../../../../domain/delivery.ts'
import { roughTime } from '../lib/estimates.ts'
import type { vi } from './vi.ts'

/** The shape of a dictionary: same keys, same arguments, any words. */
export type Shape<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [K in keyof T]: Shape<T[K]> }

/** Every screen text, nested by page. A missing or surplus key in a language file is a compile error. */
export type Dictionary = Shape<typeof vi>

const gaveUp = 'gave-up:'

/** Why a target was skipped, rejected or is unknown, from the code that a channel, the engine or the freeze gave. */
export function reasonWords(t: Dictionary, code: string): string {
  if (code.startsWith(gaveUp)) return t.gaveUp(reasonWords(t, code.slice(gaveUp.length)))
  const known = (t.reasons as Readonly<Record<string, string>>)[code]
  if (known !== undefined) return known
  if (code.startsWith('smtp-')) return t.smtpReason(code.slice('smtp-'.length))
  return /^http-\d+$/.test(code) ? t.serverReason(code.slice('http-'.length)) : code
}

/** The words for a code that comes from the server; the code itself when no word is known. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code
}

/** Delivery states within a sentence: `bị từ chối, không rõ`. */
export function stateList(t: Dictionary, states: readonly DeliveryState[]): string {
  return states.map(state => t.delivery[state].toLowerCase()).join(', ')
}

/** A length of time in words, rounded up: `khoảng 1 giờ 50 phút`. */
export function roughWords(t: Dictionary, seconds: number): string {
  const { hours, minutes } = roughTime(seconds)
  if (hours === 0 && minutes === 0) return t.expected.underMinute
  const parts = [hours > 0 && t.expected.hours(String(hours)), minutes > 0 && t.expected.minutes(String(minutes))]
  return t.expected.about(parts.filter(Boolean).join(' '))
}
