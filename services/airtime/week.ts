import type { Actor } from '../domain/accounts.ts'
import { addDays, mondayOf, vietNamDay, vietNamMoment } from '../domain/airtime/calendar.ts'
import { quotaSecondsOf, strictest } from '../domain/airtime/frames.ts'
import type { AirWeek } from '../http/schemas-airtime.ts'
import { type ExceptionRow, exceptionsOf, programmeOf } from '../store/airtime/programmes.ts'
import { viewEmergencies, viewSlots, viewWaiting } from '../store/airtime/views.ts'
import { ensurePlanned } from './planning.ts'
import { presentProgramme } from './programmes.ts'
import { noSuchArea, requireArea } from './scope.ts'
import { type AirtimeDeps, presentSlot } from './views.ts'

/**
 * "What will air this week, when, for how long": seven days of an area from a day on, the present week when none is given.
 * @param from a day in Viet Nam
 * @throws AppError not-found
 */
export async function airWeek(
  deps: AirtimeDeps,
  actor: Actor,
  areaCode: string,
  from: string | undefined,
): Promise<AirWeek> {
  const area = await programmeOf(deps.db, areaCode)
  requireArea(actor, area)
  if (!area) throw noSuchArea()
  await ensurePlanned(deps, areaCode)
  const now = deps.now()
  const first = from ?? mondayOf(vietNamDay(now))
  const days = Array.from({ length: 7 }, (_, i) => addDays(first, i))
  const range = { from: vietNamMoment(first, '00:00'), to: vietNamMoment(addDays(first, 7), '00:00') }
  const slots = await viewSlots(deps.db, { areaCodes: [areaCode], ...range }, now)
  const presented = slots.map(view => presentSlot(deps, view))
  const exceptions = await exceptionsOf(deps.db, [areaCode], first, addDays(first, 6))
  const quota = strictest(area.programme.quota, area.bound)
  const { plays } = area.programme
  return {
    areaCode,
    areaName: area.areaName,
    from: first,
    programme: presentProgramme(area),
    days: days.map(date => {
      const ofDay = presented.filter(s => vietNamDay(new Date(s.startsAt)) === date)
      return {
        date,
        quotaSeconds: quotaSecondsOf(date, quota),
        usedSeconds: Math.round(ofDay.reduce((sum, s) => sum + s.seconds, 0)),
        slots: ofDay,
        exceptions: exceptions.filter(e => e.day === date).map(presentException),
      }
    }),
    waiting: (await viewWaiting(deps.db, areaCode)).map(({ renditionId: _renditionId, ...item }) => ({
      ...item,
      plays: item.priority === 'emergency' ? 1 : plays[item.priority],
      withdrawn: false,
      reason: item.reason as AirWeek['waiting'][number]['reason'],
      expiresAt: item.expiresAt?.toISOString() ?? null,
    })),
    emergencies: (await viewEmergencies(deps.db, areaCode, now)).map(e => ({
      ...e,
      issuedAt: e.issuedAt.toISOString(),
      expiresAt: e.expiresAt.toISOString(),
    })),
  }
}

/** An exception as the API shows it. */
export function presentException({ day, madeAt, ...exception }: ExceptionRow) {
  return { ...exception, date: day, madeAt: madeAt.toISOString() }
}
