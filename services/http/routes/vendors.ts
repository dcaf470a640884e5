import { z } from 'zod'
import type { ChannelVendor } from '../../../channels/contract.ts'
import { inTrouble } from '../../domain/vendor-health.ts'
import { type VendorState, type VendorStep, vendorStates } from '../../store/vendors.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { type ChannelVendors, channelVendorsSchema, type Vendor, type VendorMove } from '../schemas.ts'

const movesAtMost = 50

/** How messages are shared out among the vendors of each channel, for those who follow and steer what goes out. */
export function vendorRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/vendors',
      summary: 'Vendors of each channel: their shares, troubles, rates and prices, and what moved the shares',
      tag: 'system',
      // Prices are part of a contract: not for operators, who have system.read.
      access: 'announcement.control',
      response: z.array(channelVendorsSchema),
      async handle({ res }) {
        res.set('Cache-Control', 'no-store')
        const answers: ChannelVendors[] = []
        for (const { channel, config } of deps.channels.values()) {
          const vendors = channel.vendors?.(config) ?? []
          if (vendors.length > 0) answers.push(await vendorsOf(deps, channel.id, vendors))
        }
        return answers
      },
    }),
  ]
}

async function vendorsOf(deps: HttpDeps, channel: string, configured: ChannelVendor[]): Promise<ChannelVendors> {
  const weights = Object.fromEntries(configured.map(v => [v.id, v.weight]))
  const { vendors, steps, otherSetting } = await vendorStates(deps.db, channel, weights, movesAtMost)
  // A single vendor's troubles are not counted and its share is never judged, so old rows would say what is not so.
  const single = configured.length === 1
  const presented = configured.flatMap(one => {
    const state = vendors.find(v => v.vendor === one.id)
    return state ? [present(one, state, single)] : []
  })
  return {
    channel,
    vendors: presented,
    allInTrouble: presented.every(v => v.inTrouble),
    otherSetting: !single && otherSetting,
    moves: steps.map(presentMove),
  }
}

function present(configured: ChannelVendor, state: VendorState, single: boolean): Vendor {
  return {
    id: configured.id,
    name: configured.name,
    configuredShare: state.resting,
    presentShare: state.share,
    troubles: single ? null : state.troubles,
    inTrouble: !single && inTrouble(state),
    partsPerSecond: configured.partsPerSecond ?? null,
    priceDong: configured.priceDong ?? null,
    lastMove: state.lastStep && presentMove(state.lastStep),
  }
}

function presentMove({ at, ...step }: VendorStep): VendorMove {
  return { at: at.toISOString(), ...step }
}
