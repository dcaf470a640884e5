import type { Outcome } from '../../services/domain/delivery.ts'
import type { Sentence } from '../../services/domain/errors.ts'

/**
 * What a vendor's code says of a message:
 *
 *   accepted   the vendor has it                         rejected  certainly not sent, and no repeat can help
 *   retry      certainly not sent, may work later        throttled certainly not sent, we were too fast
 *   setup      certainly not sent, somebody must mend the account or its settings
 *   unknown    it may or may not have been sent
 */
export type Meaning = 'accepted' | 'rejected' | 'retry' | 'throttled' | 'setup' | 'unknown'

/** A vendor's codes as data: meaning and words for people. */
export type CodeTable = Record<string, Sentence & { meaning: Meaning }>

/** No answer came. `begun` once any byte of the request may have reached the vendor. */
export interface NoAnswer {
  begun: boolean
  reason: 'refused' | 'dns' | 'timeout' | 'lost' | 'aborted'
}

/** A vendor that is away may be back after this long. */
export const reconnectMs = 5_000
/** Settings and accounts are mended by people, not within seconds. */
export const configurationMs = 60_000

const noAnswerCodes: Record<NoAnswer['reason'], string> = {
  refused: 'connection-refused',
  dns: 'dns',
  timeout: 'timeout',
  lost: 'connection-lost',
  aborted: 'aborted',
}

/** Without an answer only what never left this machine is `retry`. */
export function noAnswerOutcome({ begun, reason }: NoAnswer): Outcome {
  const code = noAnswerCodes[reason]
  if (begun) return { kind: 'unknown', code }
  return reason === 'aborted' ? { kind: 'retry', code } : { kind: 'retry', code, afterMs: reconnectMs }
}

/** The outcome of an answer that was no acceptance. @param afterMs what the vendor asked for, if it did */
export function outcomeOf(meaning: Exclude<Meaning, 'accepted'>, code: string, afterMs?: number): Outcome {
  if (meaning === 'rejected' || meaning === 'unknown') return { kind: meaning, code }
  if (meaning === 'setup') return { kind: 'retry', code, afterMs: configurationMs }
  return { kind: 'retry', code, afterMs: afterMs ?? reconnectMs }
}
