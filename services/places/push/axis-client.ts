import { createHash, randomBytes } from 'node:crypto'
import { withTimeout } from '../../runtime/signals.ts'

/** Why a device did not do what was asked: a code for the console. */
export class AxisRefused extends Error {
  readonly code: string
  constructor(code: string, cause?: unknown) {
    super(`the loudspeaker did not take it (${code})`, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

export interface AxisDevice {
  url: string
  user: string
  password: string
}

/** A network loudspeaker that plays clips (VAPIX media clip API). */
export interface AxisClient {
  /** @returns the number of the clip on the device */
  upload(name: string, mp3: Buffer, signal: AbortSignal): Promise<string>
  play(clip: string, signal: AbortSignal): Promise<void>
  stop(signal: AbortSignal): Promise<void>
  remove(clip: string, signal: AbortSignal): Promise<void>
}

/** For question, challenge and answer; a clip may have to be sent twice. */
const exchangeMs = 120_000

/** Requests by HTTP Digest (RFC 7616); a password never leaves in the clear. @throws AxisRefused from every call */
export function axisClient(device: AxisDevice): AxisClient {
  const call = async (method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: Body): Promise<string> => {
    const { signal: stop, release } = withTimeout(signal, exchangeMs)
    return await exchange(method, path, stop, body).finally(release)
  }
  const exchange = async (method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: Body): Promise<string> => {
    const url = new URL(path, device.url)
    const send = (authorization?: string) =>
      fetch(url, {
        method,
        redirect: 'error',
        signal,
        headers: { ...(body && { 'Content-Type': body.type }), ...(authorization && { Authorization: authorization }) },
        ...(body && { body: new Uint8Array(body.bytes) }),
      }).catch(error => {
        throw new AxisRefused('unreachable', error)
      })
    let response = await send()
    if (response.status === 401) {
      const challenge = readChallenge(response.headers.get('www-authenticate') ?? '')
      await response.body?.cancel()
      if (!challenge) throw new AxisRefused('no-digest')
      response = await send(answerTo(challenge, device, method, `${url.pathname}${url.search}`))
    }
    const text = (await response.text()).slice(0, 1_000)
    if (response.status === 401) throw new AxisRefused('wrong-password')
    if (!response.ok) throw new AxisRefused(`http-${response.status}`)
    // Some faults come with status 200; only this word means that it was done.
    if (!/^OK\b/.test(text.trim())) throw new AxisRefused('not-ok')
    return text
  }
  return {
    async upload(name, mp3, signal) {
      const query = new URLSearchParams({ action: 'upload', media: 'audio', name })
      const text = await call('POST', `/axis-cgi/mediaclip.cgi?${query}`, signal, formOf(name, mp3))
      const clip = /uploaded=(\d+)/.exec(text)?.[1]
      if (clip === undefined) throw new AxisRefused('not-ok')
      return clip
    },
    async play(clip, signal) {
      await call('GET', `/axis-cgi/playclip.cgi?${new URLSearchParams({ clip })}`, signal)
    },
    async stop(signal) {
      await call('GET', '/axis-cgi/stopclip.cgi', signal)
    },
    async remove(clip, signal) {
      await call('GET', `/axis-cgi/mediaclip.cgi?${new URLSearchParams({ action: 'remove', clip })}`, signal)
    },
  }
}

interface Body {
  type: string
  bytes: Buffer
}

/** One file as multipart/form-data. Written out: the length must be known, since such devices read no chunks. */
function formOf(name: string, mp3: Buffer): Body {
  const boundary = `loa-${randomBytes(12).toString('hex')}`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head), mp3, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { type: `multipart/form-data; boundary=${boundary}`, bytes }
}

interface Challenge {
  realm: string
  nonce: string
  opaque: string | undefined
  algorithm: 'MD5' | 'SHA-256'
  qop: boolean
}

/** The Digest challenge of a response; undefined for Basic, for another hash, and for nonsense. */
function readChallenge(header: string): Challenge | undefined {
  const digest = /Digest\s+(.*)/i.exec(header)?.[1]
  if (digest === undefined) return undefined
  const field = (name: string) =>
    new RegExp(`(?:^|[,\\s])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,]+))`, 'i')
      .exec(digest)
      ?.slice(1)
      .find(v => v !== undefined)
  const [realm, nonce] = [field('realm'), field('nonce')]
  const algorithm = (field('algorithm') ?? 'MD5').toUpperCase()
  if (realm === undefined || nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return undefined
  const qop = field('qop')
  if (qop !== undefined && !qop.split(/\s*,\s*/).includes('auth')) return undefined
  return { realm, nonce, opaque: field('opaque'), algorithm, qop: qop !== undefined }
}

function answerTo(challenge: Challenge, device: AxisDevice, method: string, uri: string): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const cnonce = randomBytes(12).toString('hex')
  const own = hash(`${device.user}:${realm}:${device.password}`)
  const what = hash(`${method}:${uri}`)
  const response = qop ? hash(`${own}:${nonce}:00000001:${cnonce}:auth:${what}`) : hash(`${own}:${nonce}:${what}`)
  const quoted = { username: device.user, realm, nonce, uri, response, ...(opaque !== undefined && { opaque }) }
  const parts = Object.entries(quoted).map(([name, value]) => `${name}="${value.replace(/(["\\])/g, '\\$1')}"`)
  return `Digest ${[...parts, `algorithm=${algorithm}`, ...(qop ? [`qop=auth, nc=00000001, cnonce="${cnonce}"`] : [])].join(', ')}`
}
