import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import { emptyContent } from './content.ts'

/** Unsaved work as this browser keeps it. */
export interface Backup {
  content: AnnouncementContent
  /** ISO time of the last change. */
  at: string
}

/** Where the work of one person on one draft is kept; people who share a computer must not meet each other's. */
export function backupKey(personId: string, announcementId: string | undefined): string {
  return `loa.unsaved.${personId}.${announcementId ?? 'new'}`
}

/**
 * Reads a backup that an older version of this program may have written: what is missing is filled up, what has the
 * wrong kind is replaced by nothing, and anything that is no backup at all gives undefined.
 */
export function parseBackup(stored: string | null): Backup | undefined {
  if (stored === null) return undefined
  let raw: unknown
  try {
    raw = JSON.parse(stored)
  } catch {
    return undefined
  }
  if (!isRecord(raw) || typeof raw.at !== 'string' || !isRecord(raw.content)) return undefined
  const start = emptyContent()
  const kept = raw.content
  const content = Object.fromEntries(
    Object.entries(start).map(([key, value]) => [key, sameKind(kept[key], value) ? kept[key] : value]),
  ) as AnnouncementContent
  const audience = isRecord(kept.audience) ? kept.audience : {}
  content.audience = { areas: texts(audience.areas), tags: texts(audience.tags) }
  content.channels = texts(kept.channels)
  for (const name of ['scheduleAt', 'expiresAt'] as const) {
    const value = kept[name]
    content[name] = typeof value === 'string' ? value : null
  }
  return { content, at: raw.at }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sameKind(a: unknown, b: unknown): boolean {
  return typeof a === typeof b && Array.isArray(a) === Array.isArray(b) && a !== null
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}
