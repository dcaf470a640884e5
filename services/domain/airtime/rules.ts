import type { Sentence } from '../errors.ts'
import type { Programme, ProgrammeSession } from '../programme.ts'
import { minuteOf } from './calendar.ts'
import { inQuietHours, type Quota } from './frames.ts'
import { overheadSeconds, soundOf } from './timing.ts'

const dayMinutes = 24 * 60
const weekdayNames = {
  vi: ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
}

function days(weekdays: readonly number[], language: 'vi' | 'en'): string {
  return [...new Set(weekdays)]
    .sort()
    .map(d => weekdayNames[language][d - 1])
    .join(', ')
}

function endOf(session: { start: string; minutes: number }): string {
  const minute = minuteOf(session.start) + session.minutes
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/**
 * Everything in a programme that breaks a rule, a sentence each; empty: it may be stored. Sources: local airtime rules
 * (domain.md §2) as data in the quota, and what a station can do at all.
 * @param bound the province's quota, which binds its communes; null for none and for the province itself
 */
export function programmeProblems(programme: Programme, bound: Quota): Sentence[] {
  return [
    ...programme.sessions.flatMap(s => sessionProblems(s, programme)),
    ...overlaps(programme.sessions),
    ...quotaProblems(programme.sessions, programme.quota, ownRule),
    ...quotaProblems(programme.sessions, bound, provinceRule),
  ]
}

function sessionProblems(session: ProgrammeSession, programme: Programme): Sentence[] {
  const found: Sentence[] = []
  const { start, minutes } = session
  if (minuteOf(start) + minutes > dayMinutes) {
    found.push({
      vi: `Phiên ${start} dài ${minutes} phút nên kéo qua nửa đêm. Ông/Bà vui lòng cho phiên kết thúc trước 24 giờ.`,
      en: `The session at ${start} of ${minutes} minutes goes past midnight. Please let it end before 24:00.`,
    })
  }
  const { quiet } = programme
  if (quiet && inQuietHours(start, minutes, quiet)) {
    found.push({
      vi: `Phiên ${start} (${minutes} phút) rơi vào giờ yên tĩnh ${quiet.from} – ${quiet.to}. Ông/Bà vui lòng đổi giờ phát.`,
      en: `The session at ${start} (${minutes} minutes) lies in the quiet hours ${quiet.from} – ${quiet.to}. Please choose another time.`,
    })
  }
  const overhead = overheadSeconds(soundOf(programme))
  if (overhead >= minutes * 60) {
    found.push({
      vi: `Phiên ${start} dài ${minutes} phút nhưng riêng phần chờ, nhạc hiệu, lời chào và lời kết đã cần khoảng ${overhead} giây. Ông/Bà vui lòng kéo dài phiên hoặc rút gọn lời.`,
      en: `The session at ${start} has ${minutes} minutes, but lead, chime, greeting and sign-off alone take about ${overhead} seconds. Make it longer or the words shorter.`,
    })
  }
  return found
}

function overlaps(sessions: readonly ProgrammeSession[]): Sentence[] {
  const sorted = [...sessions].sort((a, b) => minuteOf(a.start) - minuteOf(b.start))
  const found: Sentence[] = []
  for (const [i, first] of sorted.entries()) {
    for (const second of sorted.slice(i + 1)) {
      const shared = first.weekdays.filter(d => second.weekdays.includes(d))
      if (shared.length === 0 || minuteOf(first.start) + first.minutes <= minuteOf(second.start)) continue
      found.push({
        vi: `Phiên ${first.start} (đến ${endOf(first)}) chồng lên phiên ${second.start} vào ${days(shared, 'vi')}.`,
        en: `The session at ${first.start} (until ${endOf(first)}) overlaps the one at ${second.start} on ${days(shared, 'en')}.`,
      })
    }
  }
  return found
}

const ownRule: Sentence = { vi: 'hạn mức của địa bàn', en: 'the quota of this area' }
const provinceRule: Sentence = { vi: 'hạn mức của tỉnh', en: 'the quota of the province' }

function quotaProblems(sessions: readonly ProgrammeSession[], quota: Quota, rule: Sentence): Sentence[] {
  if (!quota) return []
  const found: Sentence[] = []
  for (const { start, minutes } of sessions.filter(s => s.minutes > quota.minutesPerSession)) {
    found.push({
      vi: `Phiên ${start} dài ${minutes} phút, vượt ${rule.vi} là ${quota.minutesPerSession} phút mỗi phiên.`,
      en: `The session at ${start} has ${minutes} minutes; ${rule.en} allows ${quota.minutesPerSession} per session.`,
    })
  }
  const used = [1, 2, 3, 4, 5, 6, 7].filter(day => sessions.some(s => s.weekdays.includes(day)))
  const forbidden = used.filter(day => !quota.weekdays.includes(day))
  if (forbidden.length > 0) {
    found.push({
      vi: `Có phiên vào ${days(forbidden, 'vi')}, trong khi ${rule.vi} không cho phát các ngày này.`,
      en: `There are sessions on ${days(forbidden, 'en')}; ${rule.en} allows none on these days.`,
    })
  }
  const crowded = used.filter(
    day => quota.weekdays.includes(day) && sessions.filter(s => s.weekdays.includes(day)).length > quota.sessionsPerDay,
  )
  if (crowded.length > 0) {
    found.push({
      vi: `Quá ${quota.sessionsPerDay} phiên vào ${days(crowded, 'vi')}, vượt ${rule.vi}.`,
      en: `More than ${quota.sessionsPerDay} sessions on ${days(crowded, 'en')}, which is over ${rule.en}.`,
    })
  }
  return found
}
