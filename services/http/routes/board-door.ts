import { z } from 'zod'
import { boardHeartbeatSchema, boardManifestSchema } from '../../domain/board.ts'
import { type BoardDoor, boardPaths } from '../board-door/index.ts'
import { factsOf } from '../observe.ts'
import { type RouteDef, route } from '../route.ts'

/**
 * What a board's player talks to. A server takes these requests at its door (services/http/board-door), before express; the
 * table says what they are, and serves them where there is no door.
 */
export function boardDoorRoutes(door: BoardDoor): RouteDef[] {
  return [
    route({
      method: 'get',
      path: boardPaths.manifest,
      summary: 'What the board shows now (Authorization: Bearer); ETag is the hash of the whole body',
      tag: 'boards',
      access: 'token',
      raw: true,
      response: boardManifestSchema,
      handle: ({ req, res }) => door.serve('manifest', req, res, factsOf(res)),
    }),
    route({
      method: 'get',
      path: boardPaths.events,
      summary: 'Server-sent events: the version of the manifest, at once and whenever it changes',
      tag: 'boards',
      access: 'token',
      query: z.object({ access: z.string().optional().describe('Access token; EventSource sends no headers.') }),
      handle: ({ req, res }) => door.serve('events', req, res, factsOf(res)),
    }),
    route({
      method: 'post',
      path: boardPaths.heartbeat,
      summary: 'The board lives, and this is what it showed (Authorization: Bearer); repeats change nothing',
      tag: 'boards',
      access: 'token',
      raw: true,
      body: boardHeartbeatSchema,
      response: z.object({ recorded: z.number().int(), time: z.iso.datetime() }),
      handle: ({ req, res }) => door.serve('heartbeat', req, res, factsOf(res)),
    }),
  ]
}
