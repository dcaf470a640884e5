import type { VendorMove } from '../../../../http/schemas.ts'
import type { Dictionary } from './dictionary.ts'

/** One move of a share in words: `gặp 53 sự cố trong một phút, giảm từ 60% xuống 35%`. */
export function moveWords(t: Dictionary, { reason, troubles, from, to }: VendorMove): string {
  return reason === 'troubles'
    ? t.vendors.fell(String(troubles), String(from), String(to))
    : t.vendors.rose(String(from), String(to))
}
