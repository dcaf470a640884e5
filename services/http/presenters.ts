import type { ChannelTraits } from '../../channels/contract.ts'
import type { InstalledChannel } from '../../channels/registry.ts'
import type { AnnouncementRecord } from '../dispatch/announcements.ts'
import type { Sentence } from '../domain/errors.ts'
import { evidenceNames } from '../domain/evidence.ts'
import { planMethods } from '../domain/plan.ts'
import type { AnnouncementEventRow } from '../store/announcements.ts'
import type { Announcement, AnnouncementEvent, AnnouncementSummary, ChannelInfo } from './schemas.ts'

/** What leaves the server: use-case records in, the API's shapes out. Dates become ISO 8601 in UTC. */
function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}

/** An announcement as a line of the list. */
export function presentSummary(record: AnnouncementRecord): AnnouncementSummary {
  const { content } = record
  return {
    id: record.id,
    state: record.state,
    revision: record.revision,
    title: content.title,
    priority: content.priority,
    channels: content.channels,
    authorName: record.authorName,
    approvedByName: record.approvedByName,
    scheduleAt: content.scheduleAt,
    expiresAt: content.expiresAt,
    updatedAt: record.updatedAt.toISOString(),
    counts: record.counts,
  }
}

/** An announcement in full. */
export function presentAnnouncement(record: AnnouncementRecord): Announcement {
  return {
    ...presentSummary(record),
    content: record.content,
    reading: record.reading,
    authorId: record.authorId,
    submittedBy: record.submittedBy,
    submittedAt: iso(record.submittedAt),
    approvedAt: iso(record.approvedAt),
    cancelledAt: iso(record.cancelledAt),
    cancelReason: record.cancelReason,
    returnReason: record.returnReason,
    hash: record.hash,
    allowedActions: record.allowedActions,
  }
}

/** One line of an announcement's history. */
export function presentEvent(event: AnnouncementEventRow): AnnouncementEvent {
  return {
    at: event.at.toISOString(),
    actorName: event.actorName,
    action: event.action,
    revision: event.revision,
    detail: event.detail,
  }
}

/** What stands behind a `confirmed` at the best; where it may be less, that is said first. */
function confirmationText({ bestEvidence, confirmedBy = [bestEvidence] }: ChannelTraits): Sentence {
  const names = confirmedBy.map(level => evidenceNames[level])
  return { vi: names.map(n => n.vi).join(' hoặc '), en: names.map(n => n.en).join(' or ') }
}

/** A channel as the console's checkbox and column heads show it. */
export function presentChannel({ channel }: InstalledChannel): ChannelInfo {
  const { number, vi, en } = planMethods[channel.method]
  const evidence = channel.traits.bestEvidence
  return {
    id: channel.id,
    name: channel.name,
    method: channel.method,
    methodNumber: number,
    methodName: { vi, en },
    audience: channel.audience,
    address: channel.address ?? null,
    bestEvidence: evidence,
    bestEvidenceText: confirmationText(channel.traits),
    waitsInQuietHours: channel.traits.quietHours,
    enabled: true,
  }
}
