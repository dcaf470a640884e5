import { boardHeartbeatSchema } from '../../domain/board.ts'
import { refuseUnstorableText } from '../clean-text.ts'
import { refuseDeepJson } from '../json-depth.ts'
import { fieldErrors, invalidRequest } from '../problem.ts'
import { type DoorCall, type DoorParts, write } from './parts.ts'
import { readJson } from './read-json.ts'

/** The board lives, and this is what it showed. Answered once it is written down. */
export async function answerHeartbeat(
  { cache, beats }: DoorParts,
  { caller, req, res, headers }: DoorCall,
): Promise<void> {
  const raw = await readJson(req)
  refuseDeepJson(raw)
  refuseUnstorableText(raw)
  const parsed = boardHeartbeatSchema.safeParse(raw)
  if (!parsed.success) throw invalidRequest(fieldErrors(parsed.error))
  await cache.read(caller)
  const answer = JSON.stringify(await beats.record(caller.board.id, parsed.data))
  headers.push('Cache-Control', 'no-store', 'Content-Type', 'application/json; charset=utf-8')
  headers.push('Content-Length', String(Buffer.byteLength(answer)))
  write(res, 200, headers)
  res.end(answer)
}
