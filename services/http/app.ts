import express, { type Express } from 'express'
import { type Registry, register } from 'prom-client'
import type { Auth } from '../accounts/auth.ts'
import { apiDocs } from './api-docs.ts'
import { consoleFiles, missingPages } from './console.ts'
import type { HttpDeps } from './deps.ts'
import { answerProblems } from './failure.ts'
import { trackOpenResponses } from './listen.ts'
import { observe } from './observe.ts'
import { notFound } from './problem.ts'
import type { RouteDef } from './route.ts'
import { routeHandler } from './route-handler.ts'
import { securityHeaders } from './security-headers.ts'

export interface AppOptions {
  /** Where the metrics of requests are kept; the process-wide registry when absent. */
  registry?: Registry
  /** Folder of the built console, for tests. */
  consoleDir?: string
}

/**
 * The HTTP side of Loa: the route table with its checks, the console's files, the API page, and problem+json for
 * everything that goes wrong.
 */
export function createApp(deps: HttpDeps, auth: Auth, routes: RouteDef[], options: AppOptions = {}): Express {
  const app = express()
  app.disable('x-powered-by')
  // API answers are never cached; boards and files set their own ETag.
  app.disable('etag')
  // A reverse proxy on this machine may tell the caller's address; nobody else is believed.
  app.set('trust proxy', 'loopback')
  app.use(observe(deps.log, options.registry ?? register))
  app.use(trackOpenResponses(app))
  app.use(securityHeaders(deps.links.publicUrl))
  const edge = { auth, publicUrl: deps.links.publicUrl }
  for (const route of routes) app[route.method](route.path, routeHandler(route, edge))
  app.use(apiDocs())
  app.use(consoleFiles(options.consoleDir))
  app.use(missingPages)
  app.use((_req, _res, next) => next(notFound()))
  app.use(answerProblems(deps.log))
  return app
}
