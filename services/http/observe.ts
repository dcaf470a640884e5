import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler, Response } from 'express'
import { Histogram, type Registry } from 'prom-client'
import type { Log } from '../../channels/contract.ts'

/** What the layers of one request tell each other; lives in `res.locals`. */
export interface RequestFacts {
  requestId: string
  /** Path pattern of the matched route: addresses themselves may hold tokens and never reach a log. */
  route?: string
  actorId?: string
  code?: string
}

/** The facts of the request that `res` answers. */
export function factsOf(res: Response): RequestFacts {
  return res.locals as RequestFacts
}

const metricName = 'http_request_duration_seconds'

function durations(registry: Registry): Histogram {
  const existing = registry.getSingleMetric(metricName)
  if (existing instanceof Histogram) return existing
  return new Histogram({
    name: metricName,
    help: 'Time to answer a request; streams count until they end',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
}

/** Gives one request an id, measures it and writes its log line. The id is still to be sent. */
export type Observer = (req: IncomingMessage, res: ServerResponse, facts: RequestFacts) => void

/**
 * Gives every request an id, measures it and writes one log line: for signed-in people and for failures. What boards
 * and vendors do comes by the thousand and is counted by the metrics only.
 */
export function createObserver(log: Log, registry: Registry): Observer {
  const seconds = durations(registry)
  return (req, res, facts) => {
    const started = performance.now()
    facts.requestId = randomUUID()
    res.on('close', () => {
      const ms = performance.now() - started
      const { requestId, route = 'none', actorId, code } = facts
      seconds.observe({ method: req.method, route, status: res.statusCode }, ms / 1000)
      if (actorId === undefined && res.statusCode < 400) return
      const line = { requestId, method: req.method, route, status: res.statusCode, ms: Math.round(ms), actorId, code }
      if (res.statusCode >= 500) log.error(line, 'request failed')
      else log.info(line, 'request')
    })
  }
}

/** {@link createObserver} for what express serves. */
export function observe(log: Log, registry: Registry): RequestHandler {
  const observer = createObserver(log, registry)
  return (req, res, next) => {
    const facts = factsOf(res)
    observer(req, res, facts)
    res.set('X-Request-Id', facts.requestId)
    next()
  }
}
