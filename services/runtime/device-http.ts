import type { z } from 'zod'
import type { Clock } from './clock.ts'
import { joinSignals } from './signals.ts'

/** Why a contact came to nothing. `status` is there when a server answered. */
export class ContactError extends Error {
  readonly status: number | undefined
  constructor(message: string, status?: number) {
    super(message)
    this.name = 'ContactError'
    this.status = status
  }
}

/**
 * HTTP as a device far away uses it: every answer may be late, cut off, too long or somebody else's. All calls throw
 * ContactError when they fail.
 */
export interface DeviceHttp {
  /** Answers with whatever status came; the caller reads the body or drops it. */
  request(url: string, init: RequestInit, stop?: AbortSignal): Promise<Response>
  /** The body, if it is not longer than that. */
  text(response: Response, mostBytes: number): Promise<string>
  /** The body of a good answer, as the schema says. */
  json<T>(response: Response, schema: z.ZodType<T>): Promise<T>
  /** Lets go of an answer whose body is of no interest. */
  drop(response: Response): Promise<void>
  /** @param offset bytes that are here already; the answer's is 0 from a server without ranges */
  download(
    url: string,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ offset: number; body: AsyncIterable<Uint8Array> }>
  /** Reads server-sent events until the connection ends. Call it with a good answer of that type. */
  events(response: Response, onEvent: (name: string, data: string) => void): Promise<void>
  /** Ends everything under way. */
  close(): void
}

const answerMs = 15_000
const stallMs = 20_000
const mostAnswerBytes = 100_000

/**
 * Times are asked of `clock`, so that a bench can run them.
 * @param observe told of every answer, with the device's own time before and after it, to learn the server's time from
 */
export function createDeviceHttp(
  clock: Clock,
  observe: (response: Response, sentMs: number, receivedMs: number) => void,
): DeviceHttp {
  const all = new AbortController()
  /** What lets go of the signals of an answer, once its body is read or dropped. */
  const endings = new WeakMap<Response, () => void>()
  const ended = (response: Response) => endings.get(response)?.()

  const request: DeviceHttp['request'] = async (url, init, stop) => {
    const late = new AbortController()
    const cancel = clock.after(answerMs, () => late.abort(new Error('no answer in time')))
    const { signal, release } = joinSignals(all.signal, late.signal, ...(stop ? [stop] : []))
    const sentMs = clock.wallMs()
    try {
      const response = await clock.busy(fetch(url, { ...init, signal }))
      endings.set(response, release)
      observe(response, sentMs, clock.wallMs())
      return response
    } catch (error) {
      release()
      throw new ContactError(reasonOf(error))
    } finally {
      cancel()
    }
  }

  const text: DeviceHttp['text'] = async (response, mostBytes) => {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of timely(response)) {
      size += chunk.length
      if (size > mostBytes) throw new ContactError('the answer is too long', response.status)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  /** The body of an answer; a silence of `stallMs` ends it. */
  async function* timely(response: Response): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader()
    if (!reader) return ended(response)
    try {
      for (;;) {
        const cancel = clock.after(stallMs, () => void reader.cancel(new Error('nothing came any more')))
        const next = await clock.busy(reader.read()).finally(cancel)
        if (next.done) return
        yield next.value
      }
    } catch (error) {
      throw new ContactError(reasonOf(error))
    } finally {
      await reader.cancel().catch(() => undefined)
      ended(response)
    }
  }

  const drop = async (response: Response) => {
    await response.body?.cancel().catch(() => undefined)
    ended(response)
  }

  return {
    request,
    text,
    drop,
    async json(response, schema) {
      if (!response.ok) {
        await drop(response)
        throw new ContactError(`the server answered ${response.status}`, response.status)
      }
      const body = await text(response, mostAnswerBytes)
      try {
        return schema.parse(JSON.parse(body))
      } catch {
        throw new ContactError('something else than Loa answered')
      }
    },

    async download(url, offset, signal) {
      const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
      const response = await request(url, { headers }, signal)
      const isPart = response.status === 206 && rangeStart(response) === offset
      if (!isPart && response.status !== 200) {
        await drop(response)
        throw new ContactError(`the server answered ${response.status}`, response.status)
      }
      return { offset: isPart ? offset : 0, body: timely(response) }
    },

    async events(response, onEvent) {
      const decoder = new TextDecoder()
      let text = ''
      try {
        for await (const chunk of response.body ?? []) {
          text = (text + decoder.decode(chunk as Uint8Array, { stream: true })).replaceAll('\r\n', '\n')
          const events = text.split('\n\n')
          text = (events.pop() ?? '').slice(-mostAnswerBytes)
          for (const event of events) readEvent(event, onEvent)
        }
      } catch (error) {
        throw new ContactError(reasonOf(error))
      } finally {
        ended(response)
      }
    },

    close: () => all.abort(new Error('closed')),
  }
}

/** True when the answer is of this type. */
export function isOfType(response: Response, type: string): boolean {
  return response.headers.get('content-type')?.startsWith(type) === true
}

function readEvent(event: string, onEvent: (name: string, data: string) => void): void {
  const lines = event.split('\n')
  const field = (name: string) =>
    lines
      .find(line => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trimStart()
  const data = field('data')
  if (data !== undefined) onEvent(field('event') ?? 'message', data)
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
}

/** The innermost reason: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
