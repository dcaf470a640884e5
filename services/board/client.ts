import { z } from 'zod'
import {
  type BoardHeartbeat,
  type BoardManifest,
  type BoardTokens,
  boardManifestSchema,
  boardPokeSchema,
  boardTokensSchema,
  pairingPollSchema,
  pairingStartedSchema,
} from '../domain/board.ts'
import type { Clock } from '../runtime/clock.ts'
import { ContactError, createDeviceHttp, isOfType } from '../runtime/device-http.ts'

export type PairingStarted = z.infer<typeof pairingStartedSchema>
export type PairingPoll = z.infer<typeof pairingPollSchema>
export type BoardPoke = z.infer<typeof boardPokeSchema>

/** What came when the manifest was asked for. `refused`: it was read, and is none. */
export type ManifestAnswer = { manifest: BoardManifest; text: string } | 'unchanged' | 'refused'

/** The board's side of services/domain/board.ts. Every call throws ContactError when it fails. */
export interface BoardClient {
  startPairing(about: { screen: string; player: string }): Promise<PairingStarted>
  pollPairing(secret: string): Promise<PairingPoll>
  exchange(refreshToken: string): Promise<BoardTokens>
  manifest(accessToken: string, knownVersion: string | undefined): Promise<ManifestAnswer>
  heartbeat(accessToken: string, beat: BoardHeartbeat): Promise<void>
  /** Listens until the connection ends. @param onOpen called when the server has taken the listener in */
  pokes(accessToken: string, onOpen: () => void, onPoke: (poke: BoardPoke) => void, signal: AbortSignal): Promise<void>
  download(
    url: string,
    offset: number,
    signal: AbortSignal,
  ): ReturnType<ReturnType<typeof createDeviceHttp>['download']>
  close(): void
}

/** A board's list of a hundred items with QR codes is some 400 KB. */
const mostManifestBytes = 4_000_000

/**
 * Makes the client of one board.
 * @param heard told the server's time (milliseconds) with each answer that names it, and how long the answer took
 */
export function createBoardClient(
  server: string,
  clock: Clock,
  heard: (serverMs: number, waitedMs: number) => void,
): BoardClient {
  const http = createDeviceHttp(clock, (response, sentMs, receivedMs) => {
    const told = response.status < 500 ? response.headers.get('loa-time') : null
    if (told) heard(Date.parse(told), receivedMs - sentMs)
  })
  const at = (path: string) => new URL(path, `${server.replace(/\/$/, '')}/`).href
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    http.request(at(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  /** Lets go of an answer that is not wanted. */
  const refuse = async (response: Response) => {
    await http.drop(response)
    return new ContactError(`the server answered ${response.status}`, response.status)
  }

  return {
    startPairing: async about => http.json(await post('api/board/pairing', { about }), pairingStartedSchema),
    pollPairing: async secret => http.json(await post('api/board/pairing/poll', { secret }), pairingPollSchema),
    exchange: async refreshToken => http.json(await post('api/board/token', { refreshToken }), boardTokensSchema),

    async manifest(accessToken, knownVersion) {
      const headers: Record<string, string> = bearer(accessToken)
      if (knownVersion !== undefined) headers['if-none-match'] = `"${knownVersion}"`
      const response = await http.request(at('api/board/manifest'), { headers })
      if (response.status === 304 && knownVersion !== undefined) {
        await http.drop(response)
        return 'unchanged'
      }
      if (!response.ok) throw await refuse(response)
      const text = await http.text(response, mostManifestBytes)
      try {
        return { manifest: boardManifestSchema.parse(JSON.parse(text)), text }
      } catch {
        return 'refused'
      }
    },

    async heartbeat(accessToken, beat) {
      const response = await post('api/board/heartbeat', beat, bearer(accessToken))
      // A portal says yes to everything; what it swallowed would be told to nobody.
      await http.json(response, z.object({ recorded: z.number() }))
    },

    async pokes(accessToken, onOpen, onPoke, signal) {
      const headers = { accept: 'text/event-stream' }
      const url = at(`api/board/events?access=${encodeURIComponent(accessToken)}`)
      const response = await http.request(url, { headers }, signal)
      if (!response.ok || !isOfType(response, 'text/event-stream')) throw await refuse(response)
      onOpen()
      await http.events(response, (name, data) => {
        const poke = name === 'version' ? readPoke(data) : undefined
        if (poke) onPoke(poke)
      })
    },

    download: (url, offset, signal) => http.download(at(url.replace(/^\//, '')), offset, signal),
    close: http.close,
  }
}

/** @returns undefined for what is no poke: it only rings, and the manifest is asked for anyway in its time */
function readPoke(data: string): BoardPoke | undefined {
  try {
    return boardPokeSchema.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
