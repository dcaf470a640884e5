import type { z } from 'zod'
import { deviceReportAnswerSchema, type deviceReportSchema } from '../domain/station.ts'
import type { Clock } from '../runtime/clock.ts'
import { ContactError, createDeviceHttp, isOfType } from '../runtime/device-http.ts'
import type { ServerTime } from './clock.ts'
import type { StationLink } from './identity.ts'
import { type StationKey, stationKeySchema } from './verify.ts'

export type DeviceReport = z.infer<typeof deviceReportSchema>

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

/** A manifest of a week with a hundred parts is some 100 KB. */
const mostManifestBytes = 4_000_000

/** Makes the client of one device. Times are asked of `clock`, so that a bench can run them. */
export function createClient(link: StationLink, clock: Clock, time: ServerTime): StationClient {
  const http = createDeviceHttp(clock, (response, sentMs, receivedMs) =>
    time.observe(response.headers.get('date'), sentMs, receivedMs),
  )
  return {
    key: async () => http.json(await http.request(`${link.api}/key`, {}), stationKeySchema),

    async manifest(knownSeq) {
      const headers: Record<string, string> = { accept: 'application/jose' }
      if (knownSeq !== undefined) headers['if-none-match'] = `"${knownSeq}"`
      const response = await http.request(`${link.api}/manifest`, { headers })
      if (response.status === 304) {
        await http.drop(response)
        return 'unchanged'
      }
      if (!response.ok) {
        await http.drop(response)
        throw new ContactError(`the server answered ${response.status}`, response.status)
      }
      if (!isOfType(response, 'application/jose')) {
        await http.drop(response)
        return 'not-loa'
      }
      return { token: await http.text(response, mostManifestBytes) }
    },

    async report(report) {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(report) }
      return http.json(await http.request(`${link.api}/report`, init), deviceReportAnswerSchema)
    },

    download: (url, offset, signal) => http.download(new URL(url, link.base).href, offset, signal),

    async pokes(onOpen, onPoke, signal) {
      const response = await http.request(`${link.api}/events`, { headers: { accept: 'text/event-stream' } }, signal)
      if (!response.ok || !isOfType(response, 'text/event-stream') || !response.body) {
        await http.drop(response)
        throw new ContactError(`no pokes: ${response.status}`, response.status)
      }
      onOpen()
      await http.events(response, (name, data) => name === 'manifest' && readPoke(data, onPoke))
    },

    close: http.close,
  }
}

function readPoke(data: string, onPoke: (seq: number) => void): void {
  try {
    const { seq } = JSON.parse(data) as { seq?: unknown }
    if (typeof seq === 'number') onPoke(seq)
  } catch {
    // A poke only rings; the manifest is asked for anyway in its time.
  }
}
