import { createServer, type Socket } from 'node:net'
import { tcpFrames } from '../../station/sound/sinks.ts'

/** Notes when sound begins, by the machine's clock. */
export interface Ear {
  port: number
  /** Moments at which sound came after silence. */
  begins: number[]
  close(): Promise<void>
}

/** Listens to a `tcp:` sink in real time. */
export async function startEar(): Promise<Ear> {
  const begins: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    let rest: Buffer = Buffer.alloc(0)
    let isSilent = true
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 5) {
        const count = rest.readUInt32BE(1)
        const isSound = rest.readUInt8(0) === tcpFrames.sound
        if (isSound && isSilent) begins.push(Date.now())
        isSilent = !isSound
        const length = isSound ? 5 + count : 5
        if (rest.length < length) {
          // The beginning was noted; what follows of the frame is not looked at.
          if (isSound) isSilent = false
          break
        }
        rest = rest.subarray(length)
      }
    })
    socket.write(Buffer.from([tcpFrames.ready]))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address && typeof address === 'object' ? address.port : 0,
    begins,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
