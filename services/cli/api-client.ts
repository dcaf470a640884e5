import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readEnv } from '../../config/env.ts'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import type { Problem } from '../http/schemas.ts'

/** Signed in at a running instance; every call parses problem+json into the server's own sentence. */
export interface ApiClient {
  server: string
  get<T>(path: string): Promise<T>
  /** @param idempotencyKey makes a repeat of the same call harmless */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  /** Sends a file of this size as it is, without holding it in memory. */
  upload<T>(path: string, file: Readable, sizeBytes: number): Promise<T>
  /** The body of an answer, piece by piece. */
  download(path: string): Promise<AsyncIterable<Uint8Array>>
}

/**
 * Signs in with LOA_USER and LOA_PASSWORD at LOA_SERVER.
 * @throws AppError auth.required, provider.failed (nobody answers), or what the server says
 */
export async function signedInClient(): Promise<ApiClient> {
  const { env } = readEnv()
  const server = env.LOA_SERVER.replace(/\/$/, '')
  if (!env.LOA_USER || !env.LOA_PASSWORD) {
    throw new AppError('auth.required', {
      vi: 'Cần đặt LOA_USER và LOA_PASSWORD (tài khoản đăng nhập trang quản trị) để dùng lệnh này.',
      en: 'LOA_USER and LOA_PASSWORD (an account of the console) are needed for this command.',
    })
  }
  return await signIn(server, env.LOA_USER, env.LOA_PASSWORD)
}

/**
 * Signs in at a running instance.
 * @throws AppError provider.failed (nobody answers), or what the server says
 */
export async function signIn(server: string, email: string, password: string): Promise<ApiClient> {
  let cookie = ''
  const call = async <T>(method: string, path: string, body?: unknown, key?: string): Promise<T> => {
    const response = await reach(`${server}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        origin: server,
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw await asError(response)
    cookie =
      response.headers
        .getSetCookie()
        .map(c => c.split(';')[0])
        .join('; ') || cookie
    return (await response.json()) as T
  }
  await call('POST', '/api/auth/sign-in/email', { email, password })
  return {
    server,
    get: path => call('GET', path),
    post: (path, body, key) => call('POST', path, body, key),
    put: (path, body) => call('PUT', path, body),
    upload: (path, file, sizeBytes) => upload(new URL(`${server}${path}`), { cookie, origin: server }, file, sizeBytes),
    async download(path) {
      const response = await reach(`${server}${path}`, { headers: { origin: server, cookie } })
      if (!response.ok || !response.body) throw await asError(response)
      return response.body as AsyncIterable<Uint8Array>
    },
  }
}

/** By node:http: fetch sends a stream without its length, and the server shows how far an upload is of how much. */
async function upload<T>(url: URL, headers: Record<string, string>, file: Readable, sizeBytes: number): Promise<T> {
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: {
      ...headers,
      accept: 'application/json',
      'content-type': 'application/octet-stream',
      'content-length': sizeBytes,
    },
  })
  const answered = new Promise<Response>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', async message => {
      const pieces: Uint8Array[] = []
      try {
        for await (const piece of message) pieces.push(piece)
        resolve(new Response(Buffer.concat(pieces), { status: message.statusCode ?? 502 }))
      } catch (error) {
        reject(error)
      }
    })
  })
  try {
    // An answer may come before the end of the file: then it says why.
    const [response] = await Promise.all([answered, Promise.race([pipeline(file, request), answered])])
    if (!response.ok) throw await asError(response)
    return (await response.json()) as T
  } catch (cause) {
    throw cause instanceof AppError ? cause : unreachable(url.origin, cause)
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' })
  } catch (cause) {
    throw unreachable(new URL(url).origin, cause)
  }
}

function unreachable(server: string, cause: unknown): AppError {
  return new AppError(
    'provider.failed',
    {
      vi: `Không kết nối được tới ${server}. Hãy kiểm tra hệ thống đang chạy và biến LOA_SERVER.`,
      en: `Nobody answers at ${server}. Check that the instance is running, and LOA_SERVER.`,
    },
    { cause },
  )
}

async function asError(response: Response): Promise<AppError> {
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined
  const fields = problem?.errors?.map(e => `\n  ${e.path}: ${e.message}`).join('') ?? ''
  return new AppError((problem?.code ?? 'internal') as ErrorCode, {
    vi: `${problem?.detailVi ?? `Máy chủ trả lời ${response.status}.`}${fields}`,
    en: problem?.detail ?? `The server answered ${response.status}.`,
  })
}

/** A key that stands for the content: sending the same file twice is the same request. */
export function contentKey(purpose: string, content: string): string {
  return `${purpose}-${createHash('sha256').update(content).digest('hex').slice(0, 40)}`
}
