import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StationManifest } from '../../domain/station.ts'
import type { LieKind } from './plan.ts'
import { createSigner, type Lie, type StandIn } from './stand-in.ts'

/**
 * One wrong answer, to the next request that it fits, as a bad network, an attacker or a mistake would give it.
 * @param onTold called when the device has been told it
 */
export function createLie(kind: LieKind, server: StandIn, onTold: () => void): Lie {
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const isFile = path.startsWith('/files/')
    const manifest = server.current()
    if (isFile !== (kind === 'wrong-file') || (!isFile && !path.endsWith('/manifest')) || !manifest) return false
    answer(kind, server, manifest, request, response)
    onTold()
    return true
  }
}

const minuteMs = 60_000

function answer(
  kind: LieKind,
  server: StandIn,
  manifest: StationManifest,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { signer } = server
  const jose = (token: string) => response.writeHead(200, { 'content-type': 'application/jose' }).end(token)
  const next = { ...manifest, seq: manifest.seq + 1_000_000 }
  // What an attacker would like to be played: everything, now.
  const now = Date.parse(manifest.issuedAt)
  const malicious = {
    ...next,
    slots: manifest.slots.map(slot => ({
      ...slot,
      startsAt: new Date(now).toISOString(),
      startUntil: new Date(now + 600 * minuteMs).toISOString(),
    })),
  }
  switch (kind) {
    case 'half': {
      const token = signer.sign(next)
      jose(token.slice(0, token.length / 2))
      break
    }
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Đăng nhập Wi-Fi</html>')
      break
    case 'garbage':
      jose('không phải JWS')
      break
    case 'forged': {
      const [head, , signature] = signer.sign(manifest).split('.')
      jose(`${head}.${Buffer.from(JSON.stringify(malicious)).toString('base64url')}.${signature}`)
      break
    }
    case 'unknown-key':
      jose(createSigner().sign(malicious))
      break
    case 'old':
      jose(signer.sign({ ...manifest, seq: 1, slots: [] }))
      break
    case 'other-station':
      jose(signer.sign({ ...malicious, stationId: '8' }))
      break
    case 'wrong-file': {
      const bytes = Buffer.alloc(Number(request.headers['content-length'] ?? 0) + 50_000, 0x55)
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(bytes)
      break
    }
  }
}
