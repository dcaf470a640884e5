import type { Actor } from '../domain/accounts.ts'
import { airtimeSettings } from '../domain/airtime/timing.ts'
import { AppError, type Sentence } from '../domain/errors.ts'
import type { Slot } from '../http/schemas-airtime.ts'
import { recordAirtimeChange } from '../store/airtime/changes.ts'
import { holdAreas, markStale } from '../store/airtime/plans.ts'
import { programmeOf } from '../store/airtime/programmes.ts'
import { type SlotView, viewSlots } from '../store/airtime/views.ts'
import { type Sql, type Transaction, transaction } from '../store/db.ts'
import { planAreas } from './planning.ts'
import { noSuchArea, requireArea } from './scope.ts'
import { type AirtimeDeps, mayBeReleased, presentSlot } from './views.ts'

/** What an operator decides about an item in an area. */
export interface ChoiceWish {
  areaCode?: string | undefined
  dispatchId: string
  kind: 'hold' | 'slot' | 'first' | 'auto'
  slotId?: string | undefined
  reason: string
}

function wrongState(sentence: Sentence): AppError {
  return new AppError('airtime.wrong-state', sentence)
}

const locked: Sentence = {
  vi: 'Phiên này đã khóa (còn dưới 10 phút tới giờ phát) hoặc đã qua giờ nên không xếp thêm được. Ông/Bà vui lòng chọn phiên khác.',
  en: 'This slot is locked (less than 10 minutes before its time) or over. Please choose another one.',
}

/**
 * Holds an item back, puts it into a slot, puts it first there, or leaves it to the planning again. Planned anew at once, so
 * that the week shows what became of it.
 * @throws AppError not-found | airtime.wrong-state | request.invalid
 */
export async function chooseSlot(deps: AirtimeDeps, actor: Actor, wish: ChoiceWish): Promise<void> {
  const slot = wish.slotId === undefined ? undefined : await slotView(deps, deps.db, wish.slotId)
  const areaCode = wish.areaCode ?? slot?.areaCode ?? (actor.areas.length === 1 ? actor.areas[0] : undefined)
  const area = areaCode === undefined ? undefined : await programmeOf(deps.db, areaCode)
  requireArea(actor, area)
  if (!area || (slot && slot.areaCode !== area.areaCode)) throw noSuchArea()
  await transaction(deps.db, async sql => {
    const now = deps.now()
    await markStale(sql, [area.areaCode])
    await holdAreas(sql, [area.areaCode], true)
    await requireItem(sql, area.areaCode, wish.dispatchId)
    const slotAt = await targetOf(sql, area.areaCode, wish, slot, now)
    await store(sql, area.areaCode, wish, slotAt, actor, now)
    const { kind, dispatchId, reason } = wish
    const detail = { dispatch: dispatchId, kind, slotAt: slotAt?.toISOString() ?? null, reason }
    await recordAirtimeChange(sql, actor, { areaCode: area.areaCode, action: 'choice', at: now }, detail)
  })
  await planAreas(deps, [area.areaCode])
}

/** @throws AppError not-found when no station of the area has the item, or it is an emergency, which nobody holds back */
async function requireItem(sql: Sql, areaCode: string, dispatchId: string): Promise<void> {
  const { rowCount } = await sql.query(
    `select 1 from stations st join shelf_items s on s.kind = 'stations' and s.place_id = st.id
       join dispatches d on d.id = s.dispatch_id
     where st.area_code = $1 and s.dispatch_id = $2 and s.withdrawn_at is null and d.priority <> 'emergency' limit 1`,
    [areaCode, dispatchId],
  )
  if (rowCount) return
  throw new AppError('not-found', {
    vi: 'Nội dung này không có trong danh sách phát của địa bàn, hoặc là thông báo khẩn cấp (luôn phát ngay).',
    en: 'This item is not among those of the area, or is an emergency, which always plays at once.',
  })
}

/** The start of the slot that is meant: the given one, or for "first" the one in which the item is planned next. */
async function targetOf(
  sql: Sql,
  areaCode: string,
  wish: ChoiceWish,
  slot: SlotView | undefined,
  now: Date,
): Promise<Date | null> {
  if (wish.kind === 'hold' || wish.kind === 'auto') return null
  const frozenUntil = new Date(now.getTime() + airtimeSettings.lockAheadMs)
  if (slot) {
    if (slot.state !== 'planned' || slot.startsAt <= frozenUntil) throw wrongState(locked)
    if (slot.relay) {
      const vi = 'Phiên tiếp sóng phát nội dung của tỉnh nên không xếp thêm nội dung vào được.'
      throw wrongState({ vi, en: 'A relayed slot carries what the province airs; nothing can be put into it.' })
    }
    return slot.startsAt
  }
  const { rows } = await sql.query<{ at: Date }>(
    `select s.starts_at as at from slots s left join slot_items i on i.slot_id = s.id and i.dispatch_id = $2
     where s.area_code = $1 and s.state = 'planned' and s.starts_at > $3 and not s.relay
     order by i.dispatch_id is null, s.starts_at limit 1`,
    [areaCode, wish.dispatchId, frozenUntil],
  )
  if (wish.kind === 'first' && rows[0]) return rows[0].at
  throw new AppError('request.invalid', {
    vi: 'Ông/Bà vui lòng chọn phiên phát.',
    en: 'Please choose the slot.',
  })
}

async function store(
  sql: Sql,
  areaCode: string,
  { dispatchId, kind, reason }: ChoiceWish,
  slotAt: Date | null,
  actor: Actor,
  now: Date,
): Promise<void> {
  if (kind === 'auto') {
    // Also what was decided about an earlier round of the same words.
    await sql.query(
      `delete from slot_choices c using dispatches o, dispatches d
       where c.area_code = $1 and d.id = $2 and o.id = c.dispatch_id
         and o.announcement_id = d.announcement_id and o.revision = d.revision`,
      [areaCode, dispatchId],
    )
    return
  }
  await sql.query(
    `insert into slot_choices (area_code, dispatch_id, kind, slot_at, reason, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (area_code, dispatch_id) do update set kind = excluded.kind, slot_at = excluded.slot_at,
       reason = excluded.reason, made_by = excluded.made_by, made_at = excluded.made_at`,
    [areaCode, dispatchId, kind, slotAt, reason, actor.name, now],
  )
}

async function slotView(deps: AirtimeDeps, sql: Sql, id: string): Promise<SlotView> {
  const [view] = await viewSlots(sql, { ids: [id] }, deps.now())
  if (view) return view
  throw new AppError('not-found', { vi: 'Không tìm thấy phiên phát này.', en: 'There is no such slot.' })
}

/**
 * A person says that a slot which nobody reported on, or which was missed, is to be aired again: what it held is planned
 * once more. It is on record who said so and why, since people may hear it twice.
 * @throws AppError not-found | airtime.wrong-state when it is not over, or somebody reported that it was on air
 */
export async function planAgain(deps: AirtimeDeps, actor: Actor, slotId: string, reason: string): Promise<Slot> {
  const areaCode = await transaction(deps.db, async sql => {
    const view = await lockedView(deps, actor, sql, slotId)
    if (view.releasedAt === null) {
      const now = deps.now()
      if (!mayBeReleased(view, now)) throw wrongState(notReleasable)
      await sql.query(
        'update slots set released_at = $2, released_by = $3, release_reason = $4 where id = $1 and released_at is null',
        [slotId, now, actor.name, reason],
      )
      const change = { areaCode: view.areaCode, action: 'again' as const, at: now }
      await recordAirtimeChange(sql, actor, change, { slot: slotId, startsAt: view.startsAt.toISOString(), reason })
      await markStale(sql, [view.areaCode])
    }
    return view.areaCode
  })
  await planAreas(deps, [areaCode])
  return presentSlot(deps, await slotView(deps, deps.db, slotId))
}

const notReleasable: Sentence = {
  vi: 'Phiên này chưa qua giờ phát, đã bị bỏ, hoặc đã có báo cáo là đã phát nên không xếp phát lại.',
  en: 'This slot is not over, was taken off, or was reported as aired; it is not planned again.',
}

async function lockedView(deps: AirtimeDeps, actor: Actor, sql: Transaction, slotId: string): Promise<SlotView> {
  await sql.query('select 1 from slots where id = $1 for update', [slotId])
  const view = await slotView(deps, sql, slotId)
  requireArea(actor, view)
  return view
}
