import type { ServerResponse } from 'node:http'
import { createOpenStreams, type OpenStream } from '../open-streams.ts'
import type { BoardCache, BoardCaller, KnownBoard } from './cache.ts'
import { createTurns } from './turns.ts'

/** After a loss of all connections, boards come back spread over this long. */
const comeBackMs = 60_000
/** Not at once: whoever ended may still be starting. */
const earliestMs = 1_000
/** Fractional part of the golden ratio: multiples of it spread evenly, however many there are. */
const golden = 0.618_033_988_749_895

/**
 * How long a board waits before it connects again (the field `retry` of its stream), in milliseconds. Fixed for a board and
 * even over all of them, so that a restart brings them back spread over a minute. Until then they poll. Pure.
 */
export function comeBackAfterMs(boardId: string): number {
  return Math.round(earliestMs + ((Number(boardId) * golden) % 1) * comeBackMs)
}

/** The event that tells a board which version it should have; see boardPokeSchema. */
export function pokeEvent(version: string, urgent: boolean): string {
  return `event: version\ndata: {"version":"${version}","urgent":${urgent}}\n\n`
}

interface Watcher {
  board: KnownBoard
  sessionId: string
  /** Whether an emergency took the screen when it was told last: its end is as urgent as its beginning. */
  urgent: boolean
}

/** Server-sent events to the boards that are connected to this process. */
export interface BoardStreams {
  /** Takes over a response whose head is written, until the board goes away. The caller has read the manifest. */
  add(caller: BoardCaller, res: ServerResponse): void
  /** The board has fetched what it was told of. */
  fetched(board: KnownBoard): void
  /** Ends all of them; the boards come back by themselves. */
  endAll(): void
}

/**
 * Boards told of an emergency fetch at once. So many are told at a time, and as one has fetched another one is told: ten
 * thousand connections in one moment overflow the line of those that wait to be accepted, and each of them costs memory.
 */
const toldAtOnce = 1_000
/** A board on a slow line does not hold up the others for longer: ten thousand of them are told within a second. */
const turnMs = 100

/**
 * Speed by poke: a stream carries a version only, so losing an event costs at most one poll. A stream whose session was
 * ended, or whose board went out of use, ends.
 */
export function createBoardStreams(cache: BoardCache): BoardStreams {
  const line = createTurns<OpenStream<Watcher>>(toldAtOnce, turnMs, tell)
  const streams = createOpenStreams<Watcher>(stream => {
    stream.who.board.watchers--
    line.leave(stream)
  })

  function tell(stream: OpenStream<Watcher>): void {
    const { version, urgent } = stream.who.board.manifest ?? {}
    if (version === undefined || urgent === undefined || version === stream.version) return
    streams.send(stream, pokeEvent(version, urgent || stream.who.urgent))
    stream.version = version
    stream.who.urgent = urgent
  }
  cache.onLook(boards => {
    for (const { id } of boards) {
      for (const stream of streams.of(id)) {
        const { board, sessionId, urgent } = stream.who
        if (!board.manifest || !cache.stillIn(board, sessionId)) streams.end(stream)
        else if (board.manifest.version === stream.version) continue
        else if (board.manifest.urgent || urgent) line.join(stream)
        else tell(stream)
      }
    }
  })

  return {
    add({ board, session }, res) {
      const { version = '', urgent = false } = board.manifest ?? {}
      board.watchers++
      const stream = streams.add(board.id, { board, sessionId: session.id, urgent }, version, res)
      streams.send(stream, `retry: ${comeBackAfterMs(board.id)}\n\n${pokeEvent(version, urgent)}`)
      // What changed since the manifest was read, without anybody watching, is looked up now.
      void cache.read({ board, session }).catch(() => undefined)
    },
    fetched(board) {
      for (const stream of streams.of(board.id)) line.leave(stream)
    },
    endAll() {
      for (const stream of [...streams]) streams.end(stream)
    },
  }
}
