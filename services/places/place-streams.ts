import type { ServerResponse } from 'node:http'
import type { DispatchContext } from '../dispatch/context.ts'
import { onShelfChange } from './events.ts'
import { boardManifests } from './manifest.ts'

/** Proxies cut a silent connection after a minute, some after 30 s. */
const heartbeatMs = 20_000
/** Pokes that come close together (a dispatch arrives in chunks) are answered with one look at the shelf. */
const gatherMs = 100

/**
 * Streams that one board may hold: its screen, the console's view of it, and lines that died without a word. The address
 * of a board is no secret on a public square, and connections are what a server has few of. The oldest gives way: a
 * board that reconnects is never the one left out, and whoever is cut off still polls.
 */
export const streamsPerBoard = 8

interface Stream {
  boardId: string
  res: ServerResponse
  version: string
}

/** Server-sent events to the boards that are connected to this process. */
export interface BoardStreams {
  /** Takes over the response until the board goes away. */
  add(boardId: string, version: string, res: ServerResponse): void
}

/**
 * Speed by poke: a stream carries only the version of the manifest, so losing an event costs at most one poll. All
 * connected boards that a change concerns are looked up together. Without any connected board nothing is listened
 * to and no timer runs.
 */
export function createBoardStreams(ctx: DispatchContext): BoardStreams {
  const streams = new Set<Stream>()
  const ofBoard = new Map<string, Set<Stream>>()
  const due = new Set<string>()
  let stop: (() => void) | undefined
  let gathering: NodeJS.Timeout | undefined
  let looking = false
  let beat: NodeJS.Timeout | undefined

  /** Nothing is written to it any more; called when it closes, and before we end it. */
  const forget = (stream: Stream) => {
    streams.delete(stream)
    const siblings = ofBoard.get(stream.boardId)
    siblings?.delete(stream)
    if (siblings?.size === 0) ofBoard.delete(stream.boardId)
  }

  const send = (stream: Stream, text: string) => {
    // A board that does not read (power cut) is given up instead of filling our memory; it will come back.
    if (stream.res.writableLength > 65_536) stream.res.destroy()
    else stream.res.write(text)
  }

  const look = async () => {
    gathering = undefined
    if (looking) return
    looking = true
    const ids = [...due]
    due.clear()
    try {
      const manifests = await boardManifests(ctx.db, ids, ctx.now(), ctx.demo)
      for (const stream of streams) {
        const version = manifests.get(stream.boardId)?.version
        if (version === undefined || version === stream.version) continue
        stream.version = version
        send(stream, versionEvent(version))
      }
    } catch (error) {
      ctx.log.warn({ boards: ids.length, error }, 'boards: a change could not be announced, the next poll will find it')
    } finally {
      looking = false
    }
    if (due.size > 0) gather()
  }
  const gather = () => {
    gathering ??= setTimeout(() => void look(), gatherMs)
  }

  const start = () => {
    stop = onShelfChange(ctx.db, change => {
      if (change.kind !== 'boards') return
      const concerned = change.placeIds === 'all' ? undefined : new Set(change.placeIds)
      for (const { boardId } of streams) if (!concerned || concerned.has(boardId)) due.add(boardId)
      if (due.size > 0) gather()
    })
    beat = setInterval(() => {
      for (const stream of streams) send(stream, ': \n\n')
    }, heartbeatMs)
    beat.unref()
  }

  const end = () => {
    stop?.()
    clearInterval(beat)
    clearTimeout(gathering)
    gathering = undefined
    due.clear()
  }

  return {
    add(boardId, version, res) {
      const stream = { boardId, res, version }
      if (streams.size === 0) start()
      streams.add(stream)
      const siblings = ofBoard.get(boardId) ?? new Set()
      ofBoard.set(boardId, siblings.add(stream))
      const [oldest] = siblings
      if (oldest && siblings.size > streamsPerBoard) {
        forget(oldest)
        oldest.res.end()
      }
      res.on('close', () => {
        forget(stream)
        if (streams.size === 0) end()
      })
      send(stream, `retry: 5000\n\n${versionEvent(version)}`)
      // What changed between reading the version and listening would be missed without this look.
      due.add(boardId)
      gather()
    },
  }
}

function versionEvent(version: string): string {
  return `event: version\ndata: ${JSON.stringify({ version })}\n\n`
}
