import { z } from 'zod'
import { type BoardRow, boardByToken, listBoards } from '../../places/boards.ts'
import { boardManifests } from '../../places/manifest.ts'
import { createPlaceStreams } from '../../places/place-streams.ts'
import { heartbeatSchema, recordHeartbeat } from '../../places/token-heartbeat.ts'
import { loadBoardAssets } from '../../web/board/assets.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { boardSchema } from '../schemas.ts'

const tokenParams = z.object({ token: z.string() })

/** Manifest, events and heartbeat of the public boards by the token of an address, and their list for the console. */
export function boardRoutes(deps: HttpDeps): RouteDef[] {
  const assets = loadBoardAssets()
  const streams = createPlaceStreams(deps, {
    kind: 'boards',
    async versions(listening) {
      const ids = listening.map(l => l.placeId)
      const manifests = await boardManifests(deps, ids, deps.now())
      return new Map([...manifests].map(([id, { version }]) => [id, version]))
    },
    event: version => `event: version\ndata: ${JSON.stringify({ version })}\n\n`,
  })

  const requireBoard = async (token: string): Promise<BoardRow> => {
    const board = await boardByToken(deps.db, token)
    if (!board) throw notFound()
    return board
  }
  const readManifest = async (board: BoardRow) => {
    const manifest = (await boardManifests(deps, [board.id], deps.now())).get(board.id)
    if (!manifest) throw notFound()
    return manifest
  }
  return [
    route({
      method: 'get',
      path: '/api/board/:token/manifest',
      summary: 'What the board shows now; ETag is the hash of the whole body',
      tag: 'boards',
      access: 'token',
      params: tokenParams,
      async handle({ params, req, res }) {
        const manifest = await readManifest(await requireBoard(params.token))
        // The clock and the player's build change without any change of content, so they travel beside the body.
        res.set({
          ETag: `"${manifest.version}"`,
          'Cache-Control': 'private, no-cache',
          'Loa-Time': deps.now().toISOString(),
          'Loa-Player': assets.build,
        })
        if (req.fresh) res.status(304).end()
        else res.type('application/json').send(manifest.body)
      },
    }),
    route({
      method: 'get',
      path: '/api/board/:token/events',
      summary: 'Server-sent events: the version of the manifest, whenever it changes',
      tag: 'boards',
      access: 'token',
      params: tokenParams,
      async handle({ params, res }) {
        const board = await requireBoard(params.token)
        const manifest = await readManifest(board)
        res.set({
          'Content-Type': 'text/event-stream; charset=utf-8',
          'Cache-Control': 'no-store, no-transform',
          'X-Accel-Buffering': 'no',
        })
        res.flushHeaders()
        if (res.req.method === 'HEAD') res.end()
        else streams.add({ key: board.id, placeId: board.id }, manifest.version, res)
      },
    }),
    route({
      method: 'post',
      path: '/api/board/:token/heartbeat',
      summary: 'The board lives, and these items were displayed in full',
      tag: 'boards',
      access: 'token',
      params: tokenParams,
      body: heartbeatSchema,
      response: z.object({ recorded: z.number().int() }),
      async handle({ params, body }) {
        const board = await requireBoard(params.token)
        return { recorded: await recordHeartbeat(deps, board.id, body) }
      },
    }),
    route({
      method: 'get',
      path: '/api/boards',
      summary: 'Public boards in use',
      tag: 'boards',
      access: 'place.read',
      response: z.array(boardSchema),
      async handle() {
        const boards = await listBoards(deps.db)
        return boards.map(({ token, lastSeenAt, ...board }) => ({
          ...board,
          playerUrl: `${deps.links.publicUrl}/board/${token}`,
          lastSeenAt: lastSeenAt?.toISOString() ?? null,
        }))
      },
    }),
  ]
}
