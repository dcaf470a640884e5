import type { Request, Response } from 'express'
import { z } from 'zod'
import { boardTokensSchema, pairingPollSchema, pairingStartedSchema } from '../../domain/board.ts'
import { lookAtCode, type PairedBoard, pairBoard, unpairBoard } from '../../places/boards/pair.ts'
import { boardAboutSchema, pollPairing, startPairing } from '../../places/boards/pairing.ts'
import { refreshBoardSession } from '../../places/boards/sessions.ts'
import { hashOfToken } from '../../places/device-tokens.ts'
import type { HttpDeps } from '../deps.ts'
import { addressKey, createRateLimit } from '../rate.ts'
import { type RouteDef, route } from '../route.ts'
import { pairedBoardSchema, pairingCodeSchema, waitingBoardSchema } from '../schemas-pairing.ts'

/** 256 bits in base64url; anything else is nobody's and not worth a query. */
const token = z.string().regex(/^[\w-]{43}$/)
const idParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })

/**
 * By address only generously, since all boards of a province may come through one: what an address may do is bounded so that
 * it cannot take the whole server. A single board, told by what it shows itself with, is held much shorter.
 */
function limits(deps: HttpDeps) {
  const now = () => deps.now().getTime()
  return {
    start: createRateLimit(60, 300, now),
    pollHere: createRateLimit(12_000, 3_000, now),
    poll: createRateLimit(60, 30, now),
    refreshHere: createRateLimit(12_000, 12_000, now),
    refresh: createRateLimit(20, 10, now),
  }
}

/** False once whoever asked has closed the connection. */
const waitsFor = (res: Response) => () => !res.destroyed && res.socket?.destroyed !== true

/** Pairing of public boards: the board's side, its tokens, and the officer's side. */
export function boardPairingRoutes(deps: HttpDeps): RouteDef[] {
  const limit = limits(deps)
  const here = (req: Request) => addressKey(req.ip)
  const presentBoard = (board: PairedBoard) => ({ ...board, pairedAt: board.pairedAt?.toISOString() ?? null })

  return [
    route({
      method: 'post',
      path: '/api/board/pairing',
      summary: 'A board that is nobody’s asks for a code to show',
      tag: 'boards',
      access: 'public',
      body: z.object({ about: boardAboutSchema.omit({ browser: true }).prefault({}) }),
      response: pairingStartedSchema,
      async handle({ body, req }) {
        limit.start.pass(here(req))
        const about = { ...body.about, browser: (req.get('user-agent') ?? '').slice(0, 300) }
        return await startPairing(deps, 'player', about, here(req), deps.now())
      },
    }),
    route({
      method: 'post',
      path: '/api/board/pairing/poll',
      summary: 'The board asks what became of its code; the credential is handed out once',
      tag: 'boards',
      access: 'token',
      body: z.object({ secret: token }),
      response: pairingPollSchema,
      async handle({ body, req, res }) {
        limit.pollHere.pass(here(req))
        limit.poll.pass(hashOfToken(body.secret))
        return await pollPairing(deps, body.secret, deps.now(), waitsFor(res))
      },
    }),
    route({
      method: 'post',
      path: '/api/board/token',
      summary: 'Exchange a refresh token for the next one and an access token',
      tag: 'boards',
      access: 'token',
      body: z.object({ refreshToken: token }),
      response: boardTokensSchema,
      async handle({ body, req, res }) {
        limit.refreshHere.pass(here(req))
        limit.refresh.pass(hashOfToken(body.refreshToken))
        return await refreshBoardSession(deps.db, deps.links, body.refreshToken, deps.now(), waitsFor(res))
      },
    }),
    route({
      method: 'post',
      path: '/api/boards/pairing/look',
      summary: 'Which screen shows this code, by what it says of itself',
      tag: 'boards',
      access: 'board.manage',
      body: pairingCodeSchema,
      response: waitingBoardSchema,
      async handle({ actor, body }) {
        const { since, expiresAt, ...rest } = await lookAtCode(deps, actor, body.code, deps.now())
        return { ...rest, since: since.toISOString(), expiresAt: expiresAt.toISOString() }
      },
    }),
    route({
      method: 'post',
      path: '/api/boards/:id/pair',
      summary: 'Make the screen with this code the player of a board; one that it had before is shut out',
      tag: 'boards',
      access: 'board.manage',
      params: idParams,
      body: pairingCodeSchema,
      response: pairedBoardSchema,
      handle: async ({ actor, params, body }) =>
        presentBoard(await pairBoard(deps, actor, params.id, body.code, deps.now())),
    }),
    route({
      method: 'post',
      path: '/api/boards/:id/unpair',
      summary: 'Shut out the player of a board',
      tag: 'boards',
      access: 'board.manage',
      params: idParams,
      body: z.object({}),
      response: pairedBoardSchema,
      handle: async ({ actor, params }) => presentBoard(await unpairBoard(deps, actor, params.id, deps.now())),
    }),
  ]
}
