import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A clip on the simulated loudspeaker. */
export interface AxisClip {
  id: number
  name: string
  mime: string
  bytes: Buffer
}

/** What the loudspeaker was asked to do, in order. */
export interface AxisAct {
  act: 'uploaded' | 'playing' | 'stopping' | 'removed' | 'refused'
  clip: number | null
  at: Date
  /** For a refusal: why. */
  why?: string
}

/** A network loudspeaker with the media clip API of Axis devices, on loopback. */
export interface AxisSimulator {
  url: string
  user: string
  password: string
  acts: AxisAct[]
  clips: Map<number, AxisClip>
  /** Every file that was ever uploaded, in order. */
  uploads: AxisClip[]
  /** The next play is answered with this status, or with 200 and no OK. */
  failNextPlay(how: number | 'not-ok'): void
  close(): Promise<void>
}

/** Such devices hold few clips and little memory. */
const mostClips = 8
const largestUpload = 20 * 1024 * 1024
/** A nonce is good for so many requests; then a device asks anew. */
const usesPerNonce = 5

/**
 * Starts one. It checks HTTP Digest as RFC 7616 says (nonce of its own, uri, response, count that grows), reads
 * multipart/form-data strictly, and plays nothing.
 */
export async function startAxisSimulator(
  options: { algorithm?: 'MD5' | 'SHA-256'; now?: () => Date } = {},
): Promise<AxisSimulator> {
  const { algorithm = 'SHA-256', now = () => new Date() } = options
  const account = { user: 'loa', password: randomBytes(9).toString('base64url') }
  const acts: AxisAct[] = []
  const clips = new Map<number, AxisClip>()
  const uploads: AxisClip[] = []
  let failing: number | 'not-ok' | undefined
  const gate = digestGate({ ...account, realm: 'AXIS_ACCC8E000001', algorithm })

  const note = (act: AxisAct['act'], clip: number | null, why?: string) =>
    acts.push({ act, clip, at: now(), ...(why !== undefined && { why }) })
  const text = (res: ServerResponse, status: number, body: string) => {
    res.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) })
    res.end(body)
  }
  const badRequest = (res: ServerResponse, why: string) => {
    note('refused', null, why)
    text(res, 400, `400 Bad Request\n${why}`)
  }

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const body = await bodyOf(req)
    const refusal = gate(req)
    if (refusal) {
      if (refusal.why) note('refused', null, refusal.why)
      res.setHeader('www-authenticate', refusal.challenge)
      return text(res, 401, '401 Unauthorized')
    }
    const url = new URL(req.url ?? '/', 'http://axis')
    const clip = Number(url.searchParams.get('clip') ?? Number.NaN)
    const action = `${req.method} ${url.pathname} ${url.searchParams.get('action') ?? ''}`.trim()
    switch (action) {
      case 'POST /axis-cgi/mediaclip.cgi upload': {
        const file = readForm(req.headers['content-type'] ?? '', body)
        if (url.searchParams.get('media') !== 'audio') return badRequest(res, 'media=audio is required')
        if (!file || file.bytes.length === 0) return badRequest(res, 'no file')
        if (clips.size >= mostClips) return badRequest(res, 'no room')
        const id = [...Array(mostClips).keys()].find(n => !clips.has(n)) ?? 0
        const added = { id, name: url.searchParams.get('name') ?? '', ...file }
        clips.set(id, added)
        uploads.push(added)
        note('uploaded', id)
        return text(res, 200, `OK\nuploaded=${id}\n`)
      }
      case 'GET /axis-cgi/playclip.cgi': {
        const how = failing
        failing = undefined
        if (how === 'not-ok') return text(res, 200, 'Error: audio device busy\n')
        if (how !== undefined) return text(res, how, 'failed')
        if (!clips.has(clip)) return badRequest(res, 'no such clip')
        note('playing', clip)
        return text(res, 200, `OK\nplaying=${clip}\n`)
      }
      case 'GET /axis-cgi/stopclip.cgi':
        note('stopping', null)
        return text(res, 200, 'OK\nstopping\n')
      case 'GET /axis-cgi/mediaclip.cgi remove':
        if (!clips.delete(clip)) return badRequest(res, 'no such clip')
        note('removed', clip)
        return text(res, 200, `OK\nremoved=${clip}\n`)
      default:
        return badRequest(res, 'unknown request')
    }
  }

  const server = createServer((req, res) => {
    answer(req, res).catch(error => badRequest(res, String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    ...account,
    acts,
    clips,
    uploads,
    failNextPlay(how) {
      failing = how
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  // Devices of this kind read no chunked bodies.
  if (req.headers['transfer-encoding'] !== undefined) throw new Error('a length is required')
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of req as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestUpload) throw new Error('too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

interface Gate {
  user: string
  password: string
  realm: string
  algorithm: 'MD5' | 'SHA-256'
}

/** Admits requests with a right Digest; else says what to be challenged with, and what was wrong where somebody tried. */
function digestGate({ user, password, realm, algorithm }: Gate) {
  const nonces = new Map<string, number>()
  const hash = (content: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(content)
      .digest('hex')

  const challenge = (stale: boolean) => {
    const nonce = randomBytes(16).toString('base64url')
    nonces.set(nonce, 0)
    return `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`
  }
  return (req: IncomingMessage): { challenge: string; why?: string } | undefined => {
    const header = req.headers.authorization
    if (header === undefined) return { challenge: challenge(false) }
    const refuse = (why: string, stale = false) => ({ challenge: challenge(stale), why })
    if (!header.startsWith('Digest ')) return refuse('not Digest')
    const fields = new Map(
      [...header.slice(7).matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(m => [m[1], m[2] ?? m[3] ?? '']),
    )
    const field = (name: string) => fields.get(name) ?? ''
    const uses = nonces.get(field('nonce'))
    if (uses === undefined || uses >= usesPerNonce) return refuse('stale nonce', true)
    if (field('username') !== user || field('realm') !== realm) return refuse('wrong account')
    if (field('uri') !== req.url) return refuse('the uri is not the one that was asked for')
    if (field('qop') !== 'auth' || field('cnonce') === '' || field('algorithm') !== algorithm)
      return refuse('wrong scheme')
    if (Number.parseInt(field('nc'), 16) !== uses + 1 || field('nc').length !== 8) return refuse('wrong count')
    const own = hash(`${user}:${realm}:${password}`)
    const what = hash(`${req.method}:${field('uri')}`)
    const expected = hash([own, field('nonce'), field('nc'), field('cnonce'), 'auth', what].join(':'))
    const [given, right] = [Buffer.from(field('response')), Buffer.from(expected)]
    if (given.length !== right.length || !timingSafeEqual(given, right)) return refuse('wrong password')
    nonces.set(field('nonce'), uses + 1)
    return undefined
  }
}

/** The one file of a multipart/form-data body (RFC 7578), every boundary in its place; undefined for anything else. */
function readForm(contentType: string, body: Buffer): { mime: string; bytes: Buffer } | undefined {
  const boundary = /^multipart\/form-data;\s*boundary=("?)([\w'()+,./:=?-]{1,70})\1$/.exec(contentType)?.[2]
  if (boundary === undefined) return undefined
  const open = Buffer.from(`--${boundary}\r\n`)
  const close = Buffer.from(`\r\n--${boundary}--\r\n`)
  if (!body.subarray(0, open.length).equals(open)) return undefined
  if (!body.subarray(-close.length).equals(close)) return undefined
  const headEnd = body.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = body.subarray(open.length, headEnd).toString('utf8')
  if (!/^content-disposition: form-data;.*\bname="[^"]+";\s*filename="[^"]+"/im.test(head)) return undefined
  const mime = /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'application/octet-stream'
  const bytes = body.subarray(headEnd + 4, body.length - close.length)
  return bytes.includes(`--${boundary}`) ? undefined : { mime, bytes }
}
