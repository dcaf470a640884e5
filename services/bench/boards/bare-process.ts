import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BareQuestion } from './bare.ts'

/*
 * What node does by itself: the same two addresses, the same bytes, every manifest ready in memory before it is asked for,
 * no database, no check of who asks, nothing counted.
 */

interface Ready {
  version: string
  body: string
}

let boards: { access: string; own: string }[] = []
let ready = new Map<string, Ready>()
let next = new Map<string, Ready>()
const streams = new Map<string, ServerResponse>()

const event = (version: string) => `event: version\ndata: {"version":"${version}","urgent":true}\n\n`

function prepare(shared: string): Map<string, Ready> {
  return new Map(
    boards.map(({ access, own }) => {
      const rest = shared + own
      const version = createHash('sha256').update(rest).digest('hex').slice(0, 32)
      return [access, { version, body: `{"version":"${version}",${rest}` }]
    }),
  )
}

const server = createServer((req, res) => {
  const { url = '' } = req
  if (url.startsWith('/api/board/events?access=')) {
    const access = url.slice(25)
    res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' })
    res.write(`retry: 5000\n\n${event(ready.get(access)?.version ?? '')}`)
    streams.set(access, res)
    res.on('close', () => streams.delete(access))
    return
  }
  const manifest = ready.get((req.headers.authorization ?? '').slice(7))
  if (!manifest) {
    res.writeHead(401).end()
    return
  }
  const headers = { ETag: `"${manifest.version}"`, 'Cache-Control': 'private, no-cache' }
  if (req.headers['if-none-match'] === headers.ETag) {
    res.writeHead(304, headers).end()
    return
  }
  res.writeHead(200, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(manifest.body),
  })
  res.end(manifest.body)
})

process.on('message', (question: BareQuestion) => {
  switch (question.ask) {
    case 'boards':
      boards = question.boards
      ready = prepare(question.shared)
      break
    case 'prepare':
      next = prepare(question.shared)
      break
    case 'change':
      ready = next
      for (const [access, res] of streams) res.write(event(ready.get(access)?.version ?? ''))
      return
  }
  process.send?.({ port: (server.address() as AddressInfo).port })
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
