import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { BoardMedia } from '../../../../domain/board-content.ts'

export type BoardVariant = NonNullable<AnnouncementContent['variants']['board']>

/** How many pictures and videos an announcement may have; the schema says the same. */
export const mediaMost = 6

/** The variants with another board version; what says nothing is left out, so that an unchanged draft stays unchanged. */
export function withBoard(
  variants: AnnouncementContent['variants'],
  patch: { [K in keyof BoardVariant]?: BoardVariant[K] | undefined },
): AnnouncementContent['variants'] {
  const { board, ...rest } = variants
  const merged = Object.entries({ ...board, ...patch }).filter(
    ([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0),
  )
  return merged.length > 0 ? { ...rest, board: Object.fromEntries(merged) as BoardVariant } : rest
}

/** The list with the one at `at` moved by `by` places; the same list where that leads out of it. */
export function moved(media: BoardMedia[], at: number, by: -1 | 1): BoardMedia[] {
  const to = at + by
  const [one, other] = [media[at], media[to]]
  if (!one || !other) return media
  return media.map((m, i) => (i === at ? other : i === to ? one : m))
}

/** True for a file whose first bytes are a PDF's, as the server tells it too. */
export async function isPdf(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 1024).arrayBuffer())
  return String.fromCharCode(...head).includes('%PDF-')
}
