import { headOf } from '../../places/boards/manifest.ts'
import { type DoorCall, type DoorParts, write } from './parts.ts'

/** What the board shows now. The clock and the player's build change without any change of content, so they stand beside it. */
export async function answerManifest(
  { cache, streams, now, player }: DoorParts,
  { caller, req, res, headers }: DoorCall,
): Promise<void> {
  const kept = cache.fresh(caller) && caller.session.good && caller.board.manifest
  const manifest = kept || (await cache.read(caller))
  streams.fetched(caller.board)
  headers.push('ETag', `"${manifest.version}"`, 'Cache-Control', 'private, no-cache')
  headers.push('Loa-Time', now().toISOString(), 'Loa-Player', player)
  if (names(req.headers['if-none-match'], manifest.version)) {
    write(res, 304, headers)
    res.end()
    return
  }
  headers.push('Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(manifest.bytes))
  write(res, 200, headers)
  res.write(headOf(manifest.version), 'latin1')
  res.write(manifest.shared)
  res.end(manifest.own)
}

/** True when the header lists this validator; a proxy that compresses has made it a weak one. */
function names(header: string | undefined, version: string): boolean {
  if (header === undefined) return false
  return header.split(',').some(tag => tag.trim().replace(/^W\//, '') === `"${version}"`)
}
