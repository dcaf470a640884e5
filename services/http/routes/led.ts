import type { Request, Response } from 'express'
import { darkBitmap, pngOf } from '../../../channels/board/led/bitmap.ts'
import { previewLed } from '../../dispatch/preview-led.ts'
import { type BoardManifest, boardManifestSchema } from '../../domain/board.ts'
import { boardManifests } from '../../places/boards/manifest.ts'
import { notePlainFetch } from '../../places/boards/plain.ts'
import { boardSessionsStillIn, boardUnpaired } from '../../places/boards/sessions.ts'
import { readFileSlice } from '../../store/files.ts'
import { lightAt } from '../../web/board/core/hours.js'
import { type LedTurn, ledTurn } from '../../web/board/led-turn.ts'
import type { HttpDeps } from '../deps.ts'
import { createRateLimit } from '../rate.ts'
import { type RouteDef, route } from '../route.ts'
import { ledPreviewRequestSchema, ledPreviewSchema } from '../schemas-led.ts'
import { createTurnstile } from '../turnstile.ts'

/** A page of a strip has some kilobytes. */
const mostBytes = 4_000_000

/** What LED strips show: for the officer who writes, and for controllers that only fetch a picture. */
export function ledRoutes(deps: HttpDeps): RouteDef[] {
  const turnstile = createTurnstile(2, 30)
  const limit = createRateLimit(120, 60, () => deps.now().getTime())

  /** @throws AppError board.unpaired */
  const callerOf = async (req: Request): Promise<string> => {
    const token = /^Bearer ([\w.-]{1,200})$/.exec(req.get('authorization') ?? '')?.[1] ?? ''
    const access = deps.links.readBoardAccess(token, deps.now())
    if (!access) throw boardUnpaired()
    limit.pass(access.boardId)
    const good = await boardSessionsStillIn(deps.db, [access.sessionId], deps.now())
    if (good.get(access.sessionId) !== access.boardId) throw boardUnpaired()
    return access.boardId
  }

  const sendDark = ({ settings }: BoardManifest, res: Response) => {
    const { width, height } = settings.led ?? { width: 32, height: 16 }
    res
      .set('Cache-Control', 'no-store')
      .type('image/png')
      .send(pngOf(darkBitmap(width, height)))
  }

  const sendPage = async (turn: LedTurn, at: number, req: Request, res: Response) => {
    const bytes = await readFileSlice(deps.db, turn.sha256, 0, mostBytes)
    res.set({
      'Content-Type': 'image/png',
      ETag: `"${turn.sha256}"`,
      // Ask again when the next page is due.
      'Cache-Control': `private, max-age=${Math.max(1, Math.ceil((turn.until - at) / 1000))}`,
    })
    if (req.fresh) res.status(304).end()
    else res.send(bytes ?? Buffer.alloc(0))
  }

  return [
    route({
      method: 'post',
      path: '/api/boards/led-preview',
      summary: 'Pages that an LED strip of this size would show of this content',
      tag: 'boards',
      access: 'announcement.read',
      body: ledPreviewRequestSchema,
      response: ledPreviewSchema,
      handle: ({ body: { content, ...size }, res }) =>
        turnstile.pass(res, () => previewLed(deps, deps.withWorkDir, content, size)),
    }),
    route({
      method: 'get',
      path: '/api/board/led.png',
      summary: 'The page that is due on an LED strip now (Authorization: Bearer); max-age says when to ask again',
      tag: 'boards',
      access: 'token',
      async handle({ req, res }) {
        const boardId = await callerOf(req)
        const at = deps.now()
        const built = (await boardManifests(deps, [boardId], at)).get(boardId)
        if (!built) throw boardUnpaired()
        const manifest = boardManifestSchema.parse(JSON.parse(built.body))
        const turn = ledTurn(manifest, at.getTime())
        const dark = lightAt(manifest.settings, at.getTime(), turn?.emergency ?? false) === 'dark'
        const shown = dark ? undefined : turn
        // That a page was fetched is known; whether it was lit is not.
        await notePlainFetch(deps.db, boardId, { version: built.version, ...fetchedOf(shown, dark) }, at)
        if (shown) await sendPage(shown, at.getTime(), req, res)
        else sendDark(manifest, res)
      },
    }),
  ]
}

function fetchedOf(turn: LedTurn | undefined, dark: boolean) {
  if (!turn) return { mode: dark ? ('night' as const) : ('idle' as const), item: null }
  const { item, page, pages, emergency } = turn
  const { dispatchId, revision, contentHash } = item
  return {
    mode: emergency ? ('emergency' as const) : ('items' as const),
    item: { dispatchId, revision, contentHash, page, pages },
  }
}
