import type { Response } from 'express'
import { z } from 'zod'
import { loadBoardAssets } from '../../web/board/assets.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'

/**
 * The player needs its own files and this server, nothing else; what it has fetched it shows from memory (blob:). The console
 * may show it in a frame.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The player of the public boards: its page, its parts, and the worker that starts it without this server. */
export function boardPlayerRoutes(deps: HttpDeps): RouteDef[] {
  const assets = loadBoardAssets()
  const sendPage = (res: Response) => {
    res.set({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Frame-Options': 'SAMEORIGIN',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      // A new player is found at the next load; what is loaded runs on without the server.
      'Cache-Control': 'no-cache',
      'Loa-Player': assets.build,
    })
    res.send(assets.page)
  }

  return [
    route({
      method: 'get',
      path: '/b',
      summary: 'Player page of the public boards; which board it is, the page itself remembers',
      tag: 'boards',
      access: 'public',
      async handle({ req, res }) {
        // The worker's scope is /b, and one page has one address.
        if (req.path === '/b') sendPage(res)
        else res.redirect(308, '/b')
      },
    }),
    route({
      method: 'get',
      path: '/board/:token',
      summary: 'Address of a player before boards were paired; leads to the player',
      tag: 'boards',
      access: 'public',
      params: z.object({ token: z.string() }),
      async handle({ res }) {
        res.redirect(302, '/b')
      },
    }),
    route({
      method: 'get',
      path: '/b/sw.js',
      summary: 'Service worker of the player: starts a board without the server',
      tag: 'boards',
      access: 'public',
      async handle({ res }) {
        res.set({
          'Content-Type': 'text/javascript; charset=utf-8',
          'Content-Security-Policy': policy,
          // The page is /b, one level above this file.
          'Service-Worker-Allowed': '/b',
          'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'no-cache',
        })
        res.send(deps.boardWorker === 'off' ? assets.workerOff : assets.worker)
      },
    }),
    route({
      method: 'get',
      path: '/board-preview',
      summary: 'The player, showing content handed over by the console, or what the board of `?board=` has',
      tag: 'boards',
      access: 'session',
      query: z.object({ board: z.string().optional() }),
      async handle({ res }) {
        sendPage(res)
      },
    }),
    route({
      method: 'get',
      path: '/board-assets/:name',
      summary: 'Script, style and typeface of the player',
      tag: 'boards',
      access: 'public',
      params: z.object({ name: z.string() }),
      query: z.object({ v: z.string().optional() }),
      async handle({ params, query, req, res }) {
        const file = assets.files.get(params.name)
        if (!file) throw notFound()
        res.set({
          'Content-Type': file.type,
          ETag: file.etag,
          'X-Content-Type-Options': 'nosniff',
          // While servers are replaced one after the other, one may be asked for a part of another's build.
          'Cache-Control':
            query.v === undefined || query.v === assets.build ? 'public, max-age=31536000, immutable' : 'no-store',
          'Loa-Player': assets.build,
        })
        if (req.fresh) res.status(304).end()
        else res.send(file.body)
      },
    }),
  ]
}
