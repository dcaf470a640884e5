import type { Outcome } from '../../services/domain/delivery.ts'
import { esmsCodes } from './esms/codes.ts'
import { smppCodes } from './smpp/codes.ts'
import { twilioCodes } from './twilio/codes.ts'

/** Codes for which the vendor is not to blame: it asked us to slow down, or we stopped or failed ourselves. */
const notItsFault = new Set([
  'aborted',
  'defect',
  ...[twilioCodes, esmsCodes, smppCodes].flatMap(table =>
    Object.entries(table).flatMap(([code, { meaning }]) => (meaning === 'throttled' ? [code] : [])),
  ),
])

/**
 * True when an outcome speaks against the vendor: it did not answer, failed, or could not be used. A refused number
 * and a request to slow down say nothing about its health.
 */
export function isTrouble(outcome: Outcome): boolean {
  return (outcome.kind === 'retry' || outcome.kind === 'unknown') && !notItsFault.has(outcome.code)
}
