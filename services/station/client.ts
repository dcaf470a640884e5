import type { z } from 'zod'
import { deviceReportAnswerSchema, type deviceReportSchema } from '../domain/station.ts'
import { joinSignals } from '../runtime/signals.ts'
import type { Clock, ServerTime } from './clock.ts'
import type { StationLink } from './identity.ts'
import { type StationKey, stationKeySchema } from './verify.ts'

export type DeviceReport = z.infer<typeof deviceReportSchema>

/** Why a contact came to nothing. `status` is there when a server answered. */
export class ContactError extends Error {
  readonly status: number | undefined
  constructor(message: string, status?: number) {
    super(message)
    this.name = 'ContactError'
    this.status = status
  }
}

/** The device's side of what `services/domain/station.ts` describes. Every call throws ContactError when it fails. */
export interface StationClient {
  key(): Promise<StationKey>
  /** @returns the signed text; `unchanged` for 304; `not-loa` when something else answered, such as a hotel's login page */
  manifest(knownSeq: number | undefined): Promise<{ token: string } | 'unchanged' | 'not-loa'>
  report(report: DeviceReport): Promise<{ upTo: number }>
  /** @param offset bytes that are here already */
  download(
    url: string,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ offset: number; body: AsyncIterable<Uint8Array> }>
  /**
   * Listens for pokes until the connection ends.
   * @param onOpen called when the server has taken the listener in
   */
  pokes(onOpen: () => void, onPoke: (seq: number) => void, signal: AbortSignal): Promise<void>
  close(): void
}

const answerMs = 15_000
const stallMs = 20_000
/** A manifest of a week with a hundred parts is some 100 KB. */
const mostManifestBytes = 4_000_000
const mostAnswerBytes = 100_000

/** Makes the client of one device. Times are asked of `clock`, so that a bench can run them. */
export function createClient(link: StationLink, clock: Clock, time: ServerTime): StationClient {
  const all = new AbortController()
  /** What lets go of the signals of an answer, once its body is read or dropped. */
  const endings = new WeakMap<Response, () => void>()
  const ended = (response: Response) => endings.get(response)?.()

  const request = async (url: string, init: RequestInit, stop?: AbortSignal): Promise<Response> => {
    const late = new AbortController()
    const cancel = clock.after(answerMs, () => late.abort(new Error('no answer in time')))
    const { signal, release } = joinSignals(all.signal, late.signal, ...(stop ? [stop] : []))
    const sentMs = clock.wallMs()
    try {
      const response = await clock.busy(fetch(url, { ...init, signal }))
      endings.set(response, release)
      time.observe(response.headers.get('date'), sentMs, clock.wallMs())
      return response
    } catch (error) {
      release()
      throw new ContactError(reasonOf(error))
    } finally {
      cancel()
    }
  }

  const textOf = async (response: Response, mostBytes: number): Promise<string> => {
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
  const isKind = (response: Response, kind: string) => response.headers.get('content-type')?.startsWith(kind) === true

  const jsonOf = async <T>(response: Response, schema: z.ZodType<T>): Promise<T> => {
    if (!response.ok) {
      await drop(response)
      throw new ContactError(`the server answered ${response.status}`, response.status)
    }
    const text = await textOf(response, mostAnswerBytes)
    try {
      return schema.parse(JSON.parse(text))
    } catch {
      throw new ContactError('something else than Loa answered')
    }
  }

  return {
    key: async () => jsonOf(await request(`${link.api}/key`, {}), stationKeySchema),

    async manifest(knownSeq) {
      const headers: Record<string, string> = { accept: 'application/jose' }
      if (knownSeq !== undefined) headers['if-none-match'] = `"${knownSeq}"`
      const response = await request(`${link.api}/manifest`, { headers })
      if (response.status === 304) {
        await drop(response)
        return 'unchanged'
      }
      if (!response.ok) {
        await drop(response)
        throw new ContactError(`the server answered ${response.status}`, response.status)
      }
      if (!isKind(response, 'application/jose')) {
        await drop(response)
        return 'not-loa'
      }
      return { token: await textOf(response, mostManifestBytes) }
    },

    async report(report) {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(report) }
      return jsonOf(await request(`${link.api}/report`, init), deviceReportAnswerSchema)
    },

    async download(url, offset, signal) {
      const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
      const response = await request(new URL(url, link.base).href, { headers }, signal)
      const isPart = response.status === 206 && rangeStart(response) === offset
      if (!isPart && response.status !== 200) {
        await drop(response)
        throw new ContactError(`the server answered ${response.status}`, response.status)
      }
      return { offset: isPart ? offset : 0, body: timely(response) }
    },

    async pokes(onOpen, onPoke, signal) {
      const response = await request(`${link.api}/events`, { headers: { accept: 'text/event-stream' } }, signal)
      if (!response.ok || !isKind(response, 'text/event-stream') || !response.body) {
        await drop(response)
        throw new ContactError(`no pokes: ${response.status}`, response.status)
      }
      onOpen()
      const decoder = new TextDecoder()
      let text = ''
      try {
        for await (const chunk of response.body) {
          text = (text + decoder.decode(chunk as Uint8Array, { stream: true })).replaceAll('\r\n', '\n')
          const events = text.split('\n\n')
          text = (events.pop() ?? '').slice(-mostAnswerBytes)
          for (const event of events) readPoke(event, onPoke)
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

function readPoke(event: string, onPoke: (seq: number) => void): void {
  const lines = event.split('\n')
  if (!lines.some(line => /^event: ?manifest$/.test(line))) return
  const data = lines.find(line => line.startsWith('data:'))?.slice(5)
  try {
    const { seq } = JSON.parse(data ?? '') as { seq?: unknown }
    if (typeof seq === 'number') onPoke(seq)
  } catch {
    // A poke only rings; the manifest is asked for anyway in its time.
  }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
}

/** The innermost reason: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
