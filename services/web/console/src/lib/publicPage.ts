import type { Announcement, Progress } from '../../../../http/schemas.ts'

/**
 * Path of an announcement's public page, the same that the server puts into QR codes.
 * @param id the announcement's UUID; its 16 bytes are the code, in 22 characters of base64url
 */
export function publicPagePath(id: string): string {
  const hex = id.replaceAll('-', '')
  const bytes = Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16))
  const base64 = btoa(String.fromCharCode(...bytes))
  return `/tb/${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`
}

/** Whether that page can be read: the audience of a channel is settled, and it is past its approval (see publicView). */
export function isPublic(
  { state }: Pick<Announcement, 'state'>,
  dispatches: readonly Pick<Progress['dispatches'][number], 'counts'>[],
): boolean {
  const before = state === 'draft' || state === 'submitted' || state === 'approved'
  return !before && dispatches.some(dispatch => dispatch.counts.audience > 0)
}
