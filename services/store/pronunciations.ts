import type { DictionaryEntry } from '../text/speech/dictionary.ts'
import type { EntryText } from '../text/speech/entry.ts'
import type { Sql } from './db.ts'

/** An entry of the pronunciation dictionary. */
export interface PronunciationRow extends EntryText {
  id: string
  /** null: the whole instance. */
  areaCode: string | null
  areaName: string | null
  revision: number
  updatedAt: Date
  updatedBy: string
  removed: boolean
}

/** What is written of an entry. The keys are made from the texts by the caller's rules. */
export interface PronunciationFields extends EntryText {
  areaCode: string | null
  writtenKey: string
  searchText: string
}

const columns = `p.id, p.area_code as "areaCode", a.name as "areaName", p.kind, p.written, p.spoken,
  p.case_sensitive as "caseSensitive", p.note, p.revision, p.updated_at as "updatedAt", p.updated_by as "updatedBy",
  p.removed_at is not null as removed`
const from = 'from pronunciations p left join areas a on a.code = p.area_code'

/** One entry, removed or not; with `lock` nobody else changes it until the transaction ends. */
export async function findPronunciation(sql: Sql, id: string, lock = false): Promise<PronunciationRow | undefined> {
  const { rows } = await sql.query(`select ${columns} ${from} where p.id = $1 ${lock ? 'for update of p' : ''}`, [id])
  return rows[0]
}

/** The present entry with the same form in the same area. Index: pronunciations_form. */
export async function findForm(
  sql: Sql,
  form: { areaCode: string | null; caseSensitive: boolean; writtenKey: string },
): Promise<PronunciationRow | undefined> {
  const { rows } = await sql.query(
    `select ${columns} ${from} where coalesce(p.area_code, '') = coalesce($1, '') and p.case_sensitive = $2
       and p.written_key = $3 and p.removed_at is null`,
    [form.areaCode, form.caseSensitive, form.writtenKey],
  )
  return rows[0]
}

export interface PronunciationFilter {
  /** Without diacritics, lower case. */
  q?: string
  /** `''`: entries of the whole instance only; a province with its communes; one commune. */
  area?: string
  kind?: string
  /** The place of the last row of the page before. */
  after?: { key: string; id: string }
  limit: number
}

const matching = `p.removed_at is null
  and ($1::text is null or strpos(p.search_text, $1) > 0)
  and ($2::text is null or coalesce(p.area_code, '') = $2 or ($2 <> '' and a.parent_code = $2))
  and ($3::text is null or p.kind = $3)`

/** Entries in the order of their written form, with the place where each stands in it. Index: pronunciations_list. */
export async function listPronunciations(
  sql: Sql,
  { q, area, kind, after, limit }: PronunciationFilter,
): Promise<(PronunciationRow & { searchText: string })[]> {
  const { rows } = await sql.query(
    `select ${columns}, p.search_text as "searchText" ${from} where ${matching}
       and ($4::text is null or (p.search_text collate "C", p.id) > ($4, $5::bigint))
     order by p.search_text collate "C", p.id limit $6`,
    [q ?? null, area ?? null, kind ?? null, after?.key ?? null, after?.id ?? null, limit],
  )
  return rows
}

/** How many entries fit. At most some ten thousand, and only the page of the dictionary asks. */
export async function countPronunciations(
  sql: Sql,
  { q, area, kind }: Omit<PronunciationFilter, 'after' | 'limit'> = {},
): Promise<number> {
  const { rows } = await sql.query(`select count(*)::int as n ${from} where ${matching}`, [
    q ?? null,
    area ?? null,
    kind ?? null,
  ])
  return rows[0].n
}

/** All present entries that may be heard in these areas: theirs and those of the whole instance. Index: pronunciations_area. */
export async function entriesFor(sql: Sql, areaCodes: string[]): Promise<(DictionaryEntry & { id: string })[]> {
  const { rows } = await sql.query(
    `select p.id, p.written, p.spoken, p.case_sensitive as "caseSensitive", p.area_code as "areaCode",
       a.name as "areaName" ${from}
     where p.removed_at is null and coalesce(p.area_code, '') = any($1::text[]) order by p.area_code, p.id`,
    [['', ...areaCodes]],
  )
  return rows
}

/** Communes with their province. */
export async function provincesOf(
  sql: Sql,
  communes: string[],
): Promise<{ code: string; provinceCode: string | null }[]> {
  const { rows } = await sql.query(
    `select code, parent_code as "provinceCode" from areas where code = any($1::text[]) order by code`,
    [communes],
  )
  return rows
}

interface Stamp {
  at: Date
  by: string
}

/** Adds entries. @returns their ids, in order */
export async function insertPronunciations(sql: Sql, entries: PronunciationFields[], stamp: Stamp): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into pronunciations (area_code, kind, written, written_key, spoken, case_sensitive, note, search_text,
       updated_at, updated_by)
     select "areaCode", kind, written, "writtenKey", spoken, "caseSensitive", note, "searchText", $2, $3
     from rows from (json_to_recordset($1) as ("areaCode" text, kind text, written text, "writtenKey" text, spoken text,
       "caseSensitive" boolean, note text, "searchText" text)) with ordinality order by ordinality returning id`,
    [JSON.stringify(entries), stamp.at, stamp.by],
  )
  return rows.map(row => row.id)
}

/** Rewrites entries: the revision of each grows. */
export async function updatePronunciations(
  sql: Sql,
  entries: (PronunciationFields & { id: string })[],
  stamp: Stamp,
): Promise<void> {
  await sql.query(
    `update pronunciations p set area_code = e."areaCode", kind = e.kind, written = e.written,
       written_key = e."writtenKey", spoken = e.spoken, case_sensitive = e."caseSensitive", note = e.note,
       search_text = e."searchText", revision = revision + 1, updated_at = $2, updated_by = $3
     from json_to_recordset($1) as e (id bigint, "areaCode" text, kind text, written text, "writtenKey" text,
       spoken text, "caseSensitive" boolean, note text, "searchText" text) where p.id = e.id`,
    [JSON.stringify(entries), stamp.at, stamp.by],
  )
}

/** Takes an entry out of use, or back into it. */
export async function setRemoved(sql: Sql, id: string, removed: boolean, stamp: Stamp): Promise<void> {
  await sql.query(
    `update pronunciations set removed_at = case when $2 then $3::timestamptz end, revision = revision + 1,
       updated_at = $3, updated_by = $4 where id = $1`,
    [id, removed, stamp.at, stamp.by],
  )
}

/** What an entry said at some time. */
export type EntryState = EntryText & { areaCode: string | null }

export interface PronunciationChange {
  pronunciationId: string
  action: 'create' | 'update' | 'remove' | 'restore' | 'import'
  before: EntryState | null
  after: EntryState | null
}

/** Appends to the record of who changed what. */
export async function recordChanges(
  sql: Sql,
  changes: PronunciationChange[],
  actor: { id: string; name: string },
  at: Date,
): Promise<void> {
  await sql.query(
    `insert into pronunciation_changes (pronunciation_id, at, actor_id, actor_name, action, before, after)
     select "pronunciationId", $2, $3, $4, action, nullif(before, 'null'), nullif(after, 'null')
     from json_to_recordset($1) as c ("pronunciationId" bigint, action text, before jsonb, after jsonb)`,
    [JSON.stringify(changes), at, actor.id, actor.name],
  )
}

export interface PronunciationChangeRow extends Omit<PronunciationChange, 'pronunciationId'> {
  at: Date
  actorName: string
}

/** Newest first. Index: pronunciation_changes_of. */
export async function listChanges(sql: Sql, pronunciationId: string): Promise<PronunciationChangeRow[]> {
  const { rows } = await sql.query(
    `select at, actor_name as "actorName", action, before, after from pronunciation_changes
     where pronunciation_id = $1 order by id desc limit 100`,
    [pronunciationId],
  )
  return rows
}
