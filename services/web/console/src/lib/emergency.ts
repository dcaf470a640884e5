import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { Takeover } from '../../../../domain/board-content.ts'
import { emptyContent, findGaps, type Gap } from './content.ts'

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

/** Letters of a headline that still stand large on a screen. */
export const headlineAim = 80

export const endHours = [1, 2, 4, 8, 12, 24] as const

/** Two hours, full screen, the officer's own area: the usual case takes three fields. */
export function emptyEmergency(areas: string[]): EmergencyForm {
  return {
    headline: '',
    body: '',
    issuer: '',
    takeover: 'full',
    hours: 2,
    until: null,
    reason: '',
    areas,
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

/** What is missing before it can be submitted; an emergency always has an end, so that one forgotten holds no board. */
export function emergencyGaps(form: EmergencyForm, now: Date): (Gap | 'end')[] {
  const content = emergencyContent(form, now)
  return [...(content.expiresAt === null ? (['end'] as const) : []), ...findGaps(content, now)]
}
