import type { Rendition } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import type { AnnouncementContent } from '../domain/announcement.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { approvalHash } from '../domain/approval.ts'
import { mediaFiles } from '../domain/board-content.ts'
import type { ScriptReading } from '../domain/reading.ts'
import type { AudienceCount, Preview } from '../http/schemas.ts'
import type { Links } from '../runtime/links.ts'
import { findAnnouncement } from '../store/announcements.ts'
import { communesOf } from '../store/areas.ts'
import { countAudience } from '../store/freeze.ts'
import { filePath, putRendition } from '../store/renditions.ts'
import { checkContent } from '../text/input.ts'
import type { DispatchContext } from './context.ts'
import { readingFor } from './reading.ts'
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

/** Stores a preview's files like any rendition's (the same bytes are stored once) and links them for an hour. */
export async function linkFiles(
  ctx: DispatchContext,
  links: Links,
  channelId: string,
  rendition: Rendition<unknown>,
): Promise<Preview['files']> {
  const stored = await putRendition(ctx.db, channelId, rendition)
  const expiresAt = new Date(ctx.now().getTime() + previewLinkMs)
  return stored.files.map(f => ({
    name: f.name,
    url: links.signUrl(filePath(f), expiresAt).slice(links.publicUrl.length),
    mime: f.mime,
    sizeBytes: f.sizeBytes,
  }))
}

/** Addresses of the pictures and videos that the content names; they are stored since their upload. */
function linkMedia(ctx: DispatchContext, links: Links, content: AnnouncementContent): Preview['files'] {
  const expiresAt = new Date(ctx.now().getTime() + previewLinkMs)
  return (content.variants.board?.media ?? []).flatMap(mediaFiles).map(({ sha256, bytes, mime, name }) => ({
    name,
    url: links.signUrl(`/files/${sha256}/${name}`, expiresAt).slice(links.publicUrl.length),
    mime,
    sizeBytes: bytes,
  }))
}

/**
 * What will be spoken: as it was pinned, for an announcement that has been submitted with this very content; otherwise as
 * it would be read now. A submission from before readings were kept is spoken without a dictionary, here as on air.
 */
async function readingToShow(
  ctx: DispatchContext,
  channelId: string,
  content: AnnouncementContent,
  announcementId: string | undefined,
): Promise<ScriptReading | null> {
  const row = announcementId === undefined ? undefined : await findAnnouncement(ctx.db, announcementId)
  const isIt = row !== undefined && row.state !== 'draft' && approvalHash(row.content) === approvalHash(content)
  return isIt ? row.reading : await readingFor(ctx, channelId, content)
}

/**
 * What a channel would make of the text, by the very function that the dispatch uses.
 * @param announcementId when an announcement is looked at and not a text in the making
 */
export async function previewChannel(
  ctx: DispatchContext,
  tools: { withWorkDir: WithWorkDir; links: Links },
  channelId: string,
  raw: unknown,
  announcementId?: string,
): Promise<Preview> {
  const { channel, config } = requireChannel(ctx.channels, channelId)
  const content = checkContent(announcementContentSchema.parse(raw), ctx.now(), { forSubmit: false })
  const reading = channel.read ? await readingToShow(ctx, channelId, content, announcementId) : null
  const rendition = await renderFor(
    ctx,
    tools.withWorkDir,
    channelId,
    { announcementId: previewId, revision: 0, content, reading },
    AbortSignal.timeout(120_000),
  )
  const files = await linkFiles(ctx, tools.links, channelId, rendition)
  if (channel.media) files.push(...linkMedia(ctx, tools.links, content))
  const communes = await communesOf(ctx.db, content.audience.areas)
  const audience = await countFor(ctx, channelId, content.audience, communes)
  return {
    channel: channelId,
    content: rendition.content,
    files,
    reading,
    warnings: rendition.warnings,
    estimate: channel.estimate(rendition, audience, config),
    audience,
  }
}
