import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express, RequestHandler, Response } from 'express'
import { AppError } from '../domain/errors.ts'
import type { BoardDoor } from './board-door/index.ts'
import { limitSlowBodies } from './slow-bodies.ts'

const openResponses = new WeakMap<Express, Set<Response>>()

/** Remembers the answers that are being written, so that closing can end the streams among them. */
export function trackOpenResponses(app: Express): RequestHandler {
  const open = new Set<Response>()
  openResponses.set(app, open)
  return (_req, res, next) => {
    open.add(res)
    res.once('close', () => open.delete(res))
    next()
  }
}

function endStreams(app: Express): void {
  for (const res of openResponses.get(app) ?? []) {
    if (String(res.getHeader('content-type') ?? '').startsWith('text/event-stream')) res.end()
  }
}

function portTaken(host: string, port: number, cause: unknown): AppError {
  return new AppError(
    'setup.port-taken',
    {
      vi: `Cổng ${port} trên ${host} đang được chương trình khác sử dụng. Hãy tắt chương trình đó hoặc chọn cổng khác (LOA_PORT).`,
      en: `Port ${port} on ${host} is in use by another program. Stop it, or choose another port (LOA_PORT).`,
    },
    { cause },
  )
}

export interface Listening {
  /** Address under which this process can be reached, e.g. `http://127.0.0.1:8080`. */
  url: string
  port: number
  /**
   * Takes no new connections, ends event streams (browsers come back by themselves), lets running requests finish for
   * up to `graceMs`, then cuts what is left.
   */
  close: (graceMs?: number) => Promise<void>
}

export interface ListenOptions {
  host: string
  /** 0 for any free one. */
  port: number
  /** Sees every request first. */
  door?: BoardDoor
}

/**
 * Serves the app, and what the door takes before it.
 * @throws AppError setup.port-taken
 */
export async function listen(app: Express, { host, port, door }: ListenOptions): Promise<Listening> {
  const server: Server = createServer(door ? (req, res) => door.take(req, res) || app(req, res) : app)
  limitSlowBodies(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => {
      const { code } = error as NodeJS.ErrnoException
      reject(code === 'EADDRINUSE' || code === 'EACCES' ? portTaken(host, port, error) : error)
    })
    // Thousands of boards fetch in the same moment; who finds no place in the line calls again a second later.
    server.listen({ port, host, backlog: 4_096 }, resolve)
  })
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close: async (graceMs = 5_000) => {
      await closeServer(server, graceMs, () => {
        endStreams(app)
        door?.endStreams()
      })
      await door?.close()
    },
  }
}

function closeServer(server: Server, graceMs: number, endAllStreams: () => void): Promise<void> {
  if (!server.listening) return Promise.resolve()
  return new Promise(resolve => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    // A connection that was busy becomes idle later, and keep-alive would hold the server open.
    const sweep = setInterval(() => {
      endAllStreams()
      server.closeIdleConnections()
    }, 100)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(sweep)
      resolve()
    })
    endAllStreams()
  })
}
