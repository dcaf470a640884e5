import { createHash } from 'node:crypto'
import type { MailPort, OutgoingMail } from '../../../channels/contract.ts'
import type { AlertContext } from './alerts.ts'

/** An open alert whose keeper is still to be told. */
export interface UntoldAlert {
  id: string
  kind: 'never' | 'offline' | 'reused' | 'two-players' | 'problems'
  beganAt: Date
  board: string
  commune: string
  keeper: string
  lastSeenAt: Date | null
}

const whatIsWrong: Record<UntoldAlert['kind'], string> = {
  never: 'chưa kết nối lần nào kể từ khi được thêm vào hệ thống',
  offline: 'mất liên lạc trong giờ hoạt động',
  reused: 'thông tin ghép nối bị hai thiết bị sử dụng; bảng đã bị ngắt và cần được ghép nối lại',
  'two-players': 'có hai thiết bị cùng dùng một thông tin ghép nối; đề nghị kiểm tra và ghép nối lại',
  problems: 'báo có lỗi khi hiển thị',
}

/** A refusal may be mended (an address, a mail server); asking each minute would not. */
const refusedMs = 3_600_000
/** A board that comes and goes is told of so often, for each kind of fault; the console shows its alerts all the same. */
const pauseMs = 6 * 3_600_000
/** Nobody reads more in a mail, and a province's boards that fail together would make one of a megabyte. */
const linesAtMost = 100

/**
 * Writes to keepers about what is open and untold: one mail per keeper and round. An alert is told of once; what the mail
 * server could not take is tried again, in the next round or an hour after a refusal. What opens again within six hours of a
 * mail about the same fault of the same board waits, and is told of if it is still open then.
 * @returns alerts told of
 */
export async function tellKeepers(
  { db, now, log, demo }: AlertContext,
  mail: MailPort,
  stopping: AbortSignal,
): Promise<number> {
  const { rows } = await db.query<UntoldAlert>(
    `select a.id, a.kind, a.began_at as "beganAt", b.name as board, r.name as commune, b.keeper_email as keeper,
       b.last_seen_at as "lastSeenAt"
     from board_alerts a join boards b on b.id = a.board_id join areas r on r.code = b.area_code
     where a.ended_at is null and a.told_at is null and b.keeper_email is not null
       and coalesce((a.detail->>'refusedAt')::timestamptz, 'epoch') < $1
       -- Index: board_alerts_told.
       and not exists (select from board_alerts p where p.board_id = a.board_id and p.kind = a.kind and p.told_at > $2)
     order by r.name, b.name, a.id limit 5000`,
    [new Date(now().getTime() - refusedMs), new Date(now().getTime() - pauseMs)],
  )
  let told = 0
  const byKeeper = new Map<string, UntoldAlert[]>()
  for (const row of rows) {
    const others = byKeeper.get(row.keeper)
    if (others) others.push(row)
    else byKeeper.set(row.keeper, [row])
  }
  for (const [keeper, alerts] of byKeeper) {
    if (stopping.aborted) break
    const outcome = await mail.send(alertMail(keeper, alerts, demo), stopping)
    const ids = alerts.map(a => a.id)
    // Not known whether it was taken: twice would be worse, the list of alerts in the console holds it all the same.
    if (outcome.kind === 'accepted' || outcome.kind === 'unknown') {
      // In the order in which heartbeats lock them: a note that fails is a second mail.
      await db.query(
        `with held as (select id from board_alerts where id = any($1::bigint[]) order by board_id, kind for no key update)
         update board_alerts a set told_at = $2 from held where a.id = held.id`,
        [ids, now()],
      )
      told += ids.length
    } else {
      log.warn(
        { alerts: ids.length, outcome: outcome.kind, code: outcome.code },
        'boards: a keeper could not be written to',
      )
      if (outcome.kind === 'rejected') {
        await db.query(
          `update board_alerts set detail = detail || jsonb_build_object('refusedAt', $2::timestamptz) where id = any($1::bigint[])`,
          [ids, now()],
        )
      }
    }
  }
  return told
}

/** One mail about some boards of one keeper. The key names the alerts, so that a repeat is recognisable. Pure. */
export function alertMail(keeper: string, alerts: UntoldAlert[], demo: boolean): OutgoingMail {
  const lines = alerts.slice(0, linesAtMost).map(alert => {
    const seen = alert.lastSeenAt ? `; lần cuối có tín hiệu: ${localTime(alert.lastSeenAt)}` : ''
    return `- ${oneLine(alert.board)} (${oneLine(alert.commune)}): ${whatIsWrong[alert.kind]}, ghi nhận lúc ${localTime(alert.beganAt)}${seen}.`
  })
  const more = alerts.length - lines.length
  const boards = new Set(alerts.map(a => `${a.commune} ${a.board}`)).size
  return {
    to: keeper,
    subject: `${demo ? '[DIỄN TẬP] ' : ''}Đề nghị kiểm tra ${boards} bảng tin công cộng`,
    text: [
      'Kính gửi Ông/Bà,',
      '',
      'Hệ thống Loa ghi nhận các bảng tin công cộng sau đây cần được kiểm tra:',
      '',
      ...lines,
      ...(more > 0 ? [`và ${more} cảnh báo khác, xem mục Bảng tin trong hệ thống Loa.`] : []),
      '',
      'Đề nghị Ông/Bà kiểm tra nguồn điện, kết nối mạng và thiết bị phát của bảng tin. Bảng tin đang hiển thị gì thì tiếp tục',
      'hiển thị đến hết thời hạn của nội dung đó.',
      '',
      'Thư được gửi tự động, vui lòng không trả lời.',
    ].join('\n'),
    key: `board-alerts-${createHash('sha256')
      .update(alerts.map(a => a.id).join())
      .digest('hex')
      .slice(0, 32)}`,
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function localTime(at: Date): string {
  return new Intl.DateTimeFormat('vi-VN', {
    timeZone: 'Asia/Ho_Chi_Minh',
    hour: '2-digit',
    minute: '2-digit',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }).format(at)
}
