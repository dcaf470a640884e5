import type { Server } from 'node:http'

/**
 * How long a request may take to arrive. Node's own limit of five minutes cuts off a large list on an office line (2 GB at
 * 5 Mbit/s are an hour), and it cannot tell requests apart.
 */
export const bodyTimes = {
  requestMs: 300_000,
  /** Uploads of lists, recordings, pictures and videos, for callers who are signed in and may upload. */
  uploadMs: 6 * 3_600_000,
}

const uploads = /^\/api\/(citizens\/(opt-outs\/)?import|recordings|board-media(\/pages)?)(\?|$)/

/** Replaces the server's own limit by one that lets large uploads arrive; every other request keeps five minutes. */
export function limitSlowBodies(server: Server, times = bodyTimes): void {
  server.requestTimeout = 0
  server.on('request', (req, res) => {
    // No body can come then (RFC 9112, 6.3). A stream would carry its timer about for nothing.
    if (!('content-length' in req.headers) && !('transfer-encoding' in req.headers)) return
    const limitMs = uploads.test(req.url ?? '') ? times.uploadMs : times.requestMs
    const { socket } = req
    const cutAfter = (ms: number) =>
      setTimeout(() => {
        if (!req.complete) socket.destroy()
      }, ms).unref()
    let timer = cutAfter(limitMs)
    const done = () => clearTimeout(timer)
    req.once('end', done)
    req.once('close', () => {
      if (req.complete || socket.destroyed) done()
    })
    res.once('finish', () => {
      if (req.complete) return done()
      // Answered before all of it came: the rest is still taken and dropped, but a stranger gets no six hours for it.
      if (res.statusCode !== 401 && res.statusCode !== 403) return
      done()
      timer = cutAfter(times.requestMs)
    })
  })
}
