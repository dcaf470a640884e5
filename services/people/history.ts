import { availableChannels } from '../../channels/index.ts'
import type { ChannelTable } from '../../channels/registry.ts'
import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import type { Db } from '../store/db.ts'
import { findDispatch } from '../store/dispatches.ts'
import type { PersonHistoryRow } from '../store/history.ts'
import { addressOfTarget, findPerson, personHistory } from '../store/history.ts'
import { readEmail } from './email.ts'
import { readPhone } from './phone.ts'

/**
 * "What was this number sent, and what became of it?": the answer that a citizen may ask for (Law 91/2025/QH15, within two
 * working days). Speaks of the person who has the number or address now; a dispatch keeps no copy of it. Who asked about
 * whom is written down.
 * @param address a mobile number or an email address, as people write them
 * @throws AppError citizen.bad-phone | citizen.bad-email | not-found
 */
export async function historyOf(
  ctx: { db: Db; channels: ChannelTable },
  actor: Actor,
  address: string,
): Promise<PersonHistoryRow[]> {
  const person = await findPerson(ctx.db, readAddress(address))
  // Also without a person: trying numbers to learn who is in the register leaves a trace.
  await recordLookup(ctx.db, actor, person?.id ?? null)
  if (!person) {
    throw new AppError('not-found', {
      vi: 'Không có người dân nào trong danh sách với số điện thoại hoặc email này.',
      en: 'Nobody in the register has this phone number or email address.',
    })
  }
  // A station may have a person's id. What came over a channel that is switched off now did come.
  const ofPlaces = knownChannels(ctx.channels).flatMap(channel => (channel.audience === 'citizens' ? [] : [channel.id]))
  return await personHistory(ctx.db, person, ofPlaces)
}

/**
 * The full address of somebody whom a dispatch was for, so that an officer can ask what became of an unknown message. It is
 * the address of today: a dispatch keeps no copy of it. Who looked at whose is written down before it is told.
 * @throws AppError not-found when there is no such dispatch, it is not for people, or the person is not in it
 */
export async function addressInDispatch(
  ctx: { db: Db; channels: ChannelTable },
  actor: Actor,
  dispatchId: string,
  targetId: string,
): Promise<string> {
  const dispatch = await findDispatch(ctx.db, dispatchId)
  const channel = dispatch && knownChannels(ctx.channels).find(one => one.id === dispatch.channel)
  // A station may have a person's id: only a channel for people has people's addresses.
  const column = channel?.audience === 'citizens' ? channel.address : undefined
  const address = column && (await addressOfTarget(ctx.db, dispatchId, targetId, column))
  if (!address) {
    throw new AppError('not-found', {
      vi: 'Không có địa chỉ của người nhận này trong đợt phát hành.',
      en: 'There is no address of such a person in this dispatch.',
    })
  }
  await recordLookup(ctx.db, actor, targetId)
  return address
}

/** Those that are switched on come first: what is installed under an id is what sends now. */
function knownChannels(channels: ChannelTable) {
  return [...[...channels.values()].map(c => c.channel), ...availableChannels]
}

async function recordLookup(db: Db, actor: Actor, citizenId: string | null): Promise<void> {
  await db.query(`insert into account_events (kind, user_id, citizen_id) values ('history-read', $1, $2)`, [
    actor.id,
    citizenId,
  ])
}

function readAddress(address: string): { phone: string } | { email: string } {
  if (address.includes('@')) {
    const reading = readEmail(address)
    if (!reading.ok) throw new AppError('citizen.bad-email', reading.reason)
    return { email: reading.email }
  }
  const reading = readPhone(address, { convertOldNumbers: true })
  if (!reading.ok) throw new AppError('citizen.bad-phone', reading.reason)
  return { phone: reading.phone }
}
