import { type DoorCall, type DoorParts, write } from './parts.ts'

/** The version of the manifest, at once and whenever it changes. */
export async function answerEvents(
  { cache, streams }: DoorParts,
  { caller, req, res, headers }: DoorCall,
): Promise<void> {
  await cache.read(caller)
  headers.push('Content-Type', 'text/event-stream; charset=utf-8', 'Cache-Control', 'no-store, no-transform')
  headers.push('X-Accel-Buffering', 'no')
  write(res, 200, headers)
  // By itself: node keeps the head as long as the stream lives, and only what was written alone is kept in one piece.
  res.flushHeaders()
  if (req.method === 'HEAD' || res.destroyed) res.end()
  else streams.add(caller, res)
}
