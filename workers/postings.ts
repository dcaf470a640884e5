import type { MailPort } from '../channels/contract.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { remindKeepers } from '../services/places/postings/reminders.ts'
import type { Links } from '../services/runtime/links.ts'
import { type Loop, startLoop } from './loop.ts'

const everyMs = 60_000

/**
 * Reminds the keepers of paper boards, every minute. Any number of processes may do so: each reminder is claimed in the
 * database before it is sent. A loop of its own: a slow mail server must not hold up the sweep.
 */
export function startPostingReminders(
  ctx: DispatchContext,
  keepers: { mail: MailPort; links: Links },
  stopping: AbortSignal,
): Loop {
  return startLoop('posting-reminders', everyMs, ctx.log, async () => {
    const { db, now, log, demo } = ctx
    const sent = await remindKeepers({ db, now, log, demo, ...keepers }, stopping)
    if (sent > 0) ctx.log.info({ mails: sent }, 'keepers of paper boards were reminded')
    return false
  })
}
