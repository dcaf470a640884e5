import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Registry, register } from 'prom-client'
import { createBeats } from '../../places/boards/beats.ts'
import { createBoardCache } from '../../places/boards/cache.ts'
import { boardUnpaired } from '../../places/boards/sessions.ts'
import { createBoardStreams } from '../../places/boards/streams.ts'
import type { HttpDeps } from '../deps.ts'
import { problemAnswer } from '../failure.ts'
import { createObserver, type RequestFacts } from '../observe.ts'
import { createRateLimit } from '../rate.ts'
import { answerEvents } from './events.ts'
import { answerHeartbeat } from './heartbeat.ts'
import { answerManifest } from './manifest.ts'
import { type DoorCall, type DoorParts, write } from './parts.ts'

/**
 * Where boards' players come in: three addresses that are answered on node's own objects, before express sees the request.
 * Ten thousand boards fetch in the second after a poke, and express takes several times as long for a request as all that
 * is to be done for it (docs/adr/0020-boards-door.md). The route table describes them like any other.
 */
export interface BoardDoor {
  /** Answers the request if it is one of a board. @returns false for every other, which is left untouched */
  take(req: IncomingMessage, res: ServerResponse): boolean
  /** The same for a request that came through express, which has given it an id and measures it. */
  serve(path: BoardPath, req: IncomingMessage, res: ServerResponse, facts: RequestFacts): Promise<void>
  /** The boards come back by themselves. */
  endStreams(): void
  /** Call it once no request is under way. The next one opens it again. */
  close(): Promise<void>
}

export const boardPaths = {
  manifest: '/api/board/manifest',
  events: '/api/board/events',
  heartbeat: '/api/board/heartbeat',
} as const
export type BoardPath = keyof typeof boardPaths

const taken = new Map<string, BoardPath>([
  [`GET ${boardPaths.manifest}`, 'manifest'],
  [`GET ${boardPaths.events}`, 'events'],
  [`POST ${boardPaths.heartbeat}`, 'heartbeat'],
])

/** A board asks once a minute and after pokes, and reports as often; four a second for long are a fault. */
const requestsPerMinute = 240
const burst = 120

const answers: Record<BoardPath, (parts: DoorParts, call: DoorCall) => Promise<void>> = {
  manifest: answerManifest,
  events: answerEvents,
  heartbeat: answerHeartbeat,
}

/**
 * @param player build of the player's assets: boards that hear of another one load it
 * @param registry where requests are counted; the process-wide one when absent
 */
export function createBoardDoor(deps: HttpDeps, player: string, registry: Registry = register): BoardDoor {
  const observe = createObserver(deps.log, registry)
  const cache = createBoardCache(deps)
  const streams = createBoardStreams(cache)
  const beats = createBeats(deps)
  const limit = createRateLimit(requestsPerMinute, burst, () => deps.now().getTime())
  const parts: DoorParts = { cache, streams, beats, now: deps.now, player }
  const fixed = fixedHeaders(deps.links.publicUrl)

  const serve: BoardDoor['serve'] = async (path, req, res, facts) => {
    facts.route = boardPaths[path]
    const headers = res.hasHeader('X-Request-Id') ? [...fixed] : ['X-Request-Id', facts.requestId, ...fixed]
    try {
      const caller = cache.admit(accessOf(path, req))
      if (!caller) throw boardUnpaired()
      // By session, which the signature vouches for: a set that was shut out takes nothing from the one that came after it.
      limit.pass(caller.session.id)
      await answers[path](parts, { caller, req, res, headers })
    } catch (thrown) {
      const answer = problemAnswer(deps.log, thrown, facts)
      if (res.headersSent) return void res.destroy()
      const body = JSON.stringify(answer.problem)
      headers.push(...Object.entries(answer.headers).flat(), 'Cache-Control', 'no-store')
      headers.push('Content-Type', 'application/problem+json; charset=utf-8')
      headers.push('Content-Length', String(Buffer.byteLength(body)))
      write(res, answer.problem.status, headers)
      res.end(body)
    }
  }

  return {
    take(req, res) {
      const { url = '' } = req
      if (!url.startsWith('/api/board/')) return false
      const question = url.indexOf('?')
      const path = taken.get(`${req.method} ${question < 0 ? url : url.slice(0, question)}`)
      if (!path) return false
      const facts: RequestFacts = { requestId: '' }
      observe(req, res, facts)
      void serve(path, req, res, facts)
      return true
    },
    serve,
    endStreams: () => streams.endAll(),
    async close() {
      streams.endAll()
      await beats.close()
      await cache.close()
    },
  }
}

/** The bearer; EventSource sends no headers, so a stream's stands in its address. Empty when there is none. */
function accessOf(path: BoardPath, req: IncomingMessage): string {
  if (path !== 'events') return /^Bearer ([\w.-]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
  return /[?&]access=([\w.-]{1,200})(&|$)/.exec(req.url ?? '')?.[1] ?? ''
}

/** Of the headers that pages carry, those that mean something for an answer to a program; names and values by turns. */
function fixedHeaders(publicUrl: string): string[] {
  return [
    'X-Content-Type-Options',
    'nosniff',
    'Cross-Origin-Resource-Policy',
    'same-origin',
    'Content-Security-Policy',
    "default-src 'none'; frame-ancestors 'none'",
    ...(publicUrl.startsWith('https:') ? ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] : []),
  ]
}
