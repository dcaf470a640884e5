import { z } from 'zod'
import { type Actor, requirePermission } from '../../domain/accounts.ts'
import { boardKinds, boardSettingsSchema } from '../../domain/board.ts'
import { AppError } from '../../domain/errors.ts'
import { readEmail } from '../../people/email.ts'
import { type Db, type Transaction, transaction } from '../../store/db.ts'
import { pokeBoards } from '../../store/shelf.ts'
import { endPairing } from './pair.ts'
import { noSuchBoard } from './scope.ts'

/** Boards changed by one request: a whole province's. */
export const mostBoards = 5_000

const { hours, outside, drift, reloadAt, contact, led } = boardSettingsSchema.shape
// The schema of a whole board fills in defaults; of a change, what is absent stays as it is.
const settingsPatch = z.strictObject({
  hours: hours.unwrap().optional(),
  outside: outside.unwrap().optional(),
  drift: drift.unwrap().optional(),
  reloadAt: reloadAt.unwrap().optional(),
  contact: contact.unwrap().optional(),
  led: led.unwrap().optional(),
})

/** What of a board may be changed here; what is absent stays. */
export const boardPatchSchema = settingsPatch
  .extend({
    /** Free word that boards are gathered by; empty: none. */
    group: z.string().trim().max(60).optional(),
    kind: z.enum(boardKinds).optional(),
    /** Who looks after it and is written to; null or empty: nobody. */
    keeperEmail: z.string().trim().max(254).nullable().optional(),
  })
  .refine(patch => Object.keys(patch).length > 0, { message: 'Chưa có mục nào để thay đổi.' })
export type BoardPatch = z.infer<typeof boardPatchSchema>

/** One change of some boards. */
export interface BoardChange {
  ids: string[]
  patch: BoardPatch
}

interface Before {
  id: string
  settings: unknown
  group: string
  kind: (typeof boardKinds)[number]
  keeperEmail: string | null
}

/**
 * Changes settings of many boards in one statement, pokes them, and notes for each who changed which.
 * @returns what they had before, gathered by what is alike: given back as `changes`, it undoes this
 * @throws AppError auth.forbidden | not-found (any of them: nothing is changed) | request.invalid
 */
export function changeBoards(
  db: Db,
  actor: Actor,
  changes: BoardChange[],
  now: Date,
): Promise<{ changed: number; former: BoardChange[] }> {
  requirePermission(actor, 'board.manage')
  const wanted = [...new Map(changes.flatMap(given => withPatch(given.ids, checked(given.patch))))]
  if (wanted.length > mostBoards) {
    throw new AppError('request.invalid', {
      vi: `Mỗi lần chỉ thay đổi được tối đa ${mostBoards} bảng tin.`,
      en: `At most ${mostBoards} boards can be changed at once.`,
    })
  }
  return transaction(db, async sql => {
    // Not against foreign keys to them: a poll that holds a pairing is about to make a session.
    const { rows: before } = await sql.query<Before>(
      `select id, settings, group_name as "group", kind, keeper_email as "keeperEmail" from boards
       where id = any($1::bigint[]) and retired_at is null order by id for no key update`,
      [wanted.map(([id]) => id)],
    )
    if (before.length < wanted.length) throw noSuchBoard()
    const patches = new Map(wanted)
    refuseStripOfOthers(before, patches)
    await write(sql, wanted, now)
    const toPaper = before.filter(b => patches.get(b.id)?.kind === 'paper' && b.kind !== 'paper').map(b => b.id)
    if (toPaper.length > 0) await unpairPaper(sql, toPaper, now)
    await note(sql, actor, wanted)
    await pokeBoards(
      sql,
      wanted.map(([id]) => id),
    )
    return { changed: before.length, former: gathered(before, patches) }
  })
}

function withPatch(ids: string[], patch: BoardPatch): [string, BoardPatch][] {
  return ids.map(id => [id, patch])
}

/** A keeper's address as it is stored; other parts were checked by the schema. */
function checked(patch: BoardPatch): BoardPatch {
  if (!patch.keeperEmail) return 'keeperEmail' in patch ? { ...patch, keeperEmail: null } : patch
  const email = readEmail(patch.keeperEmail)
  if (!email.ok) throw new AppError('request.invalid', email.reason)
  return { ...patch, keeperEmail: email.email }
}

/** Pixels belong to LED strips: on a screen they would only mislead. */
function refuseStripOfOthers(before: Before[], patches: Map<string, BoardPatch>): void {
  const wrong = before.some(b => {
    const patch = patches.get(b.id)
    return patch?.led && (patch.kind ?? b.kind) !== 'led'
  })
  if (!wrong) return
  throw new AppError('board.wrong-kind', {
    vi: 'Số điểm ảnh chỉ đặt cho bảng điện tử LED. Ông/Bà vui lòng bỏ chọn các bảng khác.',
    en: 'Pixels can only be set for LED boards. Please leave the other boards out.',
  })
}

/** One statement, whatever the number of boards. */
async function write(sql: Transaction, wanted: [string, BoardPatch][], now: Date): Promise<void> {
  const rows = wanted.map(([id, { group, kind, keeperEmail, ...settings }]) => ({
    id,
    settings,
    group: group?.normalize('NFC') ?? null,
    kind: kind ?? null,
    hasKeeper: keeperEmail !== undefined,
    keeper: keeperEmail ?? null,
  }))
  await sql.query(
    `update boards b set settings = b.settings || x.settings, settings_at = $2,
       group_name = coalesce(x."group", b.group_name), kind = coalesce(x.kind, b.kind),
       keeper_email = case when x."hasKeeper" then x.keeper else b.keeper_email end
     from jsonb_to_recordset($1::jsonb) as x
       (id bigint, settings jsonb, "group" text, kind text, "hasKeeper" boolean, keeper text)
     where b.id = x.id`,
    [JSON.stringify(rows), now],
  )
}

/** A board of paper has no player: what was paired with it is let go. */
async function unpairPaper(sql: Transaction, ids: string[], now: Date): Promise<void> {
  for (const id of ids) await endPairing(sql, id, null, 'unpaired', now)
  await sql.query('update boards set paired_at = null where id = any($1::bigint[])', [ids])
}

/** Which settings, not their values: a contact line or a keeper's address may be a person's. */
async function note(sql: Transaction, actor: Actor, wanted: [string, BoardPatch][]): Promise<void> {
  await sql.query(
    `insert into registry_events (actor_id, actor_name, subject, action, place_id, detail)
     select $1, $2, 'boards', 'changed', x.id, jsonb_build_object('changed', x.keys)
     from jsonb_to_recordset($3::jsonb) as x (id bigint, keys jsonb)`,
    [actor.id, actor.name, JSON.stringify(wanted.map(([id, patch]) => ({ id, keys: Object.keys(patch) })))],
  )
}

function gathered(before: Before[], patches: Map<string, BoardPatch>): BoardChange[] {
  const alike = new Map<string, BoardChange>()
  for (const { id, settings, ...own } of before) {
    const all = { ...boardSettingsSchema.parse(settings), ...own }
    const keys = Object.keys(patches.get(id) ?? {}) as (keyof BoardPatch)[]
    const patch = Object.fromEntries(keys.map(key => [key, all[key]])) as BoardPatch
    const known = alike.get(JSON.stringify(patch))
    if (known) known.ids.push(id)
    else alike.set(JSON.stringify(patch), { ids: [id], patch })
  }
  return [...alike.values()]
}
