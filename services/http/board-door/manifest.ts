import type { DoorCall, DoorParts } from './parts.ts'

/** What the board shows now. The clock and the player's build change without any change of content, so they stand beside it. */
export async function answerManifest({ cache, now, player }: DoorParts, { caller, req, res }: DoorCall): Promise<void> {
  const kept = cache.fresh(caller) && caller.session.good && caller.board.manifest
  const manifest = kept || (await cache.read(caller))
  res.setHeader('ETag', `"${manifest.version}"`)
  res.setHeader('Cache-Control', 'private, no-cache')
  res.setHeader('Loa-Time', now().toISOString())
  res.setHeader('Loa-Player', player)
  if (names(req.headers['if-none-match'], manifest.version)) {
    res.writeHead(304)
    res.end()
    return
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', manifest.bytes)
  res.writeHead(200)
  res.write(manifest.head, 'latin1')
  res.write(manifest.shared)
  res.end(manifest.own)
}

/** True when the header lists this validator; a proxy that compresses has made it a weak one. */
function names(header: string | undefined, version: string): boolean {
  if (header === undefined) return false
  return header.split(',').some(tag => tag.trim().replace(/^W\//, '') === `"${version}"`)
}
