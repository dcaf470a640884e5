import type { DispatchContext } from '../../dispatch/context.ts'
import { recordReceipts } from '../../dispatch/receipts.ts'
import { AppError } from '../../domain/errors.ts'
import { type PostingEnd, photoReplaceMs, postingEnd } from '../../domain/posting.ts'
import { type Transaction, transaction } from '../../store/db.ts'
import { putFile } from '../../store/files.ts'
import { cleanText, countCharacters } from '../../text/input.ts'
import { findTask, type PostingTask } from './tasks.ts'

/** What a person sends from the phone. */
export interface PostingReport {
  name: string
  note: string
  /** Made by cleanPhoto; required for a posting, not for a removal. */
  photo: Buffer | undefined
}

/** A slip's token, read. */
export interface PostingKey {
  dispatchId: string
  boardId: string
}

const noTask = () =>
  new AppError('not-found', { vi: 'Không tìm thấy phiếu niêm yết này.', en: 'There is no such posting slip.' })

const endWords: Record<PostingEnd, string> = {
  withdrawn: 'Thông báo đã thu hồi: không niêm yết; nếu đã dán, hãy gỡ ngay.',
  superseded: 'Thông báo đã được thay thế: không niêm yết bản này; nếu đã dán, hãy gỡ ngay.',
  expired: 'Thông báo đã hết hạn: không niêm yết; nếu đã dán, hãy gỡ.',
}

/** For whoever holds the slip of a board that has been replaced. */
export const notPaperSentence = 'Bảng này không còn là bảng niêm yết giấy: không niêm yết; nếu đã dán, hãy gỡ.'

/** The sentence for the person at the board. */
export function endSentence(end: PostingEnd): string {
  return endWords[end]
}

/**
 * Somebody posted the notice and sent a photo: the photo is kept, and the board's target is confirmed (`posted`, the best
 * that paper can give). Saying it again changes nothing; another photo replaces the first for a quarter of an hour, and both
 * are kept.
 * @throws AppError not-found | request.invalid | posting.bad-photo | posting.ended | posting.settled | board.wrong-kind (a
 *   screen hangs there by now, and what it shows is for itself to prove)
 */
export async function confirmPosting(
  ctx: DispatchContext,
  key: PostingKey,
  report: PostingReport,
): Promise<PostingTask> {
  const name = readName(report.name)
  const note = readNote(report.note)
  const photo = report.photo
  if (photo === undefined) {
    throw new AppError('posting.bad-photo', {
      vi: 'Ông/Bà cần chụp ảnh bảng sau khi dán thông báo.',
      en: 'Please take a photo of the board with the notice on it.',
    })
  }
  return await transaction(ctx.db, async sql => {
    const now = ctx.now()
    const task = await findTask(sql, key.dispatchId, key.boardId, true)
    if (!task) throw noTask()
    const sha256 = await putFile(sql, { mime: 'image/jpeg', bytes: photo })
    // The answer to the first try may have got lost: the same photo is the same report, whenever it comes again.
    if (task.postedAt !== null && task.photo === sha256) return task
    refuseEnded(task, now)
    if (!task.onPaper) {
      throw new AppError('board.wrong-kind', {
        vi: notPaperSentence,
        en: 'This board is no paper board any more: do not post the notice, and take it down if it hangs.',
      })
    }
    if (task.removedAt !== null)
      throw settled('Thông báo này đã được báo là đã gỡ.', 'This notice was reported removed.')
    if (task.postedAt !== null && now.getTime() - task.postedAt.getTime() > photoReplaceMs) {
      throw settled(
        'Việc niêm yết đã được ghi nhận; ảnh chỉ thay được trong 15 phút.',
        'The posting is on record; its photo could be replaced for 15 minutes.',
      )
    }
    const postingId = await ensurePosting(sql, task, now)
    await sql.query(
      `update postings set posted_at = coalesce(posted_at, $2), posted_by = $3, photo = $4,
         note = case when $5 = '' then note else $5 end where id = $1`,
      [postingId, now, name, sha256, note],
    )
    await addPhoto(sql, postingId, 'posted', sha256, name, now)
    await recordReceipts(ctx, 'board', [postedReceipt(key, task.postedAt ?? now)], sql)
    return await requireTask(sql, key)
  })
}

/**
 * Somebody took the notice down, with or without a photo. Accepted at any time while it may hang, also for a notice that
 * nobody said was posted once it is over. Saying it again changes nothing.
 * @throws AppError not-found | request.invalid | posting.settled (nothing was posted, and it is still to be)
 */
export async function confirmRemoval(
  ctx: DispatchContext,
  key: PostingKey,
  report: PostingReport,
): Promise<PostingTask> {
  const name = readName(report.name)
  const note = readNote(report.note)
  return await transaction(ctx.db, async sql => {
    const now = ctx.now()
    const task = await findTask(sql, key.dispatchId, key.boardId, true)
    if (!task) throw noTask()
    if (task.removedAt !== null) return task
    if (task.postedAt === null && postingEnd(task, now) === undefined) {
      throw settled('Thông báo này chưa được báo là đã dán.', 'Nobody has reported this notice as posted yet.')
    }
    const sha256 = report.photo && (await putFile(sql, { mime: 'image/jpeg', bytes: report.photo }))
    const postingId = await ensurePosting(sql, task, now)
    await sql.query(
      `update postings set removed_at = $2, removed_by = $3, removed_photo = $4,
         note = case when $5 = '' then note else $5 end where id = $1`,
      [postingId, now, name, sha256 ?? null, note],
    )
    if (sha256 !== undefined) await addPhoto(sql, postingId, 'removed', sha256, name, now)
    return await requireTask(sql, key)
  })
}

/** The same reference that the board channel gave when it took the notice over (channels/board: boardRef). */
function postedReceipt({ dispatchId, boardId }: PostingKey, at: Date) {
  return {
    ref: `board-${dispatchId}-${boardId}`,
    dispatchId,
    targetId: boardId,
    state: 'confirmed' as const,
    code: 'posted',
    at,
  }
}

/** The row of a posting, made when there is none; the caller holds the lock of {@link findTask}. @returns its id */
export async function ensurePosting(
  sql: Transaction,
  task: Pick<PostingTask, 'dispatchId' | 'boardId' | 'revision'>,
  now: Date,
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into postings (dispatch_id, board_id, revision, created_at) values ($1, $2, $3, $4)
     on conflict (dispatch_id, board_id) do update set revision = postings.revision returning id`,
    [task.dispatchId, task.boardId, task.revision, now],
  )
  return rows[0]?.id ?? ''
}

async function addPhoto(
  sql: Transaction,
  postingId: string,
  kind: 'posted' | 'removed',
  sha256: string,
  name: string,
  now: Date,
): Promise<void> {
  await sql.query('insert into posting_photos (posting_id, kind, sha256, by_name, at) values ($1, $2, $3, $4, $5)', [
    postingId,
    kind,
    sha256,
    name,
    now,
  ])
}

async function requireTask(sql: Transaction, key: PostingKey): Promise<PostingTask> {
  const task = await findTask(sql, key.dispatchId, key.boardId)
  if (!task) throw noTask()
  return task
}

function refuseEnded(task: PostingTask, now: Date): void {
  const end = postingEnd(task, now)
  if (end === undefined) return
  throw new AppError(
    'posting.ended',
    { vi: endWords[end], en: 'This notice is over: do not post it, and take it down if it hangs.' },
    { details: { end } },
  )
}

function settled(vi: string, en: string): AppError {
  return new AppError('posting.settled', { vi, en })
}

const nameCharacters = 100
const noteCharacters = 500

function readName(raw: string): string {
  const name = cleanText(raw).replace(/\s+/g, ' ')
  if (/\p{L}/u.test(name) && countCharacters(name) <= nameCharacters && !hasControl(name)) return name
  throw new AppError('request.invalid', {
    vi: `Ông/Bà vui lòng ghi họ và tên người thực hiện (không quá ${nameCharacters} ký tự).`,
    en: `Please give the name of the person who did it (at most ${nameCharacters} characters).`,
  })
}

function readNote(raw: string): string {
  const note = cleanText(raw)
  if (countCharacters(note) <= noteCharacters && !hasControl(note)) return note
  throw new AppError('request.invalid', {
    vi: `Ghi chú dài quá ${noteCharacters} ký tự hoặc có ký tự không in được.`,
    en: `The note is longer than ${noteCharacters} characters or holds characters that are not printable.`,
  })
}

function hasControl(text: string): boolean {
  return /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text)
}
