import { restingShares } from '../../services/domain/vendor-health.ts'
import type { Estimate } from '../contract.ts'
import type { SmsConfig } from './config.ts'
import type { SmsContent } from './render.ts'
import { weightsOf } from './routing.ts'

/**
 * What a rendition costs, with every vendor at its configured share. The price is told only when all of them have one.
 * The time is that of the vendor which needs longest for its share, which is the time that the sum of the rates gives
 * when the weights fit the rates; vendors without a rate limit count as quick.
 */
export function estimateSms(content: SmsContent, count: number, { vendors }: SmsConfig): Estimate {
  const shares = restingShares(weightsOf(vendors))
  const total = content.parts * count
  const share = (id: string) => (total * (shares[id] ?? 0)) / 100
  const priced = vendors.every(v => v.priceDong !== undefined)
  const costDong = vendors.reduce((sum, v) => sum + share(v.id) * (v.priceDong ?? 0), 0)
  const times = vendors.flatMap(v => (v.partsPerSecond === undefined ? [] : [share(v.id) / v.partsPerSecond]))
  return {
    ...(priced && { costDong }),
    parts: content.parts,
    ...(times.length > 0 && { sendSeconds: Math.ceil(Math.max(...times)) }),
    warnings: [],
  }
}
