import type { ChannelVendors, DispatchProgress, Vendor } from '../../../../http/schemas.ts'

/** What a reader should know first about the vendors of a channel. */
export type Situation = 'single' | 'allInTrouble' | 'moved' | 'usual'

/** That all are in trouble goes before shares that moved: then nothing moves any more, and a person should look. */
export function situationOf({ vendors, allInTrouble }: ChannelVendors): Situation {
  if (vendors.length === 1) return 'single'
  if (allInTrouble) return 'allInTrouble'
  return vendors.some(v => v.presentShare !== v.configuredShare) ? 'moved' : 'usual'
}

/** How a vendor stands: its troubles before its share, since they say what comes next. */
export type Standing = 'only' | 'trouble' | 'less' | 'more' | 'usual'

/**
 * @returns `less` or `more` than configured when it has no trouble of its own now; `only` when there is no other vendor, so
 *   that nothing is known of its troubles
 */
export function standingOf({ troubles, inTrouble, presentShare, configuredShare }: Vendor): Standing {
  if (troubles === null) return 'only'
  if (inTrouble) return 'trouble'
  if (presentShare === configuredShare) return 'usual'
  return presentShare < configuredShare ? 'less' : 'more'
}

/** How long after its end an announcement is still told of vendors that were away: steps back take about as long. */
const recentMs = 60 * 60_000

/** True when what the vendors do now may concern this dispatch: it is open, or ended not long ago. */
export function concerns({ counts, settledAt }: DispatchProgress, now: Date): boolean {
  if (counts.waiting + counts.sending > 0) return true
  return settledAt !== null && now.getTime() - new Date(settledAt).getTime() < recentMs
}

/** The vendors that get less than configured, of the channels with a dispatch that this may concern. */
export function vendorsAway(channels: ChannelVendors[], dispatches: DispatchProgress[], now: Date): Vendor[] {
  return channels
    .filter(({ channel }) => dispatches.some(d => d.channel === channel && concerns(d, now)))
    .flatMap(({ vendors }) => vendors.filter(v => v.presentShare < v.configuredShare))
}
