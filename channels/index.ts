import { board } from './board/index.ts'
import type { Channel } from './contract.ts'
import { email } from './email/index.ts'
import { loudspeaker } from './loudspeaker/index.ts'
import { sms } from './sms/index.ts'

/** Every channel that this program has, in the order of the plan. A new channel is one more line here. */
// biome-ignore lint/suspicious/noExplicitAny: the list holds channels of different content types
export const availableChannels: Channel<any, any>[] = [loudspeaker, board, sms, email]
