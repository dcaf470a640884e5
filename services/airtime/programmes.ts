import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { addDays, isDay, minuteOf, vietNamClock, vietNamDay } from '../domain/airtime/calendar.ts'
import { framesOf, inQuietHours, type ProgrammeException, type Quota, strictest } from '../domain/airtime/frames.ts'
import { programmeProblems } from '../domain/airtime/rules.ts'
import { AppError, type Sentence } from '../domain/errors.ts'
import type { Programme } from '../domain/programme.ts'
import type { EffectiveProgramme } from '../http/schemas-airtime.ts'
import { type AirtimeChange, airtimeChanges, recordAirtimeChange } from '../store/airtime/changes.ts'
import { markCommunesStale, markStale } from '../store/airtime/plans.ts'
import {
  type AreaProgramme,
  type ExceptionRow,
  exceptionsOf,
  findException,
  insertException,
  programmeOf,
  programmesOf,
  putProgramme,
  removeException,
} from '../store/airtime/programmes.ts'
import { pokeStations } from '../store/airtime/slots.ts'
import { type Sql, transaction } from '../store/db.ts'
import { planAreas } from './planning.ts'
import { airtimeScope, inScope, noSuchArea, requireArea } from './scope.ts'

/** The programme of one area as the person may see it. @throws AppError not-found */
export async function getProgramme(ctx: DispatchContext, actor: Actor, areaCode: string): Promise<EffectiveProgramme> {
  const area = await programmeOf(ctx.db, areaCode)
  requireArea(actor, area)
  if (!area) throw noSuchArea()
  return presentProgramme(area)
}

/** A programme with what is wrong in it now; one that was right may break a province's rule made later. */
export function presentProgramme(area: AreaProgramme): EffectiveProgramme {
  return {
    areaCode: area.areaCode,
    areaName: area.areaName,
    from: area.from,
    programme: area.programme,
    boundBy: area.bound,
    problems: programmeProblems(area.programme, area.bound),
    updatedBy: area.updatedBy,
    updatedAt: area.updatedAt?.toISOString() ?? null,
  }
}

/**
 * Stores the programme of an area and plans anew. Nothing is stored while a rule is broken.
 * @throws AppError not-found | airtime.rule-broken with one sentence per broken rule
 */
export async function saveProgramme(
  ctx: DispatchContext,
  actor: Actor,
  areaCode: string,
  programme: Programme,
): Promise<EffectiveProgramme> {
  await transaction(ctx.db, async sql => {
    const area = await programmeOf(sql, areaCode)
    requireArea(actor, area)
    if (!area) throw noSuchArea()
    refuse(programmeProblems(programme, area.kind === 'commune' ? area.bound : null))
    const before = await putProgramme(sql, areaCode, programme, actor.name, ctx.now())
    await recordAirtimeChange(
      sql,
      actor,
      { areaCode, action: 'programme', at: ctx.now() },
      { before, after: programme },
    )
    await markStale(sql, [areaCode])
    if (area.kind === 'province') await markCommunesStale(sql, [areaCode])
    // Also what is not a slot is in the manifest: how an emergency is repeated.
    await pokeStations(sql, await areasWith(sql, areaCode))
  })
  await planAreas(ctx, [areaCode])
  return getProgramme(ctx, actor, areaCode)
}

async function areasWith(sql: Sql, areaCode: string): Promise<string[]> {
  const { rows } = await sql.query<{ code: string }>('select code from areas where code = $1 or parent_code = $1', [
    areaCode,
  ])
  return rows.map(r => r.code)
}

/** @throws AppError airtime.rule-broken */
function refuse(problems: Sentence[]): void {
  if (problems.length === 0) return
  throw new AppError(
    'airtime.rule-broken',
    { vi: problems.map(p => p.vi).join(' '), en: problems.map(p => p.en).join(' ') },
    { details: { errors: problems.map(p => ({ path: 'sessions', message: p.vi })) } },
  )
}

/** The newest 100 changes to the airtime of an area. @throws AppError not-found */
export async function programmeHistory(ctx: DispatchContext, actor: Actor, areaCode: string): Promise<AirtimeChange[]> {
  requireArea(actor, await programmeOf(ctx.db, areaCode))
  return airtimeChanges(ctx.db, areaCode, 100)
}

/** An area in the list of programmes. */
export interface AirAreaRow {
  areaCode: string
  areaName: string
  kind: 'province' | 'commune'
  stations: number
  from: 'own' | 'province' | 'usual'
  nextSlotAt: Date | null
  nextSlotSeconds: number | null
  waiting: number
  problems: number
}

interface AreaFacts {
  areaCode: string
  stations: number
  nextSlotAt: Date | null
  nextSlotId: string | null
  waiting: number
}

/**
 * Areas with stations, and their provinces, that a person works for: whose programme they have and when they are on air next
 * with something to say.
 */
export async function listAirAreas(
  ctx: DispatchContext,
  actor: Actor,
  secondsOf: (slotIds: string[]) => Promise<Map<string, number>>,
): Promise<AirAreaRow[]> {
  const { rows } = await ctx.db.query<AreaFacts>(
    `with here as (
       select st.area_code as code, a.parent_code from stations st join areas a on a.code = st.area_code
       where st.retired_at is null
     ), counts as (
       select code, count(*)::int as stations from (
         select code from here union all select parent_code from here where parent_code is not null
       ) both_levels group by code
     )
     select a.code as "areaCode", c.stations, n.id as "nextSlotId", n.starts_at as "nextSlotAt",
       coalesce(jsonb_array_length(p.waiting), 0) as waiting
     from counts c join areas a on a.code = c.code left join airtime_plans p on p.area_code = a.code
       left join lateral (
         select s.id, s.starts_at from slots s where s.area_code = a.code and s.starts_at > $2 and s.state <> 'void'
           and exists (select from slot_items i where i.slot_id = s.id and i.withdrawn_at is null)
         order by s.starts_at limit 1
       ) n on true
     where ${inScope('$1')}`,
    [airtimeScope(actor), ctx.now()],
  )
  const facts = new Map(rows.map(r => [r.areaCode, r]))
  const seconds = await secondsOf(rows.flatMap(r => r.nextSlotId ?? []))
  const areas = await programmesOf(ctx.db, [...facts.keys()])
  return areas.map(area => {
    const fact = facts.get(area.areaCode)
    return {
      areaCode: area.areaCode,
      areaName: area.areaName,
      kind: area.kind,
      stations: fact?.stations ?? 0,
      from: area.from,
      nextSlotAt: fact?.nextSlotAt ?? null,
      nextSlotSeconds: fact?.nextSlotId ? (seconds.get(fact.nextSlotId) ?? null) : null,
      waiting: fact?.waiting ?? 0,
      problems: programmeProblems(area.programme, area.bound).length,
    }
  })
}

/** What somebody asks for as an exception. */
export interface ExceptionWish {
  areaCode: string
  date: string
  start: string | null
  kind: ProgrammeException['kind']
  to: string | null
  minutes: number | null
  reason: string
}

/**
 * Exceptions of an area from a day on (today when absent).
 * @throws AppError not-found
 */
export async function listExceptions(
  ctx: DispatchContext,
  actor: Actor,
  areaCode: string,
  from: string | undefined,
): Promise<ExceptionRow[]> {
  requireArea(actor, await programmeOf(ctx.db, areaCode))
  return exceptionsOf(ctx.db, [areaCode], from ?? vietNamDay(ctx.now()), '9999-12-31')
}

/**
 * Makes a day differ from the programme, with a reason. What is over the quota (one more session, longer ones) is for
 * officers; an operator stays within it.
 * @throws AppError not-found | airtime.rule-broken
 */
export async function addException(ctx: DispatchContext, actor: Actor, wish: ExceptionWish): Promise<ExceptionRow> {
  const row = await transaction(ctx.db, async sql => {
    const area = await programmeOf(sql, wish.areaCode)
    requireArea(actor, area)
    if (!area) throw noSuchArea()
    const now = ctx.now()
    const others = await exceptionsOf(sql, [wish.areaCode], wish.date, wish.date)
    const { exception, problems } = checkedException(wish, area, others, vietNamDay(now), actor.role === 'operator')
    refuse(problems)
    const { areaCode, reason } = wish
    const added = await insertException(sql, { ...exception, areaCode, reason, madeBy: actor.name, madeAt: now })
    await recordAirtimeChange(sql, actor, { areaCode, action: 'exception', at: now }, { exception: added })
    await staleWith(sql, area)
    return added
  })
  await planAreas(ctx, [wish.areaCode])
  return row
}

/** Takes an exception back. @throws AppError not-found */
export async function dropException(ctx: DispatchContext, actor: Actor, id: string): Promise<ExceptionRow> {
  const row = await transaction(ctx.db, async sql => {
    const found = await findException(sql, id, true)
    const area = found && (await programmeOf(sql, found.areaCode))
    requireArea(actor, area)
    if (!found || !area) throw noSuchArea()
    await removeException(sql, id, ctx.now())
    const change = { areaCode: found.areaCode, action: 'exception-removed' as const, at: ctx.now() }
    await recordAirtimeChange(sql, actor, change, { exception: found })
    await staleWith(sql, area)
    return found
  })
  await planAreas(ctx, [row.areaCode])
  return row
}

async function staleWith(sql: Sql, area: AreaProgramme): Promise<void> {
  await markStale(sql, [area.areaCode])
  if (area.kind === 'province') await markCommunesStale(sql, [area.areaCode])
}

function checkedException(
  wish: ExceptionWish,
  area: AreaProgramme,
  others: ExceptionRow[],
  today: string,
  withinQuota: boolean,
): { exception: Omit<ProgrammeException, 'id'> & { day: string }; problems: Sentence[] } {
  const { kind, date } = wish
  // A further session has a time of its own; screens send it as `to`, programs perhaps as `start`.
  const start = kind === 'extra' ? null : wish.start
  const to = kind === 'extra' ? (wish.to ?? wish.start) : kind === 'move' ? wish.to : null
  const minutes = kind === 'extra' || kind === 'longer' ? wish.minutes : null
  const exception = { day: date, kind, start, to, minutes }
  if (!isDay(date) || date < today || date > addDays(today, 366)) {
    const vi = 'Ngày ngoại lệ phải từ hôm nay trở đi và trong vòng một năm.'
    return { exception, problems: [{ vi, en: 'The day must be today or later, within a year.' }] }
  }
  const day = framesOf(date, area.programme, area.kind === 'commune' ? area.bound : null, others)
  const problems = [...shapeProblems(exception, day), ...timeProblems(exception, area.programme, day)]
  const quota = strictest(area.programme.quota, area.kind === 'commune' ? area.bound : null)
  if (withinQuota && problems.length === 0) problems.push(...overQuota(exception, quota, day))
  return { exception, problems }
}

type Wished = Omit<ProgrammeException, 'id'>
type Day = ReturnType<typeof framesOf>

function shapeProblems({ kind, start, to, minutes, day }: Wished, frames: Day): Sentence[] {
  const found: Sentence[] = []
  if (kind !== 'extra' && kind !== 'off' && start === null)
    found.push({ vi: 'Ông/Bà vui lòng chọn phiên cần thay đổi.', en: 'Please choose the session that is to change.' })
  if (start !== null && !frames.some(f => f.session === start))
    found.push({ vi: `Ngày ${day} không có phiên ${start}.`, en: `There is no session at ${start} on ${day}.` })
  if ((kind === 'move' || kind === 'extra') && to === null)
    found.push({ vi: 'Ông/Bà vui lòng cho biết giờ phát mới.', en: 'Please give the new time.' })
  if ((kind === 'extra' || kind === 'longer') && minutes === null)
    found.push({ vi: 'Ông/Bà vui lòng cho biết số phút.', en: 'Please give the minutes.' })
  return found
}

/** Quiet hours and sessions beside it hold for exceptions too. */
function timeProblems({ kind, start, to, minutes }: Wished, programme: Programme, frames: Day): Sentence[] {
  const moved = frames.find(f => f.session === start)
  const begin = kind === 'longer' ? moved && vietNamClock(moved.startsAt) : to
  const length = minutes ?? (moved ? moved.maxSeconds / 60 : null)
  if (kind === 'off' || !begin || length === null) return []
  const found: Sentence[] = []
  if (inQuietHours(begin, length, programme.quiet) || minuteOf(begin) + length > 24 * 60)
    found.push({
      vi: `Phiên ${begin} (${length} phút) rơi vào giờ yên tĩnh ${programme.quiet?.from ?? ''} – ${programme.quiet?.to ?? ''} hoặc kéo qua nửa đêm.`,
      en: `A session at ${begin} (${length} minutes) lies in the quiet hours or goes past midnight.`,
    })
  const ends = minuteOf(begin) + length
  const clash = frames.find(f => {
    const from = minuteOf(vietNamClock(f.startsAt))
    return f !== moved && minuteOf(begin) < from + f.maxSeconds / 60 && from < ends
  })
  if (clash)
    found.push({
      vi: `Phiên ${begin} (${length} phút) chồng lên phiên ${vietNamClock(clash.startsAt)} cùng ngày.`,
      en: `A session at ${begin} (${length} minutes) overlaps the one at ${vietNamClock(clash.startsAt)} on that day.`,
    })
  return found
}

function overQuota({ kind, minutes }: Wished, quota: Quota, frames: Day): Sentence[] {
  if (!quota || (kind !== 'extra' && kind !== 'longer')) return []
  const tooMany = kind === 'extra' && frames.length >= quota.sessionsPerDay
  if (!tooMany && (minutes ?? 0) <= quota.minutesPerSession) return []
  return [
    {
      vi: `Vượt hạn mức ${quota.sessionsPerDay} phiên mỗi ngày, ${quota.minutesPerSession} phút mỗi phiên. Ông/Bà vui lòng đề nghị cán bộ cấp tỉnh thêm ngày ngoại lệ.`,
      en: `This is over the quota of ${quota.sessionsPerDay} sessions a day and ${quota.minutesPerSession} minutes each. Please ask an officer to make the exception.`,
    },
  ]
}
