/** How recently a device was heard: thresholds as the reference for public boards gives them (3 and 10 minutes). */
export type Presence = 'never' | 'online' | 'late' | 'offline'

/** @param lastSeenAt ISO time of the last sign of life, null when there has been none */
export function presence(lastSeenAt: string | null, now: Date): Presence {
  if (lastSeenAt === null) return 'never'
  const ageMs = now.getTime() - new Date(lastSeenAt).getTime()
  if (ageMs > 10 * 60_000) return 'offline'
  return ageMs > 3 * 60_000 ? 'late' : 'online'
}
