import { addDays, isDay, minuteOf, vietNamClock, weekdayOf } from '../domain/airtime/calendar.ts'
import { framesOf, inQuietHours, type ProgrammeException, type Quota, strictest } from '../domain/airtime/frames.ts'
import type { Sentence } from '../domain/errors.ts'
import type { Programme } from '../domain/programme.ts'
import type { AreaProgramme, ExceptionRow } from '../store/airtime/programmes.ts'

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
 * What is wrong with an exception, a sentence each, beside the exception in the form in which it is kept.
 * @param others exceptions of that day that hold already
 * @param withinQuota true for those who may not exceed it
 */
export function checkedException(
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

/**
 * What is wrong with taking an exception back: for those who may not exceed the quota, that the sessions which return come on
 * top of others that were put in for them.
 * @param others exceptions of that day, the one in question included
 */
export function dropProblems(exception: ExceptionRow, area: AreaProgramme, others: ExceptionRow[]): Sentence[] {
  const bound = area.kind === 'commune' ? area.bound : null
  const quota = strictest(area.programme.quota, bound)
  const without = others.filter(o => o.id !== exception.id)
  const [before, after] = [others, without].map(list => framesOf(exception.day, area.programme, bound, list).length)
  if (!quota || before === undefined || after === undefined) return []
  return after > before && after > quota.sessionsPerDay ? [tooMuch(quota, false)] : []
}

function overQuota({ day, kind, minutes }: Wished, quota: Quota, frames: Day): Sentence[] {
  if (!quota || (kind !== 'extra' && kind !== 'longer')) return []
  const tooMany = kind === 'extra' && frames.length >= quota.sessionsPerDay
  // A day of the week without airtime has no session to spare either.
  const isOffDay = !quota.weekdays.includes(weekdayOf(day))
  if (!tooMany && !isOffDay && (minutes ?? 0) <= quota.minutesPerSession) return []
  return [tooMuch(quota, isOffDay)]
}

function tooMuch(quota: NonNullable<Quota>, isOffDay: boolean): Sentence {
  return {
    vi: `Vượt hạn mức ${quota.sessionsPerDay} phiên mỗi ngày, ${quota.minutesPerSession} phút mỗi phiên${isOffDay ? ', hoặc ngày này không được phát theo hạn mức' : ''}. Ông/Bà vui lòng đề nghị cán bộ cấp tỉnh thêm ngày ngoại lệ.`,
    en: `This is over the quota of ${quota.sessionsPerDay} sessions a day and ${quota.minutesPerSession} minutes each${isOffDay ? ', or the quota leaves this day out' : ''}. Please ask an officer to make the exception.`,
  }
}
