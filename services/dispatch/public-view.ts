import type { Priority } from '../domain/announcement.ts'
import type { BoardMedia } from '../domain/board-content.ts'
import type { PublicRow } from '../store/public.ts'

/** What anybody may read of an announcement, once it has begun to go out. */
export type PublicView = Withdrawn | Readable

/** Taken back or replaced: only what it was called, so that an old text is not spread by its own address. */
export interface Withdrawn {
  kind: 'withdrawn' | 'superseded'
  title: string
  issuer: string
  documentNumber: string
  at: Date
}

export interface Readable {
  kind: 'current' | 'expired'
  title: string
  body: string
  issuer: string
  documentNumber: string
  priority: Priority
  publishedAt: Date
  /** Null: no end was set. */
  expiresAt: Date | null
  revision: number
  /** Whoever came here read an older revision. */
  readOlder: boolean
  media: BoardMedia[]
  /** On public boards too, so that a search engine may know it. */
  onBoards: boolean
}

/**
 * The public side of an announcement. Undefined where there is none: it is a draft, waits for its approval or its hour, or was
 * cancelled before anybody was reached. Pure.
 * @param readRevision revision named by the code that was scanned, where it names one
 */
export function publicView(
  row: PublicRow | undefined,
  readRevision: number | undefined,
  now: Date,
): PublicView | undefined {
  if (!row?.publishedAt || ['draft', 'submitted', 'approved'].includes(row.state)) return undefined
  const { content, publishedAt, revision } = row
  const { issuer, documentNumber, priority } = content
  const title = content.title.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (row.state === 'cancelled' || row.state === 'superseded') {
    const kind = row.state === 'cancelled' ? 'withdrawn' : 'superseded'
    return { kind, title, issuer, documentNumber, at: row.cancelledAt ?? row.updatedAt }
  }
  const expiresAt = content.expiresAt === null ? null : new Date(content.expiresAt)
  const over = row.state === 'expired' || (expiresAt !== null && expiresAt <= now)
  return {
    kind: over ? 'expired' : 'current',
    title,
    body: content.body.normalize('NFC'),
    issuer,
    documentNumber,
    priority,
    publishedAt,
    expiresAt,
    revision,
    readOlder: readRevision !== undefined && readRevision < revision,
    media: content.variants.board?.media ?? [],
    onBoards: content.channels.includes('board'),
  }
}
