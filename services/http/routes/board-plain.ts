import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { boardManifestSchema, refreshDays } from '../../domain/board.ts'
import { isAppError } from '../../domain/errors.ts'
import { boardManifests } from '../../places/boards/manifest.ts'
import { openCode, pollPairing, startPairing } from '../../places/boards/pairing.ts'
import { notePlainFetch, plainBoard } from '../../places/boards/plain.ts'
import { hashOfToken } from '../../places/device-tokens.ts'
import { lightAt } from '../../web/board/core/hours.js'
import { type PlainView, plainPage } from '../../web/board/plain/page.ts'
import { plainStyle } from '../../web/board/plain/style.ts'
import { plainTurn, type Turn } from '../../web/board/plain/turn.ts'
import type { HttpDeps } from '../deps.ts'
import { addressKey, createRateLimit } from '../rate.ts'
import { type RouteDef, route } from '../route.ts'

/** `p.` and the secret of a pairing, or `s.` and the token of a session. */
const cookieName = 'loa-board'
/** Where the rotation stands; nothing depends on it. */
const positionName = 'loa-board-at'
const dayMs = 86_400_000

/** Its own files and no script at all. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The public board for sets without JavaScript: pairing, content, and nothing that needs https. */
export function boardPlainRoutes(deps: HttpDeps): RouteDef[] {
  const style = plainStyle()
  const styleVersion = createHash('sha256').update(style).digest('hex').slice(0, 16)
  const now = () => deps.now().getTime()
  const startLimit = createRateLimit(60, 300, now)
  const hereLimit = createRateLimit(12_000, 3_000, now)
  // A page asks for the next one after a second at the soonest.
  const boardLimit = createRateLimit(120, 240, now)

  /** Secure where the page itself came by https: a set that came by http would not send it back. */
  const setCookie = (req: Request, res: Response, name: string, value: string, maxAge?: number) =>
    res.cookie(name, value, {
      httpOnly: true,
      sameSite: 'lax',
      secure: req.secure,
      path: '/b',
      ...(maxAge !== undefined && { maxAge }),
    })

  const boardView = async (boardId: string, req: Request, res: Response): Promise<PlainView | undefined> => {
    const at = deps.now()
    const built = (await boardManifests(deps, [boardId], at)).get(boardId)
    if (!built) return undefined
    const manifest = boardManifestSchema.parse(JSON.parse(built.body))
    const turn = plainTurn(manifest, at.getTime(), readCookie(req, positionName))
    const light = lightAt(manifest.settings, at.getTime(), turn !== undefined && modeOf(turn) !== 'items')
    // A dark page holds nothing, so nothing of it was fetched.
    const shown = light === 'dark' ? undefined : turn
    if (shown) setCookie(req, res, positionName, shown.position)
    const mode = light === 'dark' ? 'night' : modeOf(turn)
    await notePlainFetch(deps.db, boardId, { version: built.version, mode, item: shown ? pageOf(shown) : null }, at)
    return { kind: 'board', manifest, turn: shown, light }
  }

  const newCode = async (req: Request, res: Response): Promise<PlainView> => {
    startLimit.pass(addressKey(req.ip))
    const about = { screen: '', player: 'plain', browser: (req.get('user-agent') ?? '').slice(0, 300) }
    const { code, secret, expiresAt } = await startPairing(deps, 'plain', about, addressKey(req.ip), deps.now())
    // Kept longer than the code is good: after a lost answer the same secret fetches the credential again.
    setCookie(req, res, cookieName, `p.${secret}`, dayMs)
    return codeView(code, new Date(expiresAt))
  }
  const codeView = (code: string, until: Date): PlainView => ({
    kind: 'code',
    code,
    until,
    console: deps.links.publicUrl.replace(/^https?:\/\//, ''),
  })
  const sessionCookie = (req: Request, res: Response, token: string) =>
    setCookie(req, res, cookieName, `s.${token}`, refreshDays * dayMs)

  const look = async (req: Request, res: Response, again: boolean): Promise<PlainView> => {
    hereLimit.pass(addressKey(req.ip))
    const [, kind, token = ''] = /^([ps])\.([\w-]{43})$/.exec(readCookie(req, cookieName)) ?? []
    if (!kind) return again ? { kind: 'no-cookies' } : await newCode(req, res)
    boardLimit.pass(hashOfToken(token))
    const stillThere = () => !res.destroyed
    if (kind === 's') {
      const board = await plainBoard(deps, token, deps.now(), stillThere)
      if (board?.next) sessionCookie(req, res, board.next)
      return (board && (await boardView(board.boardId, req, res))) ?? (await newCode(req, res))
    }
    const answer = await pollPairing(deps, token, deps.now(), stillThere)
    if (answer.state === 'paired') {
      sessionCookie(req, res, answer.tokens.refreshToken)
      return (await boardView(answer.board.id, req, res)) ?? (await newCode(req, res))
    }
    const open = answer.state === 'waiting' ? await openCode(deps, token, deps.now()) : undefined
    return open ? codeView(open.code, open.expiresAt) : await newCode(req, res)
  }

  return [
    route({
      method: 'get',
      path: '/b/plain',
      summary: 'The public board without JavaScript: its code, or one page of what it shows, reloading itself',
      tag: 'boards',
      access: 'token',
      query: z.object({ again: z.string().max(8).optional() }),
      async handle({ query, req, res }) {
        res.set({
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': policy,
          'Referrer-Policy': 'no-referrer',
          'Cache-Control': 'no-store',
        })
        // Whoever only looks at the headers is no board.
        if (req.method === 'HEAD') return void res.end()
        const view = await look(req, res, query.again !== undefined).catch((error): PlainView => {
          // Another page than ours would never reload itself.
          deps.log.warn({ error }, 'boards: the plain page has nothing to show for the moment')
          res.status(isAppError(error) ? error.status : 503)
          return { kind: 'wait' }
        })
        res.send(plainPage(view, now(), styleVersion))
      },
    }),
    route({
      method: 'get',
      path: '/b/plain.css',
      summary: 'Style of the page without JavaScript',
      tag: 'boards',
      access: 'public',
      async handle({ res }) {
        res.set({ 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=31536000, immutable' })
        res.send(style)
      },
    }),
  ]
}

function modeOf(turn: Turn | undefined): 'idle' | 'items' | 'emergency' | 'banner' {
  if (!turn) return 'idle'
  if (turn.emergency) return 'emergency'
  return turn.band.length > 0 ? 'banner' : 'items'
}

function pageOf({ item, page, pages }: Turn) {
  const { dispatchId, revision, contentHash } = item
  return { dispatchId, revision, contentHash, page, pages }
}

function readCookie(req: Request, name: string): string {
  const found = (req.headers.cookie ?? '').split(/;\s*/).find(pair => pair.startsWith(`${name}=`))
  return found?.slice(name.length + 1) ?? ''
}
