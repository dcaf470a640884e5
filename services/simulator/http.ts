import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultKind } from './faults.ts'

/** Thrown by {@link readBody}; the caller answers in its own protocol's words. */
export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge'
}

/**
 * The whole request body as text.
 * @throws BodyTooLarge beyond `limitBytes`
 */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limitBytes) throw new BodyTooLarge(`request body over ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Answers with JSON. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  res.end(text)
}

const takenKinds: FaultKind[] = ['sms.drop-after', 'sms.no-answer', 'sms.garbage', 'sms.html', 'sms.empty']

/** True for faults that strike after the message was taken: the sender must not believe that it was refused. */
export function isTaken(kind: FaultKind): boolean {
  return takenKinds.includes(kind)
}

/** How a vendor over HTTP ends a request that it has taken, when something is wrong with the answer only. */
export function answerOddly(req: IncomingMessage, res: ServerResponse, kind: FaultKind): void {
  if (kind === 'sms.no-answer') return
  if (kind === 'sms.drop-after') {
    req.socket.destroy()
    return
  }
  const html = kind === 'sms.html'
  res.writeHead(200, { 'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8' })
  res.end(
    html ? '<!doctype html><title>Bảo trì</title><p>Hệ thống đang bảo trì.' : kind === 'sms.garbage' ? '{"Cod' : '',
  )
}
