import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type DeviceEvent,
  type DeviceState,
  deviceReportSchema,
  type ManifestFile,
  type StationManifest,
} from '../../domain/station.ts'
import { thumbprint } from '../../station/verify.ts'
import type { MadeFile } from './sounds.ts'

/** Everything of a manifest that is not the server's own to say. */
export type ManifestBody = Omit<StationManifest, 'v' | 'stationId' | 'stationName' | 'seq' | 'issuedAt' | 'demo'>

/** A key that signs manifests. */
export interface Signer {
  kid: string
  jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string }
  sign(manifest: StationManifest): string
}

/** Makes a key and what signs with it. */
export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const named = { kty: 'OKP', crv: 'Ed25519', x, kid: '' } as const
  const kid = thumbprint(named)
  return { kid, jwk: { ...named, kid }, sign: manifest => signedWith(privateKey, kid, manifest) }
}

function signedWith(key: KeyObject, kid: string, manifest: StationManifest): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'EdDSA', kid })}.${part(manifest)}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

/** Answers a request with something else than the truth. @returns false when it leaves the request alone */
export type Lie = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Loa's side of a station device, as `services/domain/station.ts` and the paths under /api/station-device describe it, for
 * one device and without the rest of Loa: signed manifests, pokes, files with ranges, and a record of what was reported.
 */
export interface StandIn {
  port: number
  link: string
  signer: Signer
  /** Makes a manifest with the next sequence current and pokes. @returns its sequence */
  publish(body: ManifestBody): number
  current(): StationManifest | undefined
  put(file: MadeFile): ManifestFile
  /** What the device reported, by number, as the server stores it. */
  events: Map<number, DeviceEvent>
  /** Numbers that came again with another content: a device that forgot what it said. */
  contradictions: DeviceEvent[]
  /** Reports that were not of the agreed shape. */
  refusedReports: string[]
  lastState(): DeviceState | undefined
  listeners(): number
  requests(): number
  /** Asked before the truth, in their order; the one that has answered is spent. */
  lies: Lie[]
  /** Ends every connection and starts anew on the same port, knowing what it knew. */
  restart(): Promise<void>
  close(): Promise<void>
}

const token = 'thiet-bi-thu'
const api = `/api/station-device/${token}`

/**
 * Starts the stand-in on loopback.
 * @param now the time in its Date headers, and in what it signs
 */
export async function startStandIn(now: () => number, port = 0): Promise<StandIn> {
  const signer = createSigner()
  const files = new Map<string, Buffer>()
  const listeners = new Set<ServerResponse>()
  const events = new Map<number, DeviceEvent>()
  const contradictions: DeviceEvent[] = []
  const refusedReports: string[] = []
  let manifest: StationManifest | undefined
  let state: DeviceState | undefined
  let requests = 0

  const server = createServer((request, response) => {
    requests++
    response.sendDate = false
    response.setHeader('date', new Date(now()).toUTCString())
    const lie = standIn.lies.findIndex(tells => tells(request, response))
    if (lie < 0) void answer(request, response)
    else standIn.lies.splice(lie, 1)
  })

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const file = files.get(path.replace(/^\/files\//, ''))
    if (path === `${api}/key`) json(response, signer.jwk)
    else if (path === `${api}/manifest`) manifestTo(request, response)
    else if (path === `${api}/events`) listen(response)
    else if (path === `${api}/report` && request.method === 'POST') await report(request, response)
    else if (file) fileTo(request, response, file)
    else response.writeHead(404).end()
  }

  const manifestTo = (request: IncomingMessage, response: ServerResponse) => {
    const etag = `"${manifest?.seq}"`
    if (!manifest) response.writeHead(404).end()
    else if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { 'content-type': 'application/jose', etag }).end(signer.sign(manifest))
  }

  const listen = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': xin chào\n\n')
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
  }

  const report = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    try {
      for await (const chunk of request) text += chunk
    } catch {
      return
    }
    const read = deviceReportSchema.safeParse(JSON.parse(text))
    if (!read.success) {
      refusedReports.push(read.error.message)
      response.writeHead(422).end()
      return
    }
    state = read.data.state
    for (const event of read.data.events) {
      const known = events.get(event.n)
      if (known && JSON.stringify(known) !== JSON.stringify(event)) contradictions.push(event)
      else events.set(event.n, event)
    }
    let upTo = 0
    while (events.has(upTo + 1)) upTo++
    json(response, { upTo })
  }

  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo

  const standIn: StandIn = {
    port: address.port,
    link: `http://127.0.0.1:${address.port}/station-device/${token}#${signer.kid}`,
    signer,
    publish(body) {
      const seq = (manifest?.seq ?? 0) + 1
      const issuedAt = new Date(now()).toISOString()
      manifest = { v: 1, stationId: '7', stationName: 'Đài xã Thử', seq, issuedAt, demo: true, ...body }
      for (const listener of listeners) listener.write(`event: manifest\ndata: ${JSON.stringify({ seq })}\n\n`)
      return seq
    },
    current: () => manifest,
    put({ sha256, bytes, durationMs }) {
      files.set(sha256, bytes)
      return { url: `/files/${sha256}`, bytes: bytes.length, sha256, durationMs, lufs: -16 }
    },
    events,
    contradictions,
    refusedReports,
    lastState: () => state,
    listeners: () => listeners.size,
    requests: () => requests,
    lies: [],
    async restart() {
      await standIn.close()
      await new Promise<void>(resolve => server.listen(address.port, '127.0.0.1', resolve))
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
  return standIn
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function fileTo(request: IncomingMessage, response: ServerResponse, file: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN)
  if (Number.isNaN(from)) {
    response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': file.length, 'accept-ranges': 'bytes' })
    response.end(file)
  } else if (from >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
  } else {
    const part = file.subarray(from)
    response.writeHead(206, {
      'content-type': 'audio/mpeg',
      'content-length': part.length,
      'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
    })
    response.end(part)
  }
}
