/**
 * How the messages of a channel are shared out among its vendors, as whole percents that always sum to 100. When all
 * is well each vendor has its resting share, by the configured weights. A vendor in trouble loses a part of its share
 * step by step to those that are well, and gets it back step by step after a quiet time. When all of them are in
 * trouble nothing moves: the trouble is then more likely ours, and there is nobody better.
 */
export const vendorHealthSettings = {
  /** Troubles count for this long. */
  windowMs: 60_000,
  /** So many of them within the window are trouble; one fewer is an ordinary day. */
  troublesToMove: 50,
  /** Points of a hundred that leave a vendor in one step. */
  stepAway: 25,
  /** A vendor gets its share back after this long without a step away, when it has fewer than `calm` troubles. */
  quietMs: 300_000,
  calm: 10,
  /** Points that come back in one step, and the least time between two steps back. */
  stepBack: 10,
  backEveryMs: 60_000,
  /** An answer that takes longer than this is a trouble even when it is a good one. */
  slowMs: 10_000,
} as const

const { troublesToMove, stepAway, quietMs, calm, stepBack, backEveryMs } = vendorHealthSettings

/** One vendor, with what is known of it now. Times are milliseconds on one clock. */
export interface VendorCondition {
  id: string
  /** Its percent when all is well. */
  resting: number
  /** Its percent now. */
  share: number
  /** Troubles within the window. */
  troubles: number
  /** Those of them that came after its share last changed by a step of its own. */
  freshTroubles: number
  /** When its share last left it, and when it last changed by a step of its own; null for never. */
  leftAt: number | null
  movedAt: number | null
}

/** A step that one vendor took. The shares of the others move against it. */
export interface ShareStep {
  vendor: string
  from: number
  to: number
  reason: 'troubles' | 'quiet'
  troubles: number
}

/**
 * Whole percents in proportion to the weights, which sum to 100 (largest remainders; of equals the first in order).
 * @param weights at least one, all positive
 */
export function restingShares(weights: Record<string, number>): Record<string, number> {
  return portions(100, weights)
}

/** Cuts a whole number into whole portions in proportion to the weights; without weights, into equal ones. */
function portions(total: number, weights: Record<string, number>): Record<string, number> {
  const ids = Object.keys(weights)
  const sum = ids.reduce((all, id) => all + (weights[id] ?? 0), 0)
  const exact = ids.map(id => ({
    id,
    part: (total * (sum > 0 ? (weights[id] ?? 0) : 1)) / (sum > 0 ? sum : ids.length),
  }))
  const cut: Record<string, number> = Object.fromEntries(exact.map(({ id, part }) => [id, Math.floor(part)]))
  const left = total - Object.values(cut).reduce((a, b) => a + b, 0)
  const byRemainder = exact.toSorted((a, b) => (b.part % 1) - (a.part % 1))
  for (const { id } of byRemainder.slice(0, left)) cut[id] = (cut[id] ?? 0) + 1
  return cut
}

/** True when a vendor has had so many troubles that its messages should go elsewhere. */
export function inTrouble(vendor: Pick<VendorCondition, 'troubles'>): boolean {
  return vendor.troubles >= troublesToMove
}

/**
 * The shares that follow from the conditions. Pure; asking again with the steps applied gives no further step, because
 * a step away starts the count of fresh troubles anew and steps back keep their distance in time.
 * @param at milliseconds on the same clock as the conditions
 * @returns all shares, and the steps that led to them (empty when nothing moved)
 */
export function nextShares(
  vendors: VendorCondition[],
  at: number,
): { shares: Record<string, number>; steps: ShareStep[] } {
  const shares: Record<string, number> = Object.fromEntries(vendors.map(v => [v.id, v.share]))
  const steps: ShareStep[] = []
  const well = vendors.filter(v => !inTrouble(v))
  if (well.length === 0) return { shares, steps }
  const step = (
    vendor: VendorCondition,
    points: number,
    reason: ShareStep['reason'],
    against: Record<string, number>,
  ) => {
    const from = shares[vendor.id] ?? 0
    shares[vendor.id] = from + points
    for (const [id, part] of Object.entries(against)) shares[id] = (shares[id] ?? 0) - Math.sign(points) * part
    steps.push({ vendor: vendor.id, from, to: from + points, reason, troubles: vendor.troubles })
  }
  for (const vendor of vendors) {
    const points = Math.min(stepAway, shares[vendor.id] ?? 0)
    if (vendor.freshTroubles < troublesToMove || points === 0) continue
    step(vendor, -points, 'troubles', portions(points, Object.fromEntries(well.map(v => [v.id, v.resting]))))
  }
  for (const vendor of well) {
    const missing = vendor.resting - (shares[vendor.id] ?? 0)
    const quiet = vendor.leftAt === null || at - vendor.leftAt >= quietMs
    const due = vendor.movedAt === null || at - vendor.movedAt >= backEveryMs
    if (missing <= 0 || !quiet || !due || vendor.troubles >= calm) continue
    const excess = Object.fromEntries(
      vendors.flatMap(v => {
        const above = (shares[v.id] ?? 0) - v.resting
        return v.id !== vendor.id && above > 0 ? [[v.id, above]] : []
      }),
    )
    const points = Math.min(stepBack, missing)
    step(vendor, points, 'quiet', portions(points, excess))
  }
  return { shares, steps }
}
