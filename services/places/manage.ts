import { type Actor, requirePermission } from '../domain/accounts.ts'
import type { BoardKind, BoardSettings } from '../domain/board.ts'
import { AppError } from '../domain/errors.ts'
import { type PlaceList, placeKey, type StationKind } from '../domain/places.ts'
import { readEmail } from '../people/email.ts'
import { type Db, type Sql, type Transaction, transaction } from '../store/db.ts'
import { recordRegistryEvent } from '../store/registry-events.ts'
import { pokeBoards } from '../store/shelf.ts'
import { endPairing } from './boards/pair.ts'
import { readPlaceName } from './import/names.ts'
import { ledNeedsSize } from './import/place-rows.ts'
import { knownPlaces, placesLock } from './import/places.ts'
import { newPlaceToken } from './tokens.ts'

/*
 * Stations and boards one by one, by hand. Nothing is deleted: a place out of use keeps its row, so that what it was sent
 * stays readable, and can come back with its address.
 */

/** What a board is; `led` for LED strips only. */
export interface BoardFacts {
  kind: BoardKind
  /** Who looks after it: is told when it is silent, and what paper is to be taken down. */
  keeperEmail: string | null
  led: BoardSettings['led']
}

/** A place as those see it who keep the lists; `operatorEmail` and `kind` are null for boards, `board` is for stations. */
export interface ManagedPlace {
  id: string
  name: string
  areaCode: string
  areaName: string
  operatorEmail: string | null
  kind: StationKind | null
  board: BoardFacts | null
  aliases: string[]
  retiredAt: Date | null
}

/** What a person fills in; operator and kind for stations, `board` for boards. Without it a board stays what it is. */
export interface PlaceInput {
  areaCode: string
  name: string
  operatorEmail?: string | null
  kind?: StationKind | null
  board?: BoardFacts | null
}

function columnsOf(list: PlaceList): string {
  const own = list === 'stations' ? 'p.operator_email' : 'null'
  return `p.id, p.name, p.area_code as "areaCode", a.name as "areaName", ${own} as "operatorEmail",
    ${list === 'stations' ? 'p.kind' : 'null'} as kind,
    ${list === 'boards' ? boardColumn : 'null::json'} as board, p.aliases, p.retired_at as "retiredAt"`
}

const boardColumn = `json_build_object('kind', p.kind, 'keeperEmail', p.keeper_email, 'led', p.settings->'led')`

/** All places of a list, those out of use too, by area then name. */
export async function managedPlaces(sql: Sql, actor: Actor, list: PlaceList): Promise<ManagedPlace[]> {
  requirePermission(actor, 'place.manage')
  const { rows } = await sql.query<ManagedPlace>(
    `select ${columnsOf(list)} from ${list} p join areas a on a.code = p.area_code order by p.area_code, p.name, p.id`,
  )
  return rows
}

/** Locked against a second officer, not against foreign keys to it: a poll that holds a pairing is about to make a session. */
async function find(sql: Sql, list: PlaceList, id: string): Promise<ManagedPlace> {
  const { rows } = await sql.query<ManagedPlace>(
    `select ${columnsOf(list)} from ${list} p join areas a on a.code = p.area_code where p.id = $1 for no key update of p`,
    [id],
  )
  if (rows[0]) return rows[0]
  throw new AppError('not-found', {
    vi: 'Không tìm thấy đài hoặc bảng tin này.',
    en: 'There is no such station or board.',
  })
}

/**
 * Adds a station or a board.
 * @throws AppError auth.forbidden | request.invalid | place.exists
 */
export function addPlace(db: Db, actor: Actor, list: PlaceList, input: PlaceInput): Promise<ManagedPlace> {
  requirePermission(actor, 'place.manage')
  return transaction(db, async sql => {
    await sql.query(placesLock)
    const place = await checked(sql, input)
    await refuseTaken(sql, list, place, undefined)
    const stations = list === 'stations'
    const { rows } = await sql.query<{ id: string }>(
      `insert into ${list} (area_code, name${stations ? ', feed_token, operator_email, kind' : ''})
       values ($1, $2${stations ? ', $3, $4, $5' : ''}) returning id`,
      [place.areaCode, place.name, ...(stations ? [newPlaceToken(), place.operatorEmail, place.kind] : [])],
    )
    const id = rows[0]?.id ?? ''
    if (list === 'boards' && place.board) await writeBoard(sql, id, place.board)
    await recordRegistryEvent(sql, actor, list, 'added', id, { areaCode: place.areaCode, name: place.name })
    return await find(sql, list, id)
  })
}

/**
 * Changes a place. A new name leaves the old one as an alias, so that a list with the old name still finds it. The address of
 * its feed, and what it is paired with, stays. A screen that becomes a paper board is paired with nobody any more.
 * @throws AppError auth.forbidden | not-found | request.invalid | place.exists
 */
export function editPlace(
  db: Db,
  actor: Actor,
  list: PlaceList,
  id: string,
  input: PlaceInput,
  now: Date,
): Promise<ManagedPlace> {
  requirePermission(actor, 'place.manage')
  return transaction(db, async sql => {
    await sql.query(placesLock)
    const before = await find(sql, list, id)
    const place = await checked(sql, input)
    await refuseTaken(sql, list, place, id)
    const aliases = [...new Set([...before.aliases, before.name])].filter(name => name !== place.name)
    const stations = list === 'stations'
    await sql.query(
      `update ${list} set area_code = $2, name = $3, aliases = $4${stations ? ', operator_email = $5, kind = $6' : ', settings_at = now()'} where id = $1`,
      [id, place.areaCode, place.name, aliases, ...(stations ? [place.operatorEmail, place.kind] : [])],
    )
    if (list === 'boards' && place.board) {
      await writeBoard(sql, id, place.board)
      if (place.board.kind === 'paper') await endPairing(sql, id, null, 'unpaired', now)
    }
    const after = await find(sql, list, id)
    const changed: string[] = (['areaCode', 'name', 'kind', 'operatorEmail'] as const).filter(
      k => before[k] !== after[k],
    )
    const facts = (['kind', 'keeperEmail', 'led'] as const).filter(
      k => JSON.stringify(before.board?.[k]) !== JSON.stringify(after.board?.[k]),
    )
    changed.push(...facts)
    if (changed.length > 0) {
      if (list === 'boards') await pokeBoards(sql, [id])
      // Which fields, and the names; a mailbox is personal and stays out.
      const names = changed.includes('name') ? { from: before.name, to: after.name } : {}
      await recordRegistryEvent(sql, actor, list, 'changed', id, { changed, ...names })
    }
    return after
  })
}

/**
 * Takes a place out of use, or back into it. Out of use it is in no audience, and its feed or page answers no more; what
 * a board shows already it shows until the end of its validity.
 * @throws AppError auth.forbidden | not-found | place.exists (another place has its name by now)
 */
export function setPlaceInUse(
  db: Db,
  actor: Actor,
  list: PlaceList,
  id: string,
  inUse: boolean,
  now: Date,
): Promise<ManagedPlace> {
  requirePermission(actor, 'place.manage')
  return transaction(db, async sql => {
    await sql.query(placesLock)
    const before = await find(sql, list, id)
    if ((before.retiredAt === null) === inUse) return before
    if (inUse) await refuseTaken(sql, list, before, id)
    await sql.query(`update ${list} set retired_at = $2 where id = $1`, [id, inUse ? null : now])
    await recordRegistryEvent(sql, actor, list, inUse ? 'restored' : 'retired', id, { name: before.name })
    if (list === 'boards') {
      // Back in use it is paired anew: nobody knows where its player has been meanwhile.
      if (!inUse) await endPairing(sql, id, null, 'retired', now)
      await pokeBoards(sql, [id])
    }
    return await find(sql, list, id)
  })
}

async function writeBoard(sql: Sql, id: string, { kind, keeperEmail, led }: BoardFacts): Promise<void> {
  await sql.query(
    `update boards set kind = $2, keeper_email = $3, settings = settings || jsonb_build_object('led', $4::jsonb) where id = $1`,
    [id, kind, keeperEmail, JSON.stringify(led)],
  )
}

/** @throws AppError request.invalid */
function checkedBoard(board: BoardFacts): BoardFacts {
  const email = board.keeperEmail?.trim() ? readEmail(board.keeperEmail) : undefined
  if (email && !email.ok) throw new AppError('request.invalid', email.reason)
  if (board.kind === 'led' && board.led === null) throw new AppError('request.invalid', ledNeedsSize)
  return { kind: board.kind, keeperEmail: email?.email ?? null, led: board.kind === 'led' ? board.led : null }
}

async function checked(sql: Sql, input: PlaceInput): Promise<Required<PlaceInput>> {
  const name = readPlaceName(input.name)
  if (!name.ok) throw new AppError('request.invalid', name.reason)
  const email = input.operatorEmail?.trim() ? readEmail(input.operatorEmail) : undefined
  if (email && !email.ok) throw new AppError('request.invalid', email.reason)
  const { rowCount } = await sql.query(
    `select from areas where code = $1 and kind = 'commune' and (valid_to is null or valid_to > current_date)`,
    [input.areaCode],
  )
  if (rowCount === 0) {
    throw new AppError('request.invalid', {
      vi: 'Đài hoặc bảng tin phải thuộc một xã, phường, đặc khu hiện có. Ông/Bà vui lòng chọn trong danh mục.',
      en: 'A station or board belongs to a present commune. Please choose one from the list.',
    })
  }
  return {
    areaCode: input.areaCode,
    name: name.name,
    operatorEmail: email?.email ?? null,
    kind: input.kind ?? null,
    board: input.board ? checkedBoard(input.board) : null,
  }
}

/** Served by the lock {@link placesLock}: nobody else adds or renames in between. */
async function refuseTaken(
  sql: Transaction,
  list: PlaceList,
  place: { areaCode: string; name: string },
  self: string | undefined,
): Promise<void> {
  const taken = (await knownPlaces(sql, list, place.areaCode)).get(placeKey(place.areaCode, place.name))
  if (taken === undefined || taken.id === self || taken.former) return
  throw new AppError('place.exists', {
    vi: taken.retired
      ? 'Xã này đã có đài hoặc bảng tin cùng tên nhưng đã ngừng sử dụng. Ông/Bà có thể khôi phục, hoặc đặt tên khác.'
      : 'Xã này đã có đài hoặc bảng tin cùng tên (không kể dấu). Ông/Bà vui lòng đặt tên khác.',
    en: taken.retired
      ? 'This commune has a station or board of that name that is out of use. Restore it, or choose another name.'
      : 'This commune has a station or board of that name (marks aside). Please choose another name.',
  })
}
