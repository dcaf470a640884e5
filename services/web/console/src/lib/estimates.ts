/** A length of time as people plan with it. */
export interface RoughTime {
  hours: number
  minutes: number
}

const fiveMinutes = 5

/**
 * Seconds as whole minutes, from an hour on in steps of five. Always rounded up, since an estimate that is too short
 * makes somebody wait; zero hours and minutes mean less than a minute.
 */
export function roughTime(seconds: number): RoughTime {
  if (seconds < 60) return { hours: 0, minutes: 0 }
  const exact = Math.ceil(seconds / 60)
  const minutes = exact < 60 ? exact : Math.ceil(exact / fiveMinutes) * fiveMinutes
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

/** What one channel is expected to take, as far as the server could say. */
export interface ChannelEstimate {
  /** True for channels that may cost something per message. */
  mayCost: boolean
  /** Undefined while the preview is being made, or when it could not be made. */
  estimate: { costDong?: number | undefined } | undefined
}

/**
 * The cost of all channels together.
 * @returns dong of those with a known price, null when there is none; `partly` when a channel that may cost is missing
 */
export function totalCost(channels: readonly ChannelEstimate[]): { dong: number | null; partly: boolean } {
  const known = channels.flatMap(c => (c.estimate?.costDong === undefined ? [] : [c.estimate.costDong]))
  return {
    dong: known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0),
    partly: channels.some(c => c.mayCost && c.estimate?.costDong === undefined),
  }
}
