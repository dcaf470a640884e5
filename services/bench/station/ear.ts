import { createServer, type Socket } from 'node:net'
import { tcpFrames } from '../../station/sound/sinks.ts'

/** Notes what comes out of a player, by the machine's clock. */
export interface Ear {
  port: number
  /** Moments at which a file began after nothing, its silent lead counted. */
  begins: number[]
  /** Moments at which something became audible after at least {@link quietSeconds} without. */
  heard: number[]
  /** When sound came last. */
  lastSoundAt(): number
  close(): Promise<void>
}

/** A pause within a bulletin is shorter. */
const quietSeconds = 1.2
/** 16-bit samples under this are no sound to a person: -50 dB below full scale. */
const audible = 100
const headBytes = 5
const rate = 44_100

/** Listens to a `tcp:` sink in real time. */
export async function startEar(): Promise<Ear> {
  const ear: Notes = { begins: [], heard: [], lastSoundAt: 0 }
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', listener(ear))
    socket.write(Buffer.from([tcpFrames.ready]))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: address && typeof address === 'object' ? address.port : 0,
    begins: ear.begins,
    heard: ear.heard,
    lastSoundAt: () => ear.lastSoundAt,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

interface Notes {
  begins: number[]
  heard: number[]
  lastSoundAt: number
}

/** Reads the frames of one connection as they come, without waiting for a whole one. */
function listener(ear: Notes): (chunk: Buffer) => void {
  let head: Buffer = Buffer.alloc(0)
  let bodyLeft = 0
  let odd: Buffer = Buffer.alloc(0)
  let playing = false
  let quietSamples = Number.POSITIVE_INFINITY
  const listen = (bytes: Buffer) => {
    const pcm = odd.length > 0 ? Buffer.concat([odd, bytes]) : bytes
    const whole = pcm.length - (pcm.length % 2)
    for (let at = 0; at < whole; at += 2) {
      if (Math.abs(pcm.readInt16LE(at)) < audible) quietSamples += 1
      else {
        if (quietSamples > quietSeconds * rate) ear.heard.push(Date.now())
        quietSamples = 0
      }
    }
    odd = Buffer.from(pcm.subarray(whole))
  }
  return chunk => {
    let rest: Buffer = chunk
    while (rest.length > 0) {
      if (bodyLeft > 0) {
        const body = rest.subarray(0, bodyLeft)
        ear.lastSoundAt = Date.now()
        listen(body)
        bodyLeft -= body.length
        rest = rest.subarray(body.length)
        continue
      }
      const wanted = headBytes - head.length
      head = Buffer.concat([head, rest.subarray(0, wanted)])
      rest = rest.subarray(wanted)
      if (head.length < headBytes) return
      const count = head.readUInt32BE(1)
      const isSound = head.readUInt8(0) === tcpFrames.sound
      head = Buffer.alloc(0)
      if (isSound && !playing) ear.begins.push(Date.now())
      playing = isSound
      if (isSound) bodyLeft = count
      else quietSamples += count
    }
  }
}
