import type { Problem } from '../../../../http/schemas.ts'

/** A refused or failed request. `problem` is absent when the server could not be reached or did not answer in JSON. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number
  readonly problem: Problem | undefined

  constructor(status: number, problem?: Problem) {
    super(problem?.detail ?? `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.problem = problem
  }
}

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON, unless it is a Blob or text with its own `contentType`. */
  body?: unknown
  contentType?: string
  /** Makes a repeat of the same request harmless. Keep one key for all tries of one intention. */
  idempotencyKey?: string
  signal?: AbortSignal
}

/**
 * One request to the API of this server.
 * @throws ApiError for every answer that is not a success, and for no answer
 */
export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const { method = 'GET', body, contentType, idempotencyKey, signal } = options
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = contentType ?? 'application/json'
  if (idempotencyKey) headers['Idempotency-Key'] = idempotencyKey
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: contentType ? (body as BodyInit) : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0)
  }
  const json = await readJson(response)
  if (!response.ok) throw new ApiError(response.status, isProblem(json) ? json : undefined)
  return json as T
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'detailVi' in value && 'code' in value
}

/** A fresh key for one intention of the user. */
export function newKey(): string {
  // randomUUID needs a secure context; a training server reached by plain http on the office network has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** `?a=1&b=2` of the values that are set. */
export function query(values: Record<string, string | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) if (value) search.set(key, value)
  const text = search.toString()
  return text ? `?${text}` : ''
}
