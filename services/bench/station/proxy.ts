import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** The network between a station and its server, which can be cut. */
export interface CuttingProxy {
  port: number
  /** Ends every connection and refuses new ones. */
  cut(): void
  mend(): void
  isCut(): boolean
  /** The next connection that brings more than so many bytes to the device breaks off there. */
  truncateNext(afterBytes: number): void
  /** A break-off is still to come. */
  isTruncating(): boolean
  close(): Promise<void>
}

/** Starts the proxy on loopback before a server's port. */
export async function startProxy(serverPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let isCut = false
  let truncateAfter: number | undefined

  const server = createServer(device => {
    if (isCut) {
      device.destroy()
      return
    }
    const upstream = connect(serverPort, '127.0.0.1')
    for (const socket of [device, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        device.destroy()
        upstream.destroy()
      })
    }
    let brought = 0
    device.pipe(upstream)
    upstream.on('data', chunk => {
      brought += chunk.length
      if (truncateAfter !== undefined && brought > truncateAfter) {
        const over = brought - truncateAfter
        truncateAfter = undefined
        device.write(chunk.subarray(0, Math.max(0, chunk.length - over)), () => device.destroy())
        return
      }
      device.write(chunk)
    })
    upstream.on('end', () => device.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend() {
      isCut = false
    },
    isCut: () => isCut,
    truncateNext(afterBytes) {
      truncateAfter = afterBytes
    },
    isTruncating: () => truncateAfter !== undefined,
    async close() {
      cut()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
