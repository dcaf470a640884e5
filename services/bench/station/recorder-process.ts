import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { toMs } from '../../station/sound/pcm.ts'
import { tcpFrames } from '../../station/sound/sinks.ts'
import { type HeardSamples, indexSounds } from './match.ts'
import type { Heard, RecorderMessage, RecorderQuestion } from './recorder.ts'
import { decodeAll } from './sounds.ts'

/*
 * The independent ear: a process of its own that takes what a `tcp:` sink gives, writes it down, and says afterwards which
 * pieces of which files it was. It is given the files at the end and never hears of manifests or reports.
 */

/** Sound without a break, as it lies in the recording. */
interface Section {
  connection: number
  /** Samples since the connection was made, silence counted. */
  startSample: number
  samples: number
  fileOffset: number
}

const recording = join(process.argv[2] ?? '.', 'heard.pcm')
const fd = openSync(recording, 'w+')
let size = 0
const sections: Section[] = []
const waiting = new Map<number, () => void>()
let connections = 0

const say = (message: RecorderMessage) => process.send?.(message)

const server = createServer(socket => {
  const connection = connections++
  waiting.set(connection, () => socket.write(Buffer.from([tcpFrames.ready])))
  record(socket, connection)
  say({ connected: connection })
})

function record(socket: Socket, connection: number): void {
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  let section: Section | undefined
  socket.on('data', chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 5) {
      const kind = rest.readUInt8(0)
      const count = rest.readUInt32BE(1)
      if (kind === tcpFrames.silence) {
        position += count
        section = undefined
        rest = rest.subarray(5)
        continue
      }
      if (rest.length < 5 + count) break
      const pcm = rest.subarray(5, 5 + count)
      if (!section) {
        section = { connection, startSample: position, samples: 0, fileOffset: size }
        sections.push(section)
      }
      writeSync(fd, pcm, 0, pcm.length, size)
      size += pcm.length
      section.samples += count / 2
      position += count / 2
      rest = rest.subarray(5 + count)
    }
  })
  socket.on('error', () => {})
}

function samplesOf(section: Section): Int16Array {
  const bytes = Buffer.alloc(section.samples * 2)
  readSync(fd, bytes, 0, bytes.length, section.fileOffset)
  return new Int16Array(bytes.buffer, bytes.byteOffset, section.samples)
}

async function identify(files: { name: string; path: string }[]): Promise<void> {
  const sounds = []
  for (const { name, path } of files) {
    const pcm = await decodeAll(path)
    sounds.push({ name, samples: new Int16Array(pcm.buffer, pcm.byteOffset, Math.floor(pcm.length / 2)) })
  }
  const index = indexSounds(sounds)
  const heard: Heard[] = []
  let strange = 0
  for (const section of sections) {
    const found = index.identify(samplesOf(section))
    strange += found.strange
    heard.push(...found.stretches.map(stretch => named(section, stretch)))
  }
  say({ heard, strangeSamples: strange, seconds: size / 2 / 44_100 })
}

function named(section: Section, { name, fromSample, toSample, atSample }: HeardSamples): Heard {
  return {
    file: name,
    connection: section.connection,
    startedAtSample: section.startSample + atSample,
    fromMs: toMs(fromSample),
    toMs: toMs(toSample),
  }
}

process.on('message', (question: RecorderQuestion) => {
  if ('ready' in question) waiting.get(question.ready)?.()
  else if ('identify' in question) void identify(question.identify)
})
process.on('disconnect', () => {
  closeSync(fd)
  process.exit(0)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') say({ port: address.port })
})
