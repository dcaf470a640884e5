import type { RenderSource, Rendition } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import type { AnnouncementContent } from '../domain/announcement.ts'
import type { ScriptReading } from '../domain/reading.ts'
import { drawForStrips } from '../places/boards/led.ts'
import { findAnnouncement } from '../store/announcements.ts'
import { transaction } from '../store/db.ts'
import { findDispatch } from '../store/dispatches.ts'
import { putRendition } from '../store/renditions.ts'
import type { DispatchContext } from './context.ts'
import { ringForOpenChunks } from './control.ts'
import { orNoteFailure } from './failure.ts'
import { fileReader } from './recorded.ts'

const noRendition = 'Chưa tạo được bản thể hiện cho kênh này; hệ thống đang thử lại.'

/** Lends an empty folder to `work` and removes it afterwards. */
export type WithWorkDir = <T>(work: (dir: string) => Promise<T>) => Promise<T>

/** The one way from an announcement to a channel's rendition: previews and dispatches both come through here. */
export async function renderFor(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  channelId: string,
  source: { announcementId: string; revision: number; content: AnnouncementContent; reading: ScriptReading | null },
  signal: AbortSignal,
): Promise<Rendition<unknown>> {
  const { channel, config } = requireChannel(ctx.channels, channelId)
  const { reading, ...rest } = source
  const renderSource: RenderSource = {
    ...rest,
    ...(reading !== null && { reading }),
    ...(ctx.publicPage && { publicUrl: ctx.publicPage(source.announcementId) }),
    demo: ctx.demo,
  }
  const { log, renderCache: cache } = ctx
  return await withWorkDir(workDir => {
    const file = fileReader(ctx, workDir, signal)
    return channel.render(renderSource, { workDir, signal, log, file, ...(cache && { cache }) }, config)
  })
}

/**
 * Makes and stores the rendition of a frozen dispatch, then asks the queue for its chunks. A failure is written on the
 * dispatch, where the officer sees it, and thrown for the queue to try again.
 */
export async function renderDispatch(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  dispatchId: string,
  signal: AbortSignal,
): Promise<void> {
  const dispatch = await findDispatch(ctx.db, dispatchId)
  if (!dispatch?.frozenAt || dispatch.renditionId || dispatch.cancelledAt || dispatch.settledAt) return
  const announcement = await findAnnouncement(ctx.db, dispatch.announcementId)
  if (!announcement) return
  const { channel, config } = requireChannel(ctx.channels, dispatch.channel)
  const make = async () => {
    const rendition = await renderFor(
      ctx,
      withWorkDir,
      dispatch.channel,
      {
        announcementId: announcement.id,
        revision: announcement.revision,
        content: announcement.content,
        reading: announcement.reading,
      },
      signal,
    )
    let renditionId = ''
    await transaction(ctx.db, async sql => {
      const stored = await putRendition(sql, dispatch.channel, rendition)
      await sql.query(
        `update dispatches set rendition_id = $2, unit_cost_dong = $3, problem = null, failures = 0, try_after = null
         where id = $1 and rendition_id is null`,
        [dispatchId, stored.id, Math.round(channel.estimate(rendition, 1, config).costDong ?? 0)],
      )
      await ringForOpenChunks(sql, dispatchId)
      renditionId = stored.id
    })
    // After the chunks were rung for, so that no board waits for a strip; the first manifest draws what is not there yet.
    if (dispatch.channel === 'board') await drawForStrips(ctx, renditionId, rendition.content, ctx.now())
  }
  await orNoteFailure(ctx, dispatchId, noRendition, make, signal)
}
