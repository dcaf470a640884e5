import type { DoorCall, DoorParts } from './parts.ts'

/** The version of the manifest, at once and whenever it changes. */
export async function answerEvents({ cache, streams }: DoorParts, { caller, req, res }: DoorCall): Promise<void> {
  await cache.read(caller)
  res.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  res.setHeader('Cache-Control', 'no-store, no-transform')
  res.setHeader('X-Accel-Buffering', 'no')
  res.writeHead(200)
  if (req.method === 'HEAD' || res.destroyed) res.end()
  else streams.add(caller, res)
}
