import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An open source connection to an Icecast mount: what is written is heard. */
export interface IcecastSource {
  /** Resolves when more may be written. @throws when the server has ended the connection */
  write(piece: Buffer): Promise<void>
  close(): void
}

/** Why a mount could not be opened: a code for the console. */
export class IcecastRefused extends Error {
  readonly code: string
  constructor(code: string, cause?: unknown) {
    super(`the Icecast server did not take the source (${code})`, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

export interface IcecastMount {
  /** Of the mount. */
  url: string
  user: string
  password: string
  /** Shown to listeners. */
  name: string
}

const answerMs = 10_000

/**
 * Opens a mount as its source (Icecast 2.4: PUT with Basic credentials, `Expect: 100-continue`, then sound until the
 * connection ends). On a socket of its own: Node's client cuts a body without length into chunks, which Icecast would
 * take for sound.
 * @throws IcecastRefused
 */
export async function openIcecast(mount: IcecastMount, signal: AbortSignal): Promise<IcecastSource> {
  const url = new URL(mount.url)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (secure ? 443 : 80)
  const socket: Socket = secure ? connectTls({ host, port, servername: host }) : connect({ host, port })
  socket.setNoDelay(true)
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  let lost: Error | undefined
  const losing = new Promise<never>((_, reject) => {
    const end = (code: string, cause?: unknown) => {
      lost ??= new IcecastRefused(code, cause)
      reject(lost)
    }
    socket.on('error', error => end('unreachable', error))
    socket.on('close', () => {
      signal.removeEventListener('abort', abort)
      end('connection-lost')
    })
  })
  losing.catch(() => undefined)
  const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), answerMs)
  try {
    await Promise.race([once(socket, secure ? 'secureConnect' : 'connect'), losing])
    socket.write(requestHead(url, mount))
    const status = await Promise.race([statusOf(socket), losing])
    if (status !== 100 && status !== 200) throw new IcecastRefused(refusals[status] ?? `http-${status}`)
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
  // What else the server says is of no interest, but must be read.
  socket.resume()
  return {
    async write(piece) {
      if (lost) throw lost
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), losing])
    },
    close: () => socket.destroy(),
  }
}

const refusals: Record<number, string> = { 401: 'wrong-password', 403: 'mount-in-use' }

function requestHead(url: URL, mount: IcecastMount): Buffer {
  const lines = [
    `PUT ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: Basic ${Buffer.from(`${mount.user}:${mount.password}`).toString('base64')}`,
    'User-Agent: Loa',
    'Content-Type: audio/mpeg',
    `Ice-Name: ${mount.name.replace(/[\r\n]+/g, ' ')}`,
    'Ice-Public: 0',
    'Ice-Bitrate: 64',
    'Ice-Audio-Info: ice-samplerate=44100;ice-bitrate=64;ice-channels=1',
    'Expect: 100-continue',
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8')
}

/** Status of the first answer. Nothing but its first line matters, which comes in one piece or two. */
async function statusOf(socket: Socket): Promise<number> {
  let head = ''
  while (!head.includes('\r\n') && head.length < 8_192) {
    const [piece] = (await once(socket, 'data')) as [Buffer]
    head += piece.toString('latin1')
  }
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
}
