import type { InstalledChannel } from '../../channels/registry.ts'
import { requireChannel } from '../../channels/registry.ts'
import type { AnnouncementContent } from '../domain/announcement.ts'
import type { ScriptReading } from '../domain/reading.ts'
import { loadDictionary } from '../pronunciation/dictionary.ts'
import { communesOf } from '../store/areas.ts'
import type { Sql } from '../store/db.ts'
import type { DispatchContext } from './context.ts'

/**
 * How the script of a content is read for the places of its audience, with today's dictionary; null when none of its
 * channels speaks. The first that does decides: one announcement has one reading, and one signature.
 * @throws AppError channel.unknown | audience.unknown-area
 */
export async function readingOf(
  ctx: DispatchContext,
  sql: Sql,
  content: AnnouncementContent,
): Promise<ScriptReading | null> {
  const speaks = content.channels
    .map(id => requireChannel(ctx.channels, id))
    .find(({ channel }) => channel.read !== undefined)
  return speaks === undefined ? null : await readBy(speaks, sql, content)
}

/** The same for a preview of one channel, whether or not it is chosen. */
export async function readingFor(
  ctx: DispatchContext,
  channelId: string,
  content: AnnouncementContent,
): Promise<ScriptReading | null> {
  return await readBy(requireChannel(ctx.channels, channelId), ctx.db, content)
}

async function readBy(
  { channel, config }: InstalledChannel,
  sql: Sql,
  content: AnnouncementContent,
): Promise<ScriptReading | null> {
  if (channel.read === undefined) return null
  const dictionary = await loadDictionary(sql, await communesOf(sql, content.audience.areas))
  return channel.read(content, dictionary, config)
}
