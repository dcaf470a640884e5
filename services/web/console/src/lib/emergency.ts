import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { Takeover } from '../../../../domain/board-content.ts'
import type { BoardEmergency } from '../../../../http/schemas-boards.ts'
import type { emergencyWords } from '../i18n/emergencies.ts'
import { emptyContent, findGaps, type Gap } from './content.ts'
import { formatNear } from './format.ts'

/** What an officer fills in for an emergency on boards; everything else of the announcement follows from it. */
export interface EmergencyForm {
  headline: string
  body: string
  issuer: string
  takeover: Takeover
  /** Hours from the submission; null: until `until`. */
  hours: number | null
  until: string | null
  reason: string
  areas: string[]
  speaker: boolean
}

/** A province's code has two digits. */
const communeDigits = 5

/** Letters of a headline that still stand large on a screen. */
export const headlineAim = 80

export const endHours = [1, 2, 4, 8, 12, 24] as const

/**
 * Two hours, full screen: the usual case takes few fields. Where there is more than one commune to choose from, nothing is
 * chosen: an emergency for a whole province must be somebody's decision, not a box that was left as it was.
 * @param areas the officer's own: codes of communes and of whole provinces; none: everywhere
 */
export function emptyEmergency(areas: string[]): EmergencyForm {
  return {
    headline: '',
    body: '',
    issuer: '',
    takeover: 'full',
    hours: 2,
    until: null,
    reason: '',
    areas: areas.length === 1 && areas[0]?.length === communeDigits ? areas : [],
    speaker: false,
  }
}

/** When it ends, counted from `now`; null when no end is given. */
export function endOf(form: EmergencyForm, now: Date): string | null {
  if (form.hours === null) return form.until
  return new Date(now.getTime() + form.hours * 3_600_000).toISOString()
}

/** The announcement that it is. */
export function emergencyContent(form: EmergencyForm, now: Date): AnnouncementContent {
  return {
    ...emptyContent(),
    title: form.headline.trim(),
    body: form.body.trim(),
    issuer: form.issuer.trim(),
    priority: 'emergency',
    urgencyReason: form.reason.trim(),
    audience: { areas: form.areas, tags: [] },
    channels: form.speaker ? ['board', 'loudspeaker'] : ['board'],
    variants: { board: { takeover: form.takeover } },
    expiresAt: endOf(form, now),
  }
}

export type EmergencyGap = Gap | 'end'

/** What is missing before it can be submitted; an emergency always has an end, so that one forgotten holds no board. */
export function emergencyGaps(form: EmergencyForm, now: Date): EmergencyGap[] {
  const content = emergencyContent(form, now)
  return [...(content.expiresAt === null ? (['end'] as const) : []), ...findGaps(content, now)]
}

/** A gap in the labels of the emergency form where it has its own, else in those of every announcement. */
export function emergencyGapWords(
  gap: EmergencyGap,
  own: (typeof emergencyWords)['vi'],
  general: Record<Gap, string>,
): string {
  const words: Partial<Record<EmergencyGap, string>> = own.gaps
  return words[gap] ?? (gap === 'end' ? own.gaps.end : general[gap])
}

/** Where an emergency stands for somebody who looks at boards: not approved, approved for later, or on them. */
export function emergencyStanding(
  { state, scheduleAt }: Pick<BoardEmergency, 'state' | 'scheduleAt'>,
  now: Date,
): 'waiting' | 'ahead' | 'on' {
  if (state === 'submitted') return 'waiting'
  return state === 'approved' && scheduleAt !== null && new Date(scheduleAt) > now ? 'ahead' : 'on'
}

/** How, until when and by whom, each a phrase. */
export function emergencyFacts(
  one: Pick<BoardEmergency, 'takeover' | 'scheduleAt' | 'expiresAt' | 'state' | 'authorName' | 'approvedByName'>,
  w: (typeof emergencyWords)['vi'],
  now: Date,
): string[] {
  return [
    w.mode[one.takeover],
    emergencyStanding(one, now) !== 'on' && one.scheduleAt !== null && w.from(formatNear(one.scheduleAt, now)),
    one.expiresAt === null ? w.noEnd : w.until(formatNear(one.expiresAt, now)),
    w.by(one.authorName),
    one.approvedByName !== null && w.approvedBy(one.approvedByName),
  ].filter(words => typeof words === 'string')
}
