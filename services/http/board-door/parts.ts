import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Beats } from '../../places/boards/beats.ts'
import type { BoardCache, BoardCaller } from '../../places/boards/cache.ts'
import type { BoardStreams } from '../../places/boards/streams.ts'

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
  /**
   * Names and values of the answer's headers by turns, begun by the door. Given to `writeHead` all at once: what is set one by
   * one is kept in a table of its own for as long as a stream lives.
   */
  headers: string[]
}

/** Writes the head of an answer. What express has set already is replaced, and stays beside it. */
export function write(res: ServerResponse, status: number, headers: string[]): void {
  if (res.getHeaderNames().length > 0) {
    for (let i = 0; i < headers.length; i += 2) res.setHeader(headers[i] ?? '', headers[i + 1] ?? '')
    res.writeHead(status)
  } else {
    res.writeHead(status, headers)
  }
}
