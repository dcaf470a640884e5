import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { LieKind } from './plan.ts'

/** The network between the board and its server: it tells lies, is cut, and writes down what got through. */
export interface BoardProxy {
  port: number
  /** Where the server is now; undefined while it is down. */
  leadTo(port: number | undefined): void
  cut(): void
  mend(): void
  lie(kind: LieKind | undefined): void
  /** Ends the event streams that stand, and nothing else. */
  dropStreams(): void
  streams(): number
  /** Bytes of event streams that have reached the board, and requests that were answered; for knowing when a poke has arrived. */
  told(): number
  /** Told of each manifest that went to the board whole and true; the body is absent for "unchanged". */
  onContact(callback: (at: number, body: string | undefined) => void): void
  /** Requests of the page that did not say at which simulated time they were made, by path. */
  untimed: Map<string, number>
  requests(): number
  close(): Promise<void>
}

const loginPage = '<!doctype html><title>Wi-Fi</title><h1>Đăng nhập Wi-Fi</h1><p>Vui lòng chấp nhận điều khoản.</p>'

/**
 * Starts the proxy on loopback.
 * @param onTime told the simulated time of each request, which the page writes into a header
 * @param nowMs simulated time
 */
export async function startBoardProxy(onTime: (ms: number) => void, nowMs: () => number): Promise<BoardProxy> {
  const sockets = new Set<Socket>()
  const streams = new Set<ServerResponse>()
  const silent = new Set<ServerResponse>()
  let contact: (at: number, body: string | undefined) => void = () => undefined
  const untimed = new Map<string, number>()
  let upstream: number | undefined
  let isCut = false
  let lie: LieKind | undefined
  let told = 0
  let requests = 0

  const server = createServer((req, res) => {
    requests++
    const path = req.url ?? '/'
    const time = req.headers['x-loa-bench']
    if (typeof time === 'string') onTime(Number(time))
    else if (path.startsWith('/api/')) untimed.set(path, (untimed.get(path) ?? 0) + 1)
    delete req.headers['x-loa-bench']
    res.on('error', () => undefined)
    if (isCut || (upstream === undefined && lie !== 'portal')) {
      req.socket.destroy()
      return
    }
    if (lie && isLiedTo(lie, path)) {
      req.resume()
      if (lie === 'silence') silent.add(res)
      else answerFalsely(lie, res)
      return
    }
    forward(req, res, path)
  })
  server.on('connection', socket => {
    if (isCut) socket.destroy()
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.keepAliveTimeout = 60_000

  const forward = (req: IncomingMessage, res: ServerResponse, path: string) => {
    const isManifest = path.split('?')[0] === '/api/board/manifest'
    const kind = lie
    const headers: IncomingMessage['headers'] = { ...req.headers, connection: 'close' }
    const onward: ClientRequest = request(
      { host: '127.0.0.1', port: upstream, method: req.method, path, headers },
      answer => {
        const { connection: _c, 'transfer-encoding': _t, ...rest } = answer.headers
        const isStream = String(rest['content-type'] ?? '').startsWith('text/event-stream')
        if (isManifest) return takeManifest(answer, res, rest, kind)
        res.writeHead(answer.statusCode ?? 502, rest)
        if (isStream) {
          streams.add(res)
          res.flushHeaders()
          res.on('close', () => streams.delete(res))
        }
        answer.on('data', chunk => {
          told++
          res.write(chunk)
        })
        answer.on('end', () => {
          told++
          res.end()
        })
        answer.on('error', () => res.destroy())
      },
    )
    // A server that died in the middle: the connection breaks, nothing else is said.
    onward.on('error', () => res.destroy())
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  }

  /** Only what arrives whole and true counts as a contact. */
  const takeManifest = (
    answer: IncomingMessage,
    res: ServerResponse,
    headers: IncomingMessage['headers'],
    kind: LieKind | undefined,
  ) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', () => res.destroy())
    answer.on('end', () => {
      told++
      const body = Buffer.concat(chunks)
      const { 'content-length': _length, ...rest } = headers
      if (kind === 'half' && answer.statusCode === 200) {
        res.writeHead(200, rest)
        res.end(body.subarray(0, body.length / 2))
        return
      }
      res.writeHead(answer.statusCode ?? 502, rest)
      res.end(answer.statusCode === 304 ? undefined : body, () => {
        if (answer.statusCode === 200) contact(nowMs(), body.toString('utf8'))
        if (answer.statusCode === 304) contact(nowMs(), undefined)
      })
    })
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      if (port === undefined) for (const socket of sockets) socket.destroy()
      upstream = port
    },
    cut,
    mend() {
      isCut = false
    },
    lie(kind) {
      lie = kind
      if (kind === 'portal') for (const socket of sockets) socket.destroy()
      for (const res of silent) res.destroy()
      silent.clear()
    },
    dropStreams() {
      for (const res of streams) res.destroy()
    },
    streams: () => streams.size,
    told: () => told,
    onContact(callback) {
      contact = callback
    },
    untimed,
    requests: () => requests,
    async close() {
      cut()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** `half` is made from the true answer. A portal answers everything, the player's own page too. */
function isLiedTo(lie: LieKind, path: string): boolean {
  if (lie === 'portal') return true
  if (lie === 'half') return false
  return path.startsWith('/api/board/') && !path.startsWith('/api/board/events')
}

function answerFalsely(lie: LieKind, res: ServerResponse): void {
  const json = (status: number, body: string) => res.writeHead(status, { 'content-type': 'application/json' }).end(body)
  switch (lie) {
    case 'portal':
    case 'html':
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(loginPage)
      break
    case 'status-500':
      json(500, '{"title":"Lỗi","status":500}')
      break
    case 'garbage':
      json(200, 'không phải JSON \u0000 {')
      break
    case 'wrong-shape':
      json(200, '{"version":"x","board":{},"settings":{},"items":[{"title":1}],"emergency":[]}')
      break
    case 'empty':
      json(200, '')
      break
    default:
      res.destroy()
  }
}
