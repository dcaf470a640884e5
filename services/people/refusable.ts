import { availableChannels } from '../../channels/index.ts'
import type { RefusableChannel } from './opt-outs.ts'

/**
 * Channels that write to people's own addresses. Switched-off ones too: a refusal must hold when they are switched on.
 */
export const refusableChannels: RefusableChannel[] = availableChannels.flatMap(({ id, address }) =>
  address ? [{ id, address }] : [],
)
