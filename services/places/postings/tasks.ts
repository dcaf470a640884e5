import type { Priority } from '../../domain/announcement.ts'
import { issuedAt, paperDaysWithoutEnd, removeBy } from '../../domain/paper.ts'
import type { PostingFacts, PostingReminder } from '../../domain/posting.ts'
import type { Sql } from '../../store/db.ts'

/** One notice for one paper board, with what is known of it. Dates as Date. */
export interface PostingTask extends PostingFacts {
  dispatchId: string
  boardId: string
  boardName: string
  /** False: it was a paper board when this was sent out, and is a screen now. */
  onPaper: boolean
  areaCode: string
  communeName: string
  keeperEmail: string | null
  announcementId: string
  title: string
  issuer: string
  documentNumber: string
  priority: Priority
  revision: number
  issuedAt: Date
  /** Null until somebody said something of it. */
  postingId: string | null
  postedBy: string | null
  photo: string | null
  removedBy: string | null
  removedPhoto: string | null
  note: string
  /** Photos that came, replaced ones too. */
  photos: number
  reminders: { kind: PostingReminder; at: string; result: string }[]
}

interface TaskRow extends Omit<PostingTask, 'issuedAt' | 'removeBy'> {
  approvedAt: Date | null
  notBefore: Date
  expiresAt: Date | null
}

const columns = `d.id as "dispatchId", b.id as "boardId", b.name as "boardName", b.kind = 'paper' as "onPaper", b.area_code as "areaCode",
  c.name as "communeName", b.keeper_email as "keeperEmail", a.id as "announcementId", a.content->>'title' as title,
  a.content->>'issuer' as issuer, a.content->>'documentNumber' as "documentNumber", d.priority, d.revision, a.state,
  d.cancelled_at as "dispatchCancelledAt", a.approved_at as "approvedAt", d.not_before as "notBefore",
  d.expires_at as "expiresAt", p.id as "postingId", p.posted_at as "postedAt", p.posted_by as "postedBy", p.photo,
  p.removed_at as "removedAt", p.removed_by as "removedBy", p.removed_photo as "removedPhoto",
  coalesce(p.note, '') as note,
  (select count(*)::int from posting_photos x where x.posting_id = p.id) as photos,
  coalesce((select json_agg(json_build_object('kind', r.kind, 'at', r.at, 'result', r.result) order by r.at)
    from posting_reminders r where r.posting_id = p.id), '[]') as reminders`

function taskOf({ approvedAt, notBefore, expiresAt, ...row }: TaskRow): PostingTask {
  const issued = issuedAt(approvedAt, notBefore.toISOString()) ?? notBefore
  return { ...row, issuedAt: issued, removeBy: removeBy(expiresAt, issued) }
}

/** What a slip's token names; undefined when the dispatch is gone. The token says that the board was in it. */
export async function findTask(
  sql: Sql,
  dispatchId: string,
  boardId: string,
  lock = false,
): Promise<PostingTask | undefined> {
  const { rows } = await sql.query<TaskRow>(
    `select ${columns} from dispatches d join announcements a on a.id = d.announcement_id
       join boards b on b.id = $2 join areas c on c.code = b.area_code
       left join postings p on p.dispatch_id = d.id and p.board_id = b.id
     where d.id = $1 and d.channel = 'board' ${lock ? 'for no key update of b' : ''}`,
    [dispatchId, boardId],
  )
  return rows[0] && taskOf(rows[0])
}

/**
 * The paper boards of an announcement, each once: in the first of its rounds that it is in, so that its slip stays the same.
 * Ordered by commune, then name. Empty before the audience is frozen. Index: chunks_of_dispatch.
 */
export async function tasksOfAnnouncement(sql: Sql, announcementId: string): Promise<PostingTask[]> {
  const { rows } = await sql.query<TaskRow>(
    `with target as (
       select distinct on (t.board_id) t.board_id, d.id as dispatch_id
       from dispatches d join chunks k on k.dispatch_id = d.id, unnest(k.target_ids) as t (board_id)
         join boards b on b.id = t.board_id and b.kind = 'paper'
       where d.announcement_id = $1 and d.channel = 'board'
       order by t.board_id, d.id
     )
     select ${columns} from target t join dispatches d on d.id = t.dispatch_id
       join announcements a on a.id = d.announcement_id
       join boards b on b.id = t.board_id join areas c on c.code = b.area_code
       left join postings p on p.dispatch_id = d.id and p.board_id = b.id
     order by c.name, b.name, b.id`,
    [announcementId],
  )
  return rows.map(taskOf)
}

/**
 * What somebody posted, nobody has taken down, and may hang no longer by `until`, newest end first: what nobody ever reports
 * as taken down must not hide what is due today. The same rules as postingEnd and removeBy of services/domain, here because
 * they choose the page. Index: postings_up.
 * @returns at most `limit`, and how many more there are
 */
export async function tasksDue(sql: Sql, until: Date, limit: number): Promise<{ tasks: PostingTask[]; more: number }> {
  const end = `coalesce(d.expires_at,
    date_trunc('minute', greatest(a.approved_at, d.not_before)) + make_interval(days => ${paperDaysWithoutEnd}))`
  const { rows } = await sql.query<TaskRow & { total: number }>(
    `select ${columns}, count(*) over ()::int as total from postings p join dispatches d on d.id = p.dispatch_id
       join announcements a on a.id = d.announcement_id
       join boards b on b.id = p.board_id join areas c on c.code = b.area_code
     where p.posted_at is not null and p.removed_at is null
       and (a.state in ('superseded', 'cancelled', 'expired') or d.cancelled_at is not null or ${end} <= $1)
     order by ${end} desc, p.id desc limit $2`,
    [until, limit],
  )
  const total = rows[0]?.total ?? 0
  return { tasks: rows.map(({ total: _, ...row }) => taskOf(row)), more: total - rows.length }
}

/**
 * Posted and not taken down, those whose keeper is still to be told that they end: what nobody ever reports as taken down is told of
 * once and must not be read every minute for years. A withdrawal after that comes with {@link tasksWithdrawn}.
 */
export async function tasksEnding(sql: Sql): Promise<PostingTask[]> {
  const { rows } = await sql.query<TaskRow>(
    `select ${columns} from postings p join dispatches d on d.id = p.dispatch_id
       join announcements a on a.id = d.announcement_id
       join boards b on b.id = p.board_id join areas c on c.code = b.area_code
     where p.posted_at is not null and p.removed_at is null and b.keeper_email is not null
       and not exists (select from posting_reminders r where r.posting_id = p.id and r.kind in ('overdue', 'withdrawn'))`,
  )
  return rows.map(taskOf)
}

/**
 * Notices that were withdrawn within the last week and that stand on the shelf of a paper board, whether or not somebody said
 * that they hang, and that nobody has taken down.
 */
export async function tasksWithdrawn(sql: Sql, now: Date): Promise<PostingTask[]> {
  const { rows } = await sql.query<TaskRow>(
    `select ${columns} from dispatches d join announcements a on a.id = d.announcement_id
       join shelf_items s on s.kind = 'boards' and s.dispatch_id = d.id
       join boards b on b.id = s.place_id and b.kind = 'paper' join areas c on c.code = b.area_code
       left join postings p on p.dispatch_id = d.id and p.board_id = b.id
     where d.channel = 'board' and p.removed_at is null
       and (d.cancelled_at > $1 or a.state = 'superseded' and a.updated_at > $1)`,
    [new Date(now.getTime() - 7 * 86_400_000)],
  )
  return rows.map(taskOf)
}
