import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { canonicalJson } from '../domain/approval.ts'
import { AppError } from '../domain/errors.ts'
import { communesOf } from '../store/areas.ts'
import type { Sql, Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import {
  countPronunciations,
  type EntryState,
  findForm,
  findPronunciation,
  insertPronunciations,
  listChanges,
  listPronunciations,
  type PronunciationChange,
  type PronunciationChangeRow,
  type PronunciationFields,
  type PronunciationFilter,
  type PronunciationRow,
  recordChanges,
  setRemoved,
  updatePronunciations,
} from '../store/pronunciations.ts'
import { foldName } from '../text/fold.ts'
import { formKey } from '../text/speech/dictionary.ts'
import { checkEntry } from '../text/speech/entry.ts'

/** What a use case of the dictionary needs. */
export type PronunciationContext = Pick<DispatchContext, 'db' | 'now'>

/** Entries in one instance: every commune of the country could have a handful of its own. */
export const entriesAtMost = 50_000

/** The columns that follow from an entry's texts. */
export function fieldsOf(entry: EntryState): PronunciationFields {
  return {
    areaCode: entry.areaCode,
    kind: entry.kind,
    written: entry.written,
    spoken: entry.spoken,
    caseSensitive: entry.caseSensitive,
    note: entry.note,
    writtenKey: formKey(entry.written, entry.caseSensitive),
    searchText: foldName(`${entry.written} ${entry.spoken}`),
  }
}

/** What is kept in the record of changes. */
export function stateOf({ areaCode, kind, written, spoken, caseSensitive, note }: EntryState): EntryState {
  return { areaCode, kind, written, spoken, caseSensitive, note }
}

/** A page of the dictionary in the order of the written forms. The cursor is opaque to callers. */
export async function listEntries(
  ctx: PronunciationContext,
  query: {
    q?: string | undefined
    area?: string | undefined
    kind?: string | undefined
    cursor?: string | undefined
    limit: number
  },
): Promise<{ items: PronunciationRow[]; nextCursor: string | null; total: number }> {
  const folded = foldName(query.q ?? '')
  const filter: Omit<PronunciationFilter, 'after' | 'limit'> = {
    ...(folded !== '' && { q: folded }),
    ...(query.area !== undefined && { area: query.area }),
    ...(query.kind !== undefined && { kind: query.kind }),
  }
  const after = readCursor(query.cursor)
  const rows = await listPronunciations(ctx.db, { ...filter, ...(after && { after }), limit: query.limit + 1 })
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    items: page,
    nextCursor: rows.length > query.limit && last ? `${last.id}_${last.searchText}` : null,
    total: await countPronunciations(ctx.db, filter),
  }
}

/** A cursor of ours; anything else means: from the beginning. */
function readCursor(cursor: string | undefined): { key: string; id: string } | undefined {
  const [, id, key] = /^(\d{1,18})_(.{0,400})$/s.exec(cursor ?? '') ?? []
  return id === undefined || key === undefined ? undefined : { id, key }
}

/**
 * Adds an entry.
 * @throws AppError text.* | pronunciation.* | audience.unknown-area
 */
export async function createEntry(ctx: PronunciationContext, actor: Actor, raw: EntryState): Promise<PronunciationRow> {
  const entry = checkEntry(raw)
  return await guarded(ctx, async sql => {
    await requireArea(sql, entry.areaCode)
    if ((await countPronunciations(sql)) >= entriesAtMost) throw tooMany()
    await requireFree(sql, entry)
    const [id = ''] = await insertPronunciations(sql, [fieldsOf(entry)], { at: ctx.now(), by: actor.name })
    await record(sql, ctx, actor, { pronunciationId: id, action: 'create', before: null, after: stateOf(entry) })
    return id
  })
}

/**
 * Changes an entry that was read at `revision`.
 * @throws AppError not-found | conflict.version | text.* | pronunciation.* | audience.unknown-area
 */
export async function updateEntry(
  ctx: PronunciationContext,
  actor: Actor,
  id: string,
  revision: number,
  raw: EntryState,
): Promise<PronunciationRow> {
  const entry = checkEntry(raw)
  return await guarded(ctx, async sql => {
    const present = await load(sql, id)
    if (present.removed || present.revision !== revision) throw stale()
    if (canonicalJson(stateOf(present)) === canonicalJson(stateOf(entry))) return id
    await requireArea(sql, entry.areaCode)
    await requireFree(sql, entry, id)
    await updatePronunciations(sql, [{ ...fieldsOf(entry), id }], { at: ctx.now(), by: actor.name })
    await record(sql, ctx, actor, {
      pronunciationId: id,
      action: 'update',
      before: stateOf(present),
      after: stateOf(entry),
    })
    return id
  })
}

/** Takes an entry out of use; `restoreEntry` brings it back. Once removed, a repeat changes nothing. */
export async function removeEntry(ctx: PronunciationContext, actor: Actor, id: string): Promise<PronunciationRow> {
  return await guarded(ctx, async sql => {
    const present = await load(sql, id)
    if (present.removed) return id
    await setRemoved(sql, id, true, { at: ctx.now(), by: actor.name })
    await record(sql, ctx, actor, { pronunciationId: id, action: 'remove', before: stateOf(present), after: null })
    return id
  })
}

/** @throws AppError not-found | pronunciation.exists when its place has been taken meanwhile */
export async function restoreEntry(ctx: PronunciationContext, actor: Actor, id: string): Promise<PronunciationRow> {
  return await guarded(ctx, async sql => {
    const present = await load(sql, id)
    if (!present.removed) return id
    await requireFree(sql, present, id)
    await setRemoved(sql, id, false, { at: ctx.now(), by: actor.name })
    await record(sql, ctx, actor, { pronunciationId: id, action: 'restore', before: null, after: stateOf(present) })
    return id
  })
}

/** Who changed an entry, newest first. @throws AppError not-found */
export async function entryHistory(ctx: PronunciationContext, id: string): Promise<PronunciationChangeRow[]> {
  if (!(await findPronunciation(ctx.db, id))) throw notFound()
  return await listChanges(ctx.db, id)
}

const uniqueViolation = '23505'

/** One change in one transaction. Two people who write the same form at the same moment: the second is told. */
async function guarded(
  ctx: PronunciationContext,
  work: (sql: Transaction) => Promise<string>,
): Promise<PronunciationRow> {
  try {
    return await transaction(ctx.db, async sql => {
      const row = await findPronunciation(sql, await work(sql))
      if (row === undefined) throw notFound()
      return row
    })
  } catch (error) {
    if ((error as { code?: string }).code === uniqueViolation) throw exists(undefined)
    throw error
  }
}

async function load(sql: Sql, id: string): Promise<PronunciationRow> {
  const row = await findPronunciation(sql, id, true)
  if (row === undefined) throw notFound()
  return row
}

async function requireArea(sql: Sql, areaCode: string | null): Promise<void> {
  if (areaCode !== null) await communesOf(sql, [areaCode])
}

async function requireFree(sql: Sql, entry: EntryState, ownId?: string): Promise<void> {
  const { areaCode, caseSensitive } = entry
  const other = await findForm(sql, { areaCode, caseSensitive, writtenKey: formKey(entry.written, caseSensitive) })
  if (other !== undefined && other.id !== ownId) throw exists(other)
}

function record(sql: Sql, ctx: PronunciationContext, actor: Actor, change: PronunciationChange): Promise<void> {
  return recordChanges(sql, [change], actor, ctx.now())
}

function exists(other: PronunciationRow | undefined): AppError {
  const as = other === undefined ? '' : `: “${other.written}” → “${other.spoken}”`
  return new AppError(
    'pronunciation.exists',
    {
      vi: `Từ điển của địa bàn này đã có chữ đó${as}. Ông/Bà vui lòng sửa mục đã có.`,
      en: `The dictionary of this area has this form already${as}. Please change that entry.`,
    },
    other === undefined ? {} : { details: { id: other.id } },
  )
}

/** @param atMost the limit that was passed */
export function tooMany(atMost = entriesAtMost): AppError {
  return new AppError('pronunciation.too-many', {
    vi: `Từ điển phát âm chỉ nhận tối đa ${atMost} mục. Ông/Bà vui lòng xóa bớt mục không còn dùng.`,
    en: `The pronunciation dictionary takes ${atMost} entries at the most. Please remove some that are no longer used.`,
  })
}

function stale(): AppError {
  return new AppError('conflict.version', {
    vi: 'Người khác vừa sửa hoặc xóa mục này. Ông/Bà vui lòng xem lại mục mới rồi sửa tiếp.',
    en: 'Somebody else has just changed or removed this entry. Look at it again, then go on.',
  })
}

function notFound(): AppError {
  return new AppError('not-found', {
    vi: 'Không tìm thấy mục này trong từ điển phát âm.',
    en: 'There is no such entry in the pronunciation dictionary.',
  })
}
