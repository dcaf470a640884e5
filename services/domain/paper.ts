import { addDays, vietNamClock, vietNamDay, vietNamMoment } from './airtime/calendar.ts'
import type { AnnouncementState, Priority } from './announcement.ts'

/*
 * Paper: what a printed notice says of itself, and how long it is to hang.
 */
export const printForms = ['official', 'large'] as const
export type PrintForm = (typeof printForms)[number]
export const paperSizes = ['A4', 'A3'] as const
export type PaperSize = (typeof paperSizes)[number]

/** A notice without an end of its own is to be taken down after so many days, as it leaves the screens by then. */
export const paperDaysWithoutEnd = 30

/** What a sheet is worth at the moment of printing; everything but `valid` is printed across it. */
export type NoticeStanding = 'preview' | 'valid' | 'withdrawn' | 'superseded' | 'expired'

/** The standing of an announcement that is printed at `now`. */
export function noticeStanding(state: AnnouncementState, removeBy: Date, now: Date): NoticeStanding {
  if (state === 'draft' || state === 'submitted') return 'preview'
  if (state === 'cancelled') return 'withdrawn'
  if (state === 'superseded') return 'superseded'
  return state === 'expired' || removeBy <= now ? 'expired' : 'valid'
}

/**
 * When a notice begins to hold: at its approval, or at the start that was set for later. Null before the approval.
 */
export function issuedAt(approvedAt: Date | null, scheduleAt: string | null): Date | null {
  if (approvedAt === null) return null
  return scheduleAt === null ? approvedAt : new Date(Math.max(approvedAt.getTime(), Date.parse(scheduleAt)))
}

/** The moment after which a notice may hang no longer: its end, or some weeks after its issue. */
export function removeBy(expiresAt: Date | null, issued: Date): Date {
  return expiresAt ?? vietNamMoment(addDays(vietNamDay(issued), paperDaysWithoutEnd), vietNamClock(issued))
}

/** The last day (YYYY-MM-DD, Viet Nam) on which it may hang: an end at midnight is the end of the day before. */
export function lastDay(end: Date): string {
  return vietNamDay(new Date(end.getTime() - 1))
}

/**
 * The day by which a notice is to be posted: an emergency at once (null), anything else by the evening of the day after
 * its issue, and never after its last day. A rule of Loa's own: no text sets one.
 */
export function postBy(priority: Priority, issued: Date, end: Date): string | null {
  if (priority === 'emergency') return null
  const next = addDays(vietNamDay(issued), 1)
  return next < lastDay(end) ? next : lastDay(end)
}

/** 2026-11-05 -> 05/11/2026. */
export function shortDay(day: string): string {
  return day.split('-').reverse().join('/')
}

/** 2026-11-05 -> ngày 05 tháng 11 năm 2026; months 1 and 2 with a zero (Decree 30/2020/NĐ-CP, Appendix I, II.4). */
export function officialDay(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `ngày ${date} tháng ${Number(month) < 3 ? month : Number(month)} năm ${year}`
}

/** A moment as an official letter writes it, in the time of Viet Nam: 17 giờ 30 phút, ngày 05/12/2026. */
export function officialMoment(at: Date): string {
  const [hour, minute] = vietNamClock(at).split(':')
  return `${hour} giờ ${minute} phút, ngày ${shortDay(vietNamDay(at))}`
}
