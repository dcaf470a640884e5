import { setTimeout as pause } from 'node:timers/promises'
import { withTimeout } from '../../../services/runtime/signals.ts'
import { type VoiceTrouble, voiceFailed } from './failure.ts'

/** A vendor of speech, as it is named in ids and in sentences. */
export interface Engine {
  id: string
  name: string
}

export interface VoiceRequest {
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  signal: AbortSignal
  /** For the whole exchange, the last byte of the answer included. */
  timeoutMs: number
  /** More than this is not read: the answer is no speech of the text that was sent. */
  maxBytes: number
}

export interface VoiceAnswer {
  status: number
  /** Media type without parameters, lower case; empty when the vendor names none. */
  type: string
  body: Buffer
}

/** What certainly made nothing at the vendor is tried again so often; whatever may have been spoken costs money twice. */
const repeats = 2
const firstWaitMs = 300
const longestWaitMs = 5_000

/**
 * One exchange with a vendor, which reads no more than `maxBytes`, follows no redirect (the key would travel with it)
 * and ends in time. Tries again where the request never arrived, or was turned away for the pace (429, 503).
 * @returns the answer, whatever its status
 * @throws AppError audio.failed (unreachable, timeout, lost, too-long), or the signal's reason
 */
export async function callVoice(engine: Engine, request: VoiceRequest): Promise<VoiceAnswer> {
  const endMs = performance.now() + request.timeoutMs
  for (let attempt = 0; ; attempt++) {
    const outcome = await once(engine, request, Math.max(1, endMs - performance.now()))
    if ('answer' in outcome && outcome.waitMs === undefined) return outcome.answer
    const waitMs = Math.min(longestWaitMs, outcome.waitMs ?? firstWaitMs * 3 ** attempt)
    if (attempt >= repeats || performance.now() + waitMs >= endMs) {
      if ('answer' in outcome) return outcome.answer
      throw voiceFailed(engine, 'unreachable', outcome.detail)
    }
    await pause(waitMs, undefined, { signal: request.signal }).catch(() => request.signal.throwIfAborted())
  }
}

type Outcome = { answer: VoiceAnswer; waitMs?: number } | { detail: string; waitMs?: undefined }

async function once(engine: Engine, request: VoiceRequest, timeoutMs: number): Promise<Outcome> {
  request.signal.throwIfAborted()
  const { signal: stop, release } = withTimeout(request.signal, timeoutMs)
  const stopped = new Promise<never>((_resolve, reject) => {
    stop.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
  })
  const exchanged = exchange(engine, request, stop)
  exchanged.catch(() => undefined)
  try {
    return await Promise.race([exchanged, stopped])
  } catch (error) {
    request.signal.throwIfAborted()
    if (stop.aborted) throw voiceFailed(engine, 'timeout', `${Math.round(timeoutMs)} ms`)
    const code = causeCode(error)
    if (code === undefined) throw error
    if (neverLeft.has(code)) return { detail: code }
    throw voiceFailed(engine, 'lost', code)
  } finally {
    release()
  }
}

async function exchange(engine: Engine, request: VoiceRequest, signal: AbortSignal): Promise<Outcome> {
  const response = await fetch(request.url, {
    method: request.method,
    redirect: 'manual',
    signal,
    ...(request.headers && { headers: request.headers }),
    ...(request.body !== undefined && { body: request.body }),
  })
  const body = await readUpTo(engine, response, request.maxBytes)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const answer = { status: response.status, type, body }
  if (response.status !== 429 && response.status !== 503) return { answer }
  const seconds = Number(response.headers.get('retry-after') || Number.NaN)
  // A vendor that names a long wait has said no for this bulletin.
  if (seconds * 1_000 > longestWaitMs) return { answer }
  return { answer, waitMs: Number.isFinite(seconds) ? seconds * 1_000 : firstWaitMs }
}

/** Failures before any byte of the request has left this machine. */
const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The code below fetch's own `TypeError: fetch failed`; undefined for what is no network trouble. */
function causeCode(error: unknown): string | undefined {
  if (!(error as { cause?: unknown } | undefined)?.cause) return undefined
  const { code, name } = (error as { cause: { code?: unknown; name?: unknown } }).cause
  // Where several addresses were tried the cause is an AggregateError, with a code of its own.
  return [code, name].find(text => typeof text === 'string') as string | undefined
}

async function readUpTo(engine: Engine, response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest of the answer.
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw voiceFailed(engine, 'too-long', `more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** What a status other than success means. */
export function troubleOfStatus(status: number): VoiceTrouble {
  if (status === 401 || status === 403) return 'auth'
  if (status === 402 || status === 429) return 'quota'
  if (status >= 300 && status < 400) return 'answer'
  return status >= 500 ? 'server' : 'refused'
}

/** The object in a JSON answer. @throws AppError audio.failed (html, empty, answer) */
export function readJson(engine: Engine, answer: VoiceAnswer): Record<string, unknown> {
  const text = answer.body.toString('utf8').trim()
  if (text === '') throw voiceFailed(engine, 'empty', `status ${answer.status}`)
  if (text.startsWith('<')) throw voiceFailed(engine, 'html', `status ${answer.status}`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below in one way for all that is no object.
  }
  throw voiceFailed(engine, 'answer', `status ${answer.status}, no JSON`)
}

/** A vendor's own code, short and plain enough for a log line; its sentences may quote the text or the key. */
export function plainCode(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  return /^[\w.-]{1,40}$/.test(text) ? text : 'no code'
}
