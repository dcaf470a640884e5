import type { vi } from './vi.ts'

/** The shape of a dictionary: same keys, same arguments, any words. */
type Shape<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [K in keyof T]: Shape<T[K]> }

/** Every screen text, nested by page. A missing or surplus key in a language file is a compile error. */
export type Dictionary = Shape<typeof vi>

/** Why a target was skipped, rejected or is unknown, from the code that a channel or the freeze gave. */
export function reasonWords(t: Dictionary, code: string): string {
  return code.startsWith('smtp-') ? t.smtpReason(code.slice('smtp-'.length)) : wordFor(t.reasons, code)
}

/** The words for a code that comes from the server; the code itself when no word is known. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code
}
