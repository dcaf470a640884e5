/**
 * How lately a device or board was heard of. Heartbeats come once a minute: late after three minutes of silence, offline
 * after ten.
 */
export const reaches = ['never', 'online', 'late', 'offline'] as const
export type Reach = (typeof reaches)[number]

export const lateAfterMs = 3 * 60_000
export const offlineAfterMs = 10 * 60_000

/** Pure; `lastSeenAt` is the last sign of life that came from the device itself. */
export function reachOf(lastSeenAt: Date | null, now: Date): Reach {
  if (lastSeenAt === null) return 'never'
  const silentMs = now.getTime() - lastSeenAt.getTime()
  if (silentMs > offlineAfterMs) return 'offline'
  return silentMs > lateAfterMs ? 'late' : 'online'
}
