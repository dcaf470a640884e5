import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import type { Writable } from 'node:stream'
import { AppError } from '../../domain/errors.ts'
import { findTool } from '../../runtime/tools.ts'
import { bytesPerSample, sampleRate } from './pcm.ts'

/** Where sound goes. Every call resolves when the sink has taken what it was given, and rejects when it does not. */
export interface Sink {
  write(pcm: Buffer): Promise<void>
  silence(samples: number): Promise<void>
  /** Lets it finish what it has. */
  end(): Promise<void>
  kill(): void
  /** Called once when it dies by itself. */
  onFailed(tell: (why: string) => void): void
}

/** A kind of sink, ready to be opened as often as needed. */
export interface SinkKind {
  name: string
  /** True: silence between two sounds is told in one word when the next begins. False: it must be given as it passes. */
  countsSilence: boolean
  open(): Promise<Sink>
}

/**
 * Reads `--sink`.
 * @throws AppError setup.configuration, setup.tool-missing when `auto` finds no program
 */
export function sinkKind(choice: string): SinkKind {
  if (choice === 'auto') return commandKind(automatic())
  if (choice === 'none') return { name: 'none', countsSilence: true, open: async () => nowhere }
  const [, kind, rest = ''] = /^(wav|cmd|tcp):(.+)$/s.exec(choice) ?? []
  if (kind === 'wav') return { name: choice, countsSilence: true, open: async () => wavSink(rest) }
  if (kind === 'cmd') return commandKind(words(rest))
  const address = /^(.+):(\d{1,5})$/.exec(rest)
  if (kind === 'tcp' && address) {
    const [, host = '', port = ''] = address
    return { name: choice, countsSilence: true, open: () => tcpSink(host.replaceAll(/^\[|\]$/g, ''), Number(port)) }
  }
  throw new AppError('setup.configuration', {
    vi: `Không hiểu ngõ ra âm thanh "${choice}". Các dạng: auto, none, wav:TỆP, cmd:"LỆNH", tcp:MÁY:CỔNG.`,
    en: `Unknown sink "${choice}". Known: auto, none, wav:FILE, cmd:"COMMAND", tcp:HOST:PORT.`,
  })
}

/** Programs that take bare sound on standard input, the most direct first. */
const programs: [string, string[]][] = [
  ['aplay', ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(sampleRate), '-c', '1']],
  ['pw-cat', ['--playback', '--raw', '--rate', String(sampleRate), '--channels', '1', '--format', 's16', '-']],
  ['ffplay', ['-nodisp', '-loglevel', 'error', '-f', 's16le', '-ar', String(sampleRate), '-i', 'pipe:0']],
  [
    'mpv',
    [
      ...['--no-video', '--really-quiet', '--demuxer=rawaudio', '--demuxer-rawaudio-format=s16le'],
      ...[`--demuxer-rawaudio-rate=${sampleRate}`, '--demuxer-rawaudio-channels=1', '-'],
    ],
  ],
]

function automatic(): string[] {
  for (const [program, args] of programs) if (findTool(program)) return [program, ...args]
  throw new AppError('setup.tool-missing', {
    vi: 'Máy này chưa có chương trình phát âm thanh. Ông/Bà vui lòng cài bằng lệnh: sudo apt-get install -y alsa-utils',
    en: 'This machine has no program that plays sound. Install one with: sudo apt-get install -y alsa-utils',
  })
}

/** Splits a command line at blanks; quotes hold a word together. No shell ever sees it. */
export function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
}

const nowhere: Sink = {
  write: async () => {},
  silence: async () => {},
  end: async () => {},
  kill: () => {},
  onFailed: () => {},
}

function commandKind([program = '', ...args]: string[]): SinkKind {
  return { name: [program, ...args].join(' '), countsSilence: false, open: () => commandSink(program, args) }
}

function commandSink(program: string, args: string[]): Promise<Sink> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true })
    child.once('error', reject)
    child.once('spawn', () => {
      if (!child.stdin) return
      const sink = streamSink(child.stdin, () => child.kill('SIGKILL'))
      child.once('close', code => sink.fail(`${program} ended with ${code}`))
      resolve({
        ...sink,
        // A device that hangs at its end must not hold us; what it had is lost with it.
        async end() {
          const closed = new Promise<void>(done => child.once('close', () => done()))
          sink.leave()
          child.stdin?.end()
          const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
          await closed
          clearTimeout(timer)
        },
      })
    })
  })
}

/** Bare sound into a stream; silence is zeros. */
function streamSink(stream: Writable, kill: () => void) {
  let tell: ((why: string) => void) | undefined
  let failed: string | undefined
  let left = false
  const fail = (why: string) => {
    if (left || failed !== undefined) return
    failed = why
    tell?.(why)
  }
  const leave = () => {
    left = true
  }
  stream.on('error', error => fail(error.message))
  const write = (bytes: Buffer) =>
    new Promise<void>((resolve, reject) => {
      if (failed !== undefined) reject(new Error(failed))
      else stream.write(bytes, error => (error ? reject(error) : resolve()))
    })
  return {
    fail,
    leave,
    write,
    silence: (samples: number) => write(Buffer.alloc(samples * bytesPerSample)),
    kill: () => {
      leave()
      stream.destroy()
      kill()
    },
    onFailed: (listener: (why: string) => void) => {
      tell = listener
      if (failed !== undefined) listener(failed)
    },
  }
}

const wavHeaderBytes = 44

/** A file of all that was played, silence between two sounds included; its header is right at every moment. */
function wavSink(path: string): Sink {
  const fd = openSync(path, 'w')
  let size = 0
  const header = () => {
    const head = Buffer.alloc(wavHeaderBytes)
    head.write('RIFF', 0)
    head.writeUInt32LE(Math.min(36 + size, 0xffffffff), 4)
    head.write('WAVEfmt ', 8)
    head.writeUInt32LE(16, 16)
    head.writeUInt16LE(1, 20)
    head.writeUInt16LE(1, 22)
    head.writeUInt32LE(sampleRate, 24)
    head.writeUInt32LE(sampleRate * bytesPerSample, 28)
    head.writeUInt16LE(bytesPerSample, 32)
    head.writeUInt16LE(16, 34)
    head.write('data', 36)
    head.writeUInt32LE(Math.min(size, 0xffffffff), 40)
    writeSync(fd, head, 0, wavHeaderBytes, 0)
  }
  const put = async (bytes: Buffer) => {
    writeSync(fd, bytes, 0, bytes.length, wavHeaderBytes + size)
    size += bytes.length
    header()
  }
  header()
  return {
    write: put,
    async silence(samples) {
      for (let left = samples * bytesPerSample; left > 0; left -= 1 << 20)
        await put(Buffer.alloc(Math.min(left, 1 << 20)))
    },
    end: async () => closeSync(fd),
    kill: () => closeSync(fd),
    onFailed: () => {},
  }
}

/** What a `tcp:` sink says: a letter, a count (big-endian, 32 bits), and for sound the bytes. */
export const tcpFrames = { sound: 0x50, silence: 0x53, ready: 0x4b } as const
const largestSilence = 0xffffffff

/**
 * Sound to another program over TCP, such as a recorder: `P` + bytes + PCM, or `S` + number of silent samples. The other
 * side says `K` once it is ready to take them.
 */
function tcpSink(host: string, port: number): Promise<Sink> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.once('error', reject)
    socket.once('data', greeting => {
      if (greeting[0] !== tcpFrames.ready) return reject(new Error('no sound receiver there'))
      socket.off('error', reject)
      const sink = streamSink(socket, () => socket.destroy())
      socket.once('close', () => sink.fail('the receiver hung up'))
      const frame = (kind: number, count: number, body?: Buffer) => {
        const head = Buffer.alloc(5)
        head.writeUInt8(kind, 0)
        head.writeUInt32BE(count, 1)
        return sink.write(body ? Buffer.concat([head, body]) : head)
      }
      resolve({
        ...sink,
        write: pcm => frame(tcpFrames.sound, pcm.length, pcm),
        async silence(samples) {
          for (let left = samples; left > 0; left -= largestSilence) {
            await frame(tcpFrames.silence, Math.min(left, largestSilence))
          }
        },
        async end() {
          sink.leave()
          await new Promise<void>(done => socket.end(() => done()))
        },
      })
    })
  })
}
