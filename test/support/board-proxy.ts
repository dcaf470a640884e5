import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to an answer on its way: `undefined` lets it pass. */
export type Fault = (req: IncomingMessage, res: ServerResponse) => boolean

export interface BoardProxy {
  url: string
  /** Paths asked for, newest last. */
  asked: string[]
  /** Answers in the server's place where it returns true; null: nothing is touched. */
  fault: Fault | null
  close(): Promise<void>
}

/**
 * Stands between a board and its server, as a bad line, a captive portal or a half-replaced server would. Everything that is
 * not answered here passes byte for byte, streams included.
 */
export async function boardProxy(target: string): Promise<BoardProxy> {
  const asked: string[] = []
  const proxy: BoardProxy = { url: '', asked, fault: null, close: async () => undefined }
  const server = createServer((req, res) => {
    asked.push(req.url ?? '')
    if (proxy.fault?.(req, res)) return
    const onward = request(
      `${target}${req.url}`,
      { method: req.method, headers: { ...req.headers, host: new URL(target).host } },
      answer => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
        answer.on('error', () => res.destroy())
      },
    )
    onward.on('error', () => res.destroy())
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  proxy.close = () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return proxy
}

/** Answers every request for `path` with this. */
export function answering(path: string, status: number, type: string, body: string): Fault {
  return (req, res) => {
    if ((req.url ?? '').split('?')[0] !== path) return false
    res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
    return true
  }
}
