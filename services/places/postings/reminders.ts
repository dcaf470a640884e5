import type { Log, MailPort } from '../../../channels/contract.ts'
import type { Outcome } from '../../domain/delivery.ts'
import { type PostingReminder, reminderDue } from '../../domain/posting.ts'
import type { Links } from '../../runtime/links.ts'
import { type Db, transaction } from '../../store/db.ts'
import { type ReminderLine, reminderMail } from './mail.ts'
import { ensurePosting } from './postings.ts'
import { type PostingTask, tasksEnding, tasksWithdrawn } from './tasks.ts'

export interface ReminderContext {
  db: Db
  now: () => Date
  log: Log
  mail: MailPort
  links: Links
  demo: boolean
}

/**
 * Writes to the keepers of paper boards about what is to be taken down: within the day before its end, once it is over, and
 * at once when a notice is withdrawn; each of these at the most once for each posting, and everything that is due for one
 * keeper in one mail. Reminders are claimed in the database before their mail leaves, so that two workers cannot send the
 * same one; a mail whose fate is uncertain is not sent again.
 * @returns mails that left
 */
export async function remindKeepers(ctx: ReminderContext, signal: AbortSignal): Promise<number> {
  let sent = 0
  for (const [keeper, due] of await dueByKeeper(ctx)) {
    if (signal.aborted) break
    const lines = await claim(ctx, due)
    if (lines.length === 0) continue
    const outcome = await ctx.mail.send(reminderMail(keeper, lines, ctx.demo), signal)
    await settle(ctx, lines, outcome)
    if (outcome.kind === 'accepted') sent += 1
  }
  return sent
}

interface Due {
  task: PostingTask
  kind: PostingReminder
}

async function dueByKeeper(ctx: ReminderContext): Promise<Map<string, Due[]>> {
  const now = ctx.now()
  const tasks = new Map(
    [...(await tasksEnding(ctx.db)), ...(await tasksWithdrawn(ctx.db, now))].map(task => [
      `${task.dispatchId} ${task.boardId}`,
      task,
    ]),
  )
  const byKeeper = new Map<string, Due[]>()
  for (const task of tasks.values()) {
    const kind = reminderDue(task, now)
    if (kind === undefined || task.keeperEmail === null || task.reminders.some(r => r.kind === kind)) continue
    byKeeper.set(task.keeperEmail, [...(byKeeper.get(task.keeperEmail) ?? []), { task, kind }])
  }
  return byKeeper
}

/** Takes these reminders for this process. @returns those that nobody else had taken */
function claim(ctx: ReminderContext, due: Due[]): Promise<ReminderLine[]> {
  return transaction(ctx.db, async sql => {
    const lines: ReminderLine[] = []
    // In one order everywhere, so that two workers never wait for each other in a circle.
    const inOrder = due.toSorted((a, b) => keyOf(a.task).localeCompare(keyOf(b.task)))
    for (const { task, kind } of inOrder) {
      const postingId = await ensurePosting(sql, task, ctx.now())
      const { rowCount } = await sql.query(
        `insert into posting_reminders (posting_id, kind, at, result)
         select id, $2, $3, 'sending' from postings where id = $1 and removed_at is null
         on conflict (posting_id, kind) do nothing`,
        [postingId, kind, ctx.now()],
      )
      if (rowCount === 0) continue
      lines.push({
        postingId,
        kind,
        title: task.title,
        boardName: task.boardName,
        communeName: task.communeName,
        removeBy: task.removeBy,
        posted: task.postedAt !== null,
        pageUrl: ctx.links.postingPage(task.dispatchId, task.boardId),
      })
    }
    return lines
  })
}

const keyOf = (task: PostingTask) => `${task.dispatchId.padStart(18, '0')} ${task.boardId.padStart(18, '0')}`

/** What certainly did not leave is due again; everything else stays as it is known. */
async function settle(ctx: ReminderContext, lines: ReminderLine[], outcome: Outcome): Promise<void> {
  const claimed = [lines.map(line => line.postingId), lines.map(line => line.kind)]
  const mine = `from unnest($1::bigint[], $2::text[]) as x (id, kind) where r.posting_id = x.id and r.kind = x.kind`
  if (outcome.kind === 'retry') {
    await ctx.db.query(
      `delete from posting_reminders r using unnest($1::bigint[], $2::text[]) as x (id, kind)
       where r.posting_id = x.id and r.kind = x.kind`,
      claimed,
    )
    return
  }
  const result = 'code' in outcome && outcome.kind !== 'unknown' ? `${outcome.kind}: ${outcome.code}` : outcome.kind
  await ctx.db.query(`update posting_reminders r set result = $3 ${mine}`, [...claimed, result])
}
