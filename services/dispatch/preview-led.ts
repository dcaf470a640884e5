import { type LedSize, ledWarning } from '../../channels/board/led/geometry.ts'
import { drawLed } from '../../channels/board/led/index.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { boardContentSchema } from '../domain/board.ts'
import { AppError } from '../domain/errors.ts'
import type { LedPreview } from '../http/schemas-led.ts'
import { checkContent } from '../text/input.ts'
import type { DispatchContext } from './context.ts'
import { renderFor, type WithWorkDir } from './render.ts'

/** Stands for the announcement's id in a preview: there is no announcement yet. */
const previewId = '00000000-0000-4000-8000-000000000000'

/**
 * What an LED strip of this size would show of a text, by the same functions that draw for the boards.
 * @throws AppError channel.disabled where there are no boards; service.unavailable when this machine cannot draw
 */
export async function previewLed(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  raw: unknown,
  size: LedSize,
): Promise<LedPreview> {
  const content = checkContent(announcementContentSchema.parse(raw), ctx.now(), { forSubmit: false })
  const source = { announcementId: previewId, revision: 0, content, reading: null }
  const rendition = await renderFor(ctx, withWorkDir, 'board', source, AbortSignal.timeout(30_000))
  const pages = await drawLed(boardContentSchema.parse(rendition.content), size).catch(cause => {
    throw cannotDraw(cause)
  })
  return {
    warning: ledWarning(size) ?? null,
    pages: (pages ?? []).map(({ png, dwellMs, text }) => ({
      image: `data:image/png;base64,${png.toString('base64')}`,
      dwellMs,
      text,
    })),
  }
}

function cannotDraw(cause: unknown): AppError {
  return new AppError(
    'service.unavailable',
    {
      vi: 'Máy chủ này chưa vẽ được hình cho bảng LED. Ông/Bà vui lòng báo người quản trị; các bảng tin khác không bị ảnh hưởng.',
      en: 'This server cannot draw for LED strips. Please tell its administrator; other boards are not affected.',
    },
    { cause },
  )
}
