import { requireChannel } from '../../channels/registry.ts'
import type { AnnouncementContent } from '../domain/announcement.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import type { AudienceCount, Preview } from '../http/schemas.ts'
import type { Links } from '../runtime/links.ts'
import { communesOf } from '../store/areas.ts'
import { countAudience } from '../store/freeze.ts'
import { filePath, putRendition } from '../store/renditions.ts'
import { checkContent } from '../text/input.ts'
import type { DispatchContext } from './context.ts'
import type { WithWorkDir } from './render.ts'
import { renderFor } from './render.ts'

const previewLinkMs = 3_600_000
/** Stands for the announcement's id in a preview: there is no announcement yet. */
const previewId = '00000000-0000-4000-8000-000000000000'

async function countFor(
  ctx: DispatchContext,
  channelId: string,
  audience: AnnouncementContent['audience'],
  communes: string[],
): Promise<number> {
  const { channel } = requireChannel(ctx.channels, channelId)
  const { audience: n, excluded } = await countAudience(ctx.db, {
    kind: channel.audience,
    address: channel.address,
    channel: channel.id,
    members: { communes, tags: audience.tags },
  })
  return n - Object.values(excluded).reduce((a, b) => a + b, 0)
}

/** How many each channel would reach with this audience, exclusions taken off. */
export async function audienceCount(ctx: DispatchContext, raw: unknown): Promise<AudienceCount> {
  const audience = announcementContentSchema.shape.audience.parse(raw)
  const communes = await communesOf(ctx.db, audience.areas)
  const entries = await Promise.all(
    [...ctx.channels.keys()].map(async id => [id, await countFor(ctx, id, audience, communes)] as const),
  )
  return { communes: communes.length, byChannel: Object.fromEntries(entries) }
}

/**
 * What a channel would make of the text, by the very function that the dispatch uses. Its files are stored like any
 * rendition's (the same text is stored once) and linked for an hour.
 */
export async function previewChannel(
  ctx: DispatchContext,
  tools: { withWorkDir: WithWorkDir; links: Links },
  channelId: string,
  raw: unknown,
): Promise<Preview> {
  const { channel, config } = requireChannel(ctx.channels, channelId)
  const content = checkContent(announcementContentSchema.parse(raw), ctx.now(), { forSubmit: false })
  const rendition = await renderFor(
    ctx,
    tools.withWorkDir,
    channelId,
    { announcementId: previewId, revision: 0, content },
    AbortSignal.timeout(120_000),
  )
  const stored = await putRendition(ctx.db, channelId, rendition)
  const communes = await communesOf(ctx.db, content.audience.areas)
  const audience = await countFor(ctx, channelId, content.audience, communes)
  const expiresAt = new Date(ctx.now().getTime() + previewLinkMs)
  return {
    channel: channelId,
    content: rendition.content,
    files: stored.files.map(f => ({
      name: f.name,
      url: tools.links.signUrl(filePath(f), expiresAt).slice(tools.links.publicUrl.length),
      mime: f.mime,
      sizeBytes: f.sizeBytes,
    })),
    warnings: rendition.warnings,
    estimate: channel.estimate(rendition, audience, config),
    audience,
  }
}
