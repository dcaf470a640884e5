import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { limitSlowBodies } from '../../../services/http/slow-bodies.ts'

let server: Server
let cut: string[]
beforeAll(async () => {
  cut = []
  server = createServer(async (req, res) => {
    const refused = /refused=(\d+)/.exec(req.url ?? '')?.[1]
    if (refused) {
      res.writeHead(Number(refused)).end()
      return
    }
    try {
      for await (const _ of req);
      res.end('taken')
    } catch {
      cut.push(req.url ?? '')
    }
  })
  limitSlowBodies(server, { requestMs: 200, uploadMs: 60_000 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

function slowly(path: string) {
  const { port } = server.address() as AddressInfo
  const req = request({ port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-length': 10 } })
  req.write('half.')
  return req
}

test('a request that never ends is cut; a list that is still being sent is not', async () => {
  expect(server.requestTimeout).toBe(0)
  const lists = ['/api/citizens/import?id=1', '/api/citizens/opt-outs/import'].map(slowly)
  const other = slowly('/api/announcements')
  const [error] = await once(other, 'error')
  expect((error as NodeJS.ErrnoException).code).toBe('ECONNRESET')
  for (const list of lists) {
    list.end('other')
    const [answer] = await once(list, 'response')
    expect(answer.statusCode).toBe(200)
    answer.resume()
  }
  expect(cut).toEqual(['/api/announcements'])
})

test('an answer given before the body has come does not leave the line open for ever', async () => {
  for (const path of ['/api/nowhere?refused=404', '/api/citizens/import?refused=401']) {
    const req = slowly(path)
    // What is still being sent is dropped; the line itself must end, or strangers could hold any number of them.
    const gone = new Promise(resolve => req.once('socket', socket => socket.once('close', resolve)))
    req.on('error', () => undefined)
    const [answer] = await once(req, 'response')
    answer.resume()
    await gone
  }
}, 5_000)
