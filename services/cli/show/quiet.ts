import type { Progress } from '../../http/schemas.ts'
import { roundName } from './table.ts'

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/**
 * What is left for the end of the quiet hours, in both languages, so that a table with people still waiting is not taken
 * for a failure; undefined when nothing waits for it.
 * @param names channel id -> name to show
 */
export function quietWords({ dispatches }: Progress, names: Map<string, string>): string | undefined {
  const waiting = dispatches.filter(d => d.phase === 'quiet')
  const until = waiting.flatMap(d => (d.quietUntil === null ? [] : [d.quietUntil])).sort()[0]
  if (until === undefined) return undefined
  const list = waiting.map(d => roundName(d, names)).join(', ')
  const at = clock.format(new Date(until))
  return (
    `Đang trong khung giờ yên tĩnh: ${list} chưa gửi, sẽ gửi lúc ${at} nếu hệ thống đang chạy (LOA_QUIET_HOURS).\n` +
    `Quiet hours: ${list} waits and goes out at ${at}, Viet Nam time, if the instance runs then (LOA_QUIET_HOURS).`
  )
}
