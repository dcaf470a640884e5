import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { canonicalJson } from '../domain/approval.ts'
import { AppError } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'
import { invalidRequest } from './problem.ts'

/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a client that repeats a request with the same key gets
 * the first answer and nothing happens twice. The row is inserted before the work, so concurrent repeats wait for
 * the first one. A process that dies between leaves a row without an answer; it is taken over after `claimSeconds`.
 * Such a repeat may do the work a second time: harmless here, since what must not happen twice (submit, approve,
 * cancel) is guarded by the announcement's state as well.
 */
export interface Answer {
  status: number
  body: unknown
}

export interface IdempotencyTimes {
  /** An answerless row older than this belongs to a dead process. */
  claimSeconds: number
  /** How long a concurrent repeat waits for the first answer. */
  waitMs: number
}

export const idempotencyTimes: IdempotencyTimes = { claimSeconds: 60, waitMs: 5_000 }

/** How long an answer is kept for repeats. */
export const answerHours = 24

/** Key of the header, or undefined without one. @throws AppError request.invalid for a key that is no key */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (/^[\x21-\x7e]{1,200}$/.test(header)) return header
  throw invalidRequest([{ path: 'Idempotency-Key', message: '1-200 visible ASCII characters' }])
}

/** Same method, address and body give the same hash. Hex. */
export function requestHash(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest('hex')
}

type Claim = { kind: 'mine'; since: string } | { kind: 'answered'; answer: Answer } | { kind: 'running' }

async function claim(db: Sql, actorId: string, key: string, hash: string, claimSeconds: number): Promise<Claim> {
  // Inserts, or takes over what is too old to be running or to be repeated. No row back: somebody else holds it.
  const mine = await db.query<{ since: string }>(
    `insert into idempotency_keys as k (actor_id, key, request_hash) values ($1, $2, $3)
     on conflict (actor_id, key) do update
       set request_hash = excluded.request_hash, status = null, response = null, created_at = now()
       where (k.status is null and k.created_at < now() - make_interval(secs => $4) and k.request_hash = $3)
          or k.created_at < now() - make_interval(hours => $5)
     returning created_at::text as since`,
    [actorId, key, hash, claimSeconds, answerHours],
  )
  const since = mine.rows[0]?.since
  if (since !== undefined) return { kind: 'mine', since }
  const held = await db.query<{ request_hash: string; status: number | null; response: unknown }>(
    'select request_hash, status, response from idempotency_keys where actor_id = $1 and key = $2',
    [actorId, key],
  )
  const row = held.rows[0]
  // Gone between the two statements: the first request failed and gave its claim back.
  if (!row) return { kind: 'running' }
  if (row.request_hash !== hash) {
    throw new AppError('request.idempotency-conflict', {
      vi: 'Mã chống gửi trùng (Idempotency-Key) này đã được dùng cho một yêu cầu khác.',
      en: 'This Idempotency-Key was used for a different request already.',
    })
  }
  if (row.status === null) return { kind: 'running' }
  return { kind: 'answered', answer: { status: row.status, body: row.response } }
}

/**
 * Runs `work` once per key and returns its answer, or the answer of the first request with this key. A failed request
 * gives the key back: it changed nothing, so the client may correct it and try again.
 * @param hash see {@link requestHash}
 * @throws AppError request.idempotency-conflict for another body, or when the first request is still running
 */
export async function onceOnly(
  db: Sql,
  request: { actorId: string; key: string; hash: string },
  work: () => Promise<Answer>,
  times: IdempotencyTimes = idempotencyTimes,
): Promise<Answer & { replayed: boolean }> {
  const { actorId, key, hash } = request
  const giveUpAt = performance.now() + times.waitMs
  for (;;) {
    const state = await claim(db, actorId, key, hash, times.claimSeconds)
    if (state.kind === 'answered') return { ...state.answer, replayed: true }
    if (state.kind === 'mine') return { ...(await keepAnswer(db, request, state.since, work)), replayed: false }
    if (performance.now() >= giveUpAt) {
      throw new AppError(
        'request.idempotency-conflict',
        {
          vi: 'Yêu cầu này đang được xử lý. Ông/Bà vui lòng chờ giây lát rồi thử lại.',
          en: 'This request is being worked on already. Please wait a moment and try again.',
        },
        { details: { retryAfterSeconds: 2 } },
      )
    }
    await delay(50)
  }
}

async function keepAnswer(
  db: Sql,
  { actorId, key }: { actorId: string; key: string },
  since: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  // `created_at` is the fence: a claim that was taken over meanwhile is left alone.
  const own = 'actor_id = $1 and key = $2 and status is null and created_at = $3::timestamptz'
  let answer: Answer
  try {
    answer = await work()
  } catch (error) {
    await db.query(`delete from idempotency_keys where ${own}`, [actorId, key, since])
    throw error
  }
  await db.query(`update idempotency_keys set status = $4, response = $5 where ${own}`, [
    actorId,
    key,
    since,
    answer.status,
    JSON.stringify(answer.body ?? null),
  ])
  return answer
}

/** Forgets answers that are too old to be repeated; for the sweep. @returns how many */
export async function forgetOldAnswers(db: Sql): Promise<number> {
  const { rowCount } = await db.query(
    'delete from idempotency_keys where created_at < now() - make_interval(hours => $1)',
    [answerHours],
  )
  return rowCount ?? 0
}
