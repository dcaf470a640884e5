import { connect, type Socket } from 'node:net'

/*
 * The boards' end of the line on bare sockets: ten thousand of them in one process must cost less than the server that is
 * measured, which an HTTP client does not.
 */

/** Where a server listens on this machine. */
export interface Address {
  port: number
  /** Loopback address to call from: one has 28,000 ports, and closed connections keep theirs for a minute. */
  from: string
}

export interface StreamEvents {
  /** The field `retry`. */
  retry(ms: number): void
  poke(version: string, urgent: boolean): void
  /** Also after it could not be opened. Called once. */
  closed(status: number): void
}

/** Opens an event stream. */
export function openStream({ port, from }: Address, path: string, events: StreamEvents): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  let text = ''
  let status = 0
  socket.setNoDelay(true)
  socket.on('connect', () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`),
  )
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
    if (status === 0) {
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      status = Number(text.slice(9, 12))
      if (status !== 200) {
        socket.destroy()
        return
      }
      text = text.slice(end + 4)
    }
    const retry = /retry: (\d+)\n/.exec(text)
    if (retry) events.retry(Number(retry[1]))
    for (;;) {
      const found = /event: version\ndata: \{"version":"(\w*)","urgent":(\w+)\}\n\n/.exec(text)
      if (!found) break
      text = text.slice(found.index + found[0].length)
      events.poke(found[1] ?? '', found[2] === 'true')
    }
    // What keeps the connection open is no event.
    if (text.length > 4_096) text = text.slice(-1_024)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => events.closed(status))
  return socket
}

/** A whole answer. */
export interface Answer {
  status: number
  /** Lower case names. */
  header(name: string): string | undefined
  body: Buffer
}

/** One request on a connection of its own, as of a board that asks once a minute. */
export function ask({ port, from }: Address, head: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    const chunks: Buffer[] = []
    socket.setNoDelay(true)
    socket.on('connect', () => {
      const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
      socket.write(`${head}\r\nHost: 127.0.0.1\r\nConnection: close\r\n${length}\r\n${body}`)
    })
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      if (end < 0) return reject(new Error('an answer ended before its body'))
      const headers = all.toString('latin1', 0, end)
      const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1]?.trim()
      resolve({ status: Number(headers.slice(9, 12)), header, body: all.subarray(end + 4) })
    })
  })
}
