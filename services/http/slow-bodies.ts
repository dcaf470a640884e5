import type { Server } from 'node:http'

/**
 * How long a request may take to arrive. Node's own limit of five minutes cuts off a large list on an office line (2 GB at
 * 5 Mbit/s are an hour), and it cannot tell requests apart.
 */
export const bodyTimes = {
  requestMs: 300_000,
  /** Uploads of lists; these callers are signed in. */
  uploadMs: 6 * 3_600_000,
}

const uploads = /^\/api\/citizens\/(opt-outs\/)?import(\?|$)/

/** Replaces the server's own limit by one that lets large uploads arrive; every other request keeps five minutes. */
export function limitSlowBodies(server: Server, times = bodyTimes): void {
  server.requestTimeout = 0
  server.on('request', (req, res) => {
    const limitMs = uploads.test(req.url ?? '') ? times.uploadMs : times.requestMs
    const timer = setTimeout(() => {
      if (!req.complete) req.destroy()
    }, limitMs)
    timer.unref()
    const done = () => clearTimeout(timer)
    req.once('end', done)
    req.once('close', done)
    res.once('close', done)
  })
}
