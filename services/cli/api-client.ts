import { createHash } from 'node:crypto'
import { readEnv } from '../../config/env.ts'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import type { Problem } from '../http/schemas.ts'

/** Signed in at a running instance; every call parses problem+json into the server's own sentence. */
export interface ApiClient {
  server: string
  get<T>(path: string): Promise<T>
  /** @param idempotencyKey makes a repeat of the same call harmless */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>
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
  return { server, get: path => call('GET', path), post: (path, body, key) => call('POST', path, body, key) }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' })
  } catch (cause) {
    throw new AppError(
      'provider.failed',
      {
        vi: `Không kết nối được tới ${new URL(url).origin}. Hãy kiểm tra hệ thống đang chạy và biến LOA_SERVER.`,
        en: `Nobody answers at ${new URL(url).origin}. Check that the instance is running, and LOA_SERVER.`,
      },
      { cause },
    )
  }
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
