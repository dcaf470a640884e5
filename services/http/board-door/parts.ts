import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Beats } from '../../places/board-beats.ts'
import type { BoardCache, BoardCaller } from '../../places/board-cache.ts'
import type { BoardStreams } from '../../places/board-streams.ts'

/** What the addresses of the boards' door share. */
export interface DoorParts {
  cache: BoardCache
  streams: BoardStreams
  beats: Beats
  now: () => Date
  /** Build of the player's assets. */
  player: string
}

/** One request whose access token is good; whether its session still is, the cache says. */
export interface DoorCall {
  caller: BoardCaller
  req: IncomingMessage
  res: ServerResponse
}
