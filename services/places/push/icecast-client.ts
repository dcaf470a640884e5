import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

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
 * Opens a mount as its source (Icecast 2.4: PUT with Basic credentials, `Expect: 100-continue`, a body without length).
 * @throws IcecastRefused
 */
export async function openIcecast(mount: IcecastMount, signal: AbortSignal): Promise<IcecastSource> {
  const url = new URL(mount.url)
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'PUT',
    agent: false,
    signal,
    headers: {
      Authorization: `Basic ${Buffer.from(`${mount.user}:${mount.password}`).toString('base64')}`,
      'Content-Type': 'audio/mpeg',
      // Headers are Latin-1 on the wire; Icecast reads names as UTF-8 bytes.
      'Ice-Name': Buffer.from(mount.name, 'utf8').toString('latin1'),
      'Ice-Public': '0',
      'Ice-Bitrate': '64',
      'Ice-Audio-Info': 'ice-samplerate=44100;ice-bitrate=64;ice-channels=1',
      Expect: '100-continue',
      Connection: 'close',
    },
  })
  // Icecast reads the body as it is: no chunks.
  request.removeHeader('Transfer-Encoding')
  let lost: Error | undefined
  const losing = new Promise<never>((_, reject) => {
    const end = (error: Error) => {
      lost ??= error
      reject(lost)
    }
    request.on('error', error => end(lost ?? new IcecastRefused('unreachable', error)))
    request.on('response', response => {
      response.resume()
      const { statusCode = 0 } = response
      const code = statusCode === 401 ? 'wrong-password' : statusCode === 403 ? 'mount-in-use' : `http-${statusCode}`
      end(new IcecastRefused(code))
      request.destroy()
    })
    request.on('close', () => end(new IcecastRefused('connection-lost')))
  })
  losing.catch(() => undefined)
  request.setNoDelay(true)
  request.flushHeaders()
  const slow = AbortSignal.timeout(answerMs)
  await Promise.race([once(request, 'continue', { signal: slow }), losing]).catch(error => {
    request.destroy()
    throw slow.aborted ? new IcecastRefused('no-answer', error) : error
  })
  return {
    async write(piece) {
      if (lost) throw lost
      if (!request.write(piece)) await Promise.race([once(request, 'drain'), losing])
    },
    close: () => request.destroy(),
  }
}
