import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { FaultRule, Faults } from './faults.ts'
import { BodyTooLarge, readBody, sendJson } from './http.ts'
import type { SimulatorRecord } from './record.ts'
import { oddSound, type SoundOrder, speakSound } from './speech-sound.ts'
import { createTimers } from './timers.ts'
import type { SpeechVendor } from './vendors.ts'

/** Shaped like FPT.AI (version 5), Viettel AI and Google's text:synthesize; the sound is espeak-ng's. */
export interface SpeechApi {
  /** True when the request is one of these vendors'. */
  takes(url: URL): boolean
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>
  close(): void
}

export interface SpeechCredentials {
  fptKey: string
  viettelToken: string
  googleKey: string
}

export const speechPaths = {
  fpt: '/hmi/tts/v5',
  fptFiles: '/text2speech-v5/',
  viettel: '/tts/speech_synthesis',
  google: '/v1/text:synthesize',
} as const

/** How an answer of one vendor looks; what goes wrong with them is the same. */
interface Dialect {
  vendor: SpeechVendor
  voice: string
  text: string
  sound: Omit<SoundOrder, 'text'>
  giveSound(sound: Buffer, type: string): void
  refuse(kind: 'auth' | 'quota' | 'text'): void
}

const bodyLimit = 100_000
/** Files that were ordered and not yet forgotten; a training day needs no more. */
const filesKept = 200
const defaultDelayMs = 2_000

const viettelSchema = z.object({
  text: z.string(),
  voice: z.string().default('hn-quynhanh'),
  speed: z.number().min(0.5).max(2).default(1),
  tts_return_option: z.number().default(3),
  token: z.string().default(''),
})
const googleSchema = z.object({
  input: z.object({ text: z.string() }),
  voice: z.object({ languageCode: z.string(), name: z.string().default('vi-VN-Standard-A') }),
  audioConfig: z.object({
    audioEncoding: z.enum(['LINEAR16', 'MP3']),
    speakingRate: z.number().min(0.25).max(2).default(1),
  }),
})

/** @param deps.now clock by which ordered files become ready */
export function createSpeechApi(deps: {
  credentials: SpeechCredentials
  record: SimulatorRecord
  faults: Faults
  now: () => Date
}): SpeechApi {
  const { credentials, record, faults } = deps
  const timers = createTimers()
  const files = new Map<string, { readyAt: number; serve: (req: IncomingMessage, res: ServerResponse) => void }>()

  function sendSound(res: ServerResponse, bytes: Buffer | string, type: string): void {
    res.writeHead(200, {
      'content-type': type,
      'content-length': Buffer.byteLength(bytes),
      'cache-control': 'no-store',
    })
    res.end(bytes)
  }

  async function answer(req: IncomingMessage, res: ServerResponse, dialect: Dialect): Promise<void> {
    const { vendor, voice, text } = dialect
    const rule = faults.decide('speech', 'answer', voice, vendor)
    const slow = faults.decide('speech', 'delay', voice, vendor)
    const pauseMs = faults.settings().latencyMs + (slow ? (slow.delayMs ?? defaultDelayMs) : 0)
    await timers.pause(pauseMs)
    if (rule) return misbehave(rule, req, res, dialect)
    record.speech[vendor].calls += 1
    record.speech[vendor].characters += text.length
    record.changed()
    const type = dialect.sound.format === 'mp3' ? 'audio/mpeg' : 'audio/wav'
    dialect.giveSound(await speakSound({ ...dialect.sound, text }), type)
  }

  async function misbehave(
    rule: FaultRule,
    req: IncomingMessage,
    res: ServerResponse,
    dialect: Dialect,
  ): Promise<void> {
    record.refuse('speech', rule.kind.replace('speech.', ''))
    const { giveSound } = dialect
    const kind = rule.kind as Extract<FaultRule['kind'], `speech.${string}`>
    switch (kind) {
      case 'speech.auth':
        return dialect.refuse('auth')
      case 'speech.quota':
        return dialect.refuse('quota')
      case 'speech.server-error':
        return sendJson(res, 500, { error: 'Internal error' })
      case 'speech.unavailable':
        return sendJson(res, 503, { error: 'Unavailable' }, { 'retry-after': String(rule.retryAfterSeconds ?? 1) })
      case 'speech.drop':
        req.socket.destroy()
        return
      case 'speech.no-answer':
        return
      case 'speech.json-error':
        return sendJson(res, 200, { code: 1, message: 'Internal failure' })
      case 'speech.empty':
        return giveSound(Buffer.alloc(0), 'audio/mpeg')
      case 'speech.html':
        return giveSound(Buffer.from('<!doctype html><title>Bảo trì</title><p>Hệ thống đang bảo trì.'), 'text/html')
      case 'speech.garbage':
        return giveSound(Buffer.concat([Buffer.from('ID3\u0003'), randomBytes(20_000)]), 'audio/mpeg')
      case 'speech.silence':
        return giveSound(await oddSound('silence', 3, 'mp3'), 'audio/mpeg')
      case 'speech.long':
        return giveSound(await oddSound('tone', 3_600, 'mp3'), 'audio/mpeg')
      case 'speech.short':
        return giveSound(await speakSound({ ...dialect.sound, text: 'ờ' }), 'audio/mpeg')
      case 'speech.link-elsewhere':
        return sendJson(res, 200, { error: 0, async: 'http://192.0.2.1/text2speech-v5/a.mp3', request_id: 'a' })
      case 'speech.link-never':
        return order(res, Number.POSITIVE_INFINITY, () => {})
      case 'speech.slow':
        // Acts at its own stage, above.
        return
    }
  }

  /** Keeps what will be under a link, and answers with it. */
  function order(
    res: ServerResponse,
    readyAt: number,
    serve: (req: IncomingMessage, res: ServerResponse) => void,
  ): void {
    const name = `${randomBytes(16).toString('hex')}.mp3`
    files.set(name, { readyAt, serve })
    for (const old of files.keys()) {
      if (files.size <= filesKept) break
      files.delete(old)
    }
    const origin = `http://127.0.0.1:${res.socket?.localPort}`
    const message = 'The content will be returned after a few seconds under the async link.'
    sendJson(res, 200, { async: `${origin}${speechPaths.fptFiles}${name}`, error: 0, message, request_id: name })
  }

  async function fpt(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const header = (name: string) => String(req.headers[name] ?? '')
    const text = await readBody(req, bodyLimit)
    const speed = Number(header('speed') || '0')
    const dialect: Dialect = {
      vendor: 'fpt',
      voice: header('voice') || 'banmai',
      text,
      sound: { voice: espeakVoice(header('voice')), factor: 1 + speed / 6, format: 'mp3' },
      giveSound: (sound, type) =>
        order(res, deps.now().getTime() + faults.settings().speechReadyMs, (_req, answering) =>
          sendSound(answering, sound, type),
        ),
      refuse(kind) {
        if (kind === 'auth') sendJson(res, 401, { message: 'Invalid authentication credentials' })
        else if (kind === 'quota') sendJson(res, 429, { message: 'API rate limit exceeded' }, { 'retry-after': '3600' })
        else sendJson(res, 200, { error: 1, message: 'Text length must be from 3 to 5000 characters' })
      },
    }
    if (!sameText(header('api-key'), credentials.fptKey)) return refuseKey(dialect)
    const known = Number.isInteger(speed) && Math.abs(speed) <= 3
    if (text.length < 3 || text.length > 5_000 || !known) return dialect.refuse('text')
    await answer(req, res, dialect)
  }

  function fptFile(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const file = files.get(url.pathname.slice(speechPaths.fptFiles.length))
    if (file && deps.now().getTime() >= file.readyAt) file.serve(req, res)
    else {
      res.writeHead(404, { 'content-type': 'application/xml' })
      res.end('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>')
    }
  }

  async function viettel(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const parsed = viettelSchema.safeParse(readObject(await readBody(req, bodyLimit)))
    const say = (status: number, message: string) => sendJson(res, status, { code: status, message })
    if (!parsed.success) return say(400, 'Bad request')
    const { text, voice, speed, token, tts_return_option } = parsed.data
    const dialect: Dialect = {
      vendor: 'viettel',
      voice,
      text,
      sound: { voice: espeakVoice(voice), factor: speed, format: tts_return_option === 2 ? 'wav' : 'mp3' },
      giveSound: (sound, type) => sendSound(res, sound, type),
      refuse(kind) {
        const [status, message] = { auth: [401, 'Bad token'], quota: [429, 'Quota'], text: [400, 'Bad text'] }[
          kind
        ] as [number, string]
        say(status, message)
      },
    }
    if (!sameText(token, credentials.viettelToken)) return refuseKey(dialect)
    if (text.trim() === '') return dialect.refuse('text')
    await answer(req, res, dialect)
  }

  async function google(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const parsed = googleSchema.safeParse(readObject(await readBody(req, bodyLimit)))
    const say = (code: number, status: string, reason: string) =>
      sendJson(res, code, { error: { code, message: status, status, details: [{ reason }] } })
    if (!parsed.success) return say(400, 'INVALID_ARGUMENT', 'BAD_REQUEST')
    const { input, voice, audioConfig } = parsed.data
    const dialect: Dialect = {
      vendor: 'google',
      voice: voice.name,
      text: input.text,
      sound: {
        voice: espeakVoice(voice.name),
        factor: audioConfig.speakingRate,
        format: audioConfig.audioEncoding === 'MP3' ? 'mp3' : 'wav',
      },
      giveSound: sound => sendJson(res, 200, { audioContent: sound.toString('base64') }),
      refuse(kind) {
        if (kind === 'quota') say(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED')
        else say(400, 'INVALID_ARGUMENT', kind === 'auth' ? 'API_KEY_INVALID' : 'TEXT_TOO_LONG')
      },
    }
    const key = String(req.headers['x-goog-api-key'] ?? url.searchParams.get('key') ?? '')
    if (!sameText(key, credentials.googleKey)) return refuseKey(dialect)
    if (input.text === '' || Buffer.byteLength(input.text) > 5_000) return dialect.refuse('text')
    await answer(req, res, dialect)
  }

  function refuseKey(dialect: Dialect): void {
    record.refuse('speech', 'auth')
    dialect.refuse('auth')
  }

  return {
    takes: ({ pathname }) =>
      pathname.startsWith(speechPaths.fptFiles) || Object.values(speechPaths).some(path => path === pathname),
    async handle(req, res, url) {
      try {
        if (url.pathname.startsWith(speechPaths.fptFiles)) return fptFile(req, res, url)
        if (req.method !== 'POST') return sendJson(res, 405, { error: 'Method not allowed' })
        if (url.pathname === speechPaths.fpt) await fpt(req, res)
        else if (url.pathname === speechPaths.viettel) await viettel(req, res)
        else await google(req, res, url)
      } catch (error) {
        if (error instanceof BodyTooLarge) return sendJson(res, 413, { error: 'Body too large' })
        throw error
      }
    },
    close() {
      files.clear()
      timers.close()
    },
  }
}

/** Central and Southern voices by the vendors' names; Northern for all others. */
function espeakVoice(name: string): SoundOrder['voice'] {
  if (/^(hue-|myan|giahuy|ngoclam)/.test(name)) return 'vi-vn-x-central'
  return /^(hcm-|lannhi|linhsan)/.test(name) ? 'vi-vn-x-south' : 'vi'
}

function readObject(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
