import { boardHeartbeatSchema } from '../../domain/board.ts'
import { refuseUnstorableText } from '../clean-text.ts'
import { refuseDeepJson } from '../json-depth.ts'
import { fieldErrors, invalidRequest } from '../problem.ts'
import type { DoorCall, DoorParts } from './parts.ts'
import { readJson } from './read-json.ts'

/** The board lives, and this is what it showed. Answered once it is written down. */
export async function answerHeartbeat({ cache, beats }: DoorParts, { caller, req, res }: DoorCall): Promise<void> {
  const raw = await readJson(req)
  refuseDeepJson(raw)
  refuseUnstorableText(raw)
  const parsed = boardHeartbeatSchema.safeParse(raw)
  if (!parsed.success) throw invalidRequest(fieldErrors(parsed.error))
  await cache.read(caller)
  const answer = JSON.stringify(await beats.record(caller.board.id, parsed.data))
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(answer))
  res.writeHead(200)
  res.end(answer)
}
