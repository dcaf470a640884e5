import { speechFiles } from '../../channels/contract.ts'
import type { InstalledChannel } from '../../channels/registry.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { AppError } from '../domain/errors.ts'
import type { ParsedTrial, PronunciationTrialResult } from '../http/schemas-pronunciations.ts'
import { loadDictionary, type Trial } from '../pronunciation/dictionary.ts'
import type { Links } from '../runtime/links.ts'
import { communesOf } from '../store/areas.ts'
import { checkContent } from '../text/input.ts'
import { checkEntry } from '../text/speech/entry.ts'
import type { DispatchContext } from './context.ts'
import { linkFiles } from './preview.ts'
import { renderFor, type WithWorkDir } from './render.ts'

const longestRenderMs = 60_000
/** Stands for the id of an announcement, which a trial has none of. */
const trialId = '00000000-0000-4000-8000-000000000001'

/**
 * Reads any text as it would be read on the loudspeakers of these areas, with sound if wanted. An entry in the making takes
 * part as if it were saved. Nothing is changed.
 * @throws AppError text.* | pronunciation.* | audience.unknown-area | channel.disabled | audio.*
 */
export async function tryReading(
  ctx: DispatchContext,
  tools: { withWorkDir: WithWorkDir; links: Links },
  { text, areas, entry, audio }: ParsedTrial,
): Promise<PronunciationTrialResult> {
  const [channelId, { channel, config }] = speakingChannel(ctx)
  const trial: Trial | undefined = entry && {
    entry: { ...checkEntry(entry), areaName: null },
    replaces: entry.id,
  }
  // Who tries out an entry of a commune hears it as that commune does.
  const heard = areas.length === 0 && entry?.areaCode ? [entry.areaCode] : areas
  const dictionary = await loadDictionary(ctx.db, await communesOf(ctx.db, heard), trial)
  const content = checkContent(
    announcementContentSchema.parse({ title: 'Đọc thử', body: text, variants: { speech: { text } } }),
    ctx.now(),
    { forSubmit: false },
  )
  const reading = channel.read?.(content, dictionary, config) ?? null
  if (reading === null) throw noVoice()
  if (!audio) return { reading, audioUrl: null }
  const rendition = await renderFor(
    ctx,
    tools.withWorkDir,
    channelId,
    { announcementId: trialId, revision: 0, content, reading },
    AbortSignal.timeout(longestRenderMs),
  )
  const files = await linkFiles(ctx, tools.links, channelId, rendition)
  // The words alone: nobody at a desk waits for the silence and the chime of a broadcast.
  const words = files.find(file => file.name === speechFiles.track) ?? files.find(f => f.mime.startsWith('audio/'))
  return { reading, audioUrl: words?.url ?? null }
}

function speakingChannel(ctx: DispatchContext): [string, InstalledChannel] {
  const found = [...ctx.channels].find(([, { channel }]) => channel.read !== undefined)
  if (found === undefined) throw noVoice()
  return found
}

function noVoice(): AppError {
  return new AppError('channel.disabled', {
    vi: 'Hệ thống chưa bật kênh truyền thanh nên không đọc thử được.',
    en: 'No channel of this instance speaks, so nothing can be read aloud.',
  })
}
