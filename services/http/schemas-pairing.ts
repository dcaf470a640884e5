import { z } from 'zod'

/** Shapes of pairing beyond those that boards read (services/domain/board.ts). */
const when = z.string()

/** As an officer types it; what cannot be a code is answered like a wrong one. */
export const pairingCodeSchema = z.object({ code: z.string().max(64) })

/** A screen that shows a code. */
export const waitingBoardSchema = z.object({
  /** plain: the page without a script. */
  kind: z.enum(['player', 'plain']),
  screen: z.string(),
  player: z.string(),
  browser: z.string(),
  address: z.string(),
  since: when,
  expiresAt: when,
})
export type WaitingBoardShape = z.infer<typeof waitingBoardSchema>

export const pairedBoardSchema = z.object({
  id: z.string(),
  name: z.string(),
  commune: z.string(),
  /** Null: not paired. */
  pairedAt: when.nullable(),
})
export type PairedBoardShape = z.infer<typeof pairedBoardSchema>
