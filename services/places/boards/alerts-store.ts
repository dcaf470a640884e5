import type { Sql } from '../../store/db.ts'

/** Something that a heartbeat, or the use of a credential, shows to be wrong. */
export interface BoardNews {
  boardId: string
  kind: 'two-players' | 'problems' | 'reused'
  at: Date
  detail: Record<string, unknown>
}

/**
 * Opens an alert for each, or notes in the one that is open what was seen last and when. At most one of a kind is open per
 * board (index board_alerts_open); give each board and kind once. Locked by board and kind, like everywhere. What else is noted of an open one stays: a refused mail.
 */
export async function openBoardAlerts(sql: Sql, news: BoardNews[]): Promise<void> {
  if (news.length === 0) return
  await sql.query(
    `insert into board_alerts as a (board_id, kind, began_at, detail)
     select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::jsonb[]) order by 1, 2
     on conflict (board_id, kind) where ended_at is null do update set detail = a.detail || excluded.detail`,
    [
      news.map(n => n.boardId),
      news.map(n => n.kind),
      news.map(n => n.at),
      news.map(n => JSON.stringify({ ...n.detail, lastAt: n.at.toISOString() })),
    ],
  )
}
