import type { BoardTokens } from '../domain/board.ts'
import { type Clock, createBell } from '../runtime/clock.ts'
import { ContactError } from '../runtime/device-http.ts'
import { waitAfter } from '../web/board/core/pace.js'
import type { BoardClient } from './client.ts'
import type { BoardFolder, Credential } from './folder.ts'

/** Who the board is to the server. */
export interface BoardSession {
  /** Undefined before it was paired. */
  credential(): Credential | undefined
  /**
   * An access token that will hold for the next question.
   * @param stale one that the server has just refused
   * @returns undefined: none now; the caller waits for its next turn
   */
  token(stale?: string): Promise<string | undefined>
  /** Asks for codes and waits for an officer, whenever there is no credential; ends after `stop`. */
  run(): Promise<void>
  stop(): void
}

export interface SessionParts {
  clock: Clock
  random: () => number
  server: string
  folder: BoardFolder
  client: BoardClient
  /** Corrected time. */
  now: () => number
  about: { screen: string; player: string }
  /** A code to be shown; undefined: none any more. */
  onCode(code: { code: string; expiresAt: string } | undefined): void
  onPaired(credential: Credential): void
  /** It is to be another board than it was, or nobody knows which it was. */
  onOther(): void
  /** The server no longer knows this board's credential. */
  onLost(): void
  problem(text: string): void
}

/** An access token is renewed this long before its end. */
const renewBeforeMs = 120_000
const firstWaitMs = 15_000
/** A server that was away finds its boards back within a minute, not all at once. */
const longestWaitMs = 60_000

/** Makes the session from what is kept in the folder. */
export function createSession(parts: SessionParts): BoardSession {
  const { clock, random, server, folder, client, now } = parts
  const bell = createBell(clock)
  let credential = ofServer(folder.credential(), server)
  /** Which board it was last; a loss of the credential does not change that. */
  let boardId = credential?.boardId
  let access: { token: string; endsAt: number } | undefined
  let renewing: Promise<string | undefined> | undefined
  let failures = 0
  let notBefore = 0
  let stopped = false

  /** The next refresh token is on the disk before anything that came with it is used. */
  const take = (tokens: BoardTokens, owner: Omit<Credential, 'refreshToken'>): string => {
    credential = { ...owner, refreshToken: tokens.refreshToken }
    try {
      folder.keepCredential(credential)
    } catch (error) {
      // A full disk: what is in memory is good until the next restart.
      parts.problem(`credential not kept: ${(error as Error).message}`)
    }
    // A server with another idea of the time must not make the board renew without end.
    const ends = Date.parse(tokens.accessExpiresAt)
    access = { token: tokens.accessToken, endsAt: ends > now() ? ends : now() + 5 * 60_000 }
    failures = 0
    return tokens.accessToken
  }

  const renew = async (): Promise<string | undefined> => {
    if (!credential) return undefined
    const { refreshToken, ...owner } = credential
    try {
      return take(await client.exchange(refreshToken), owner)
    } catch (error) {
      if (stopped) return undefined
      if (error instanceof ContactError && error.status === 401) {
        credential = undefined
        access = undefined
        folder.keepCredential(undefined)
        parts.onLost()
        bell.ring()
        return undefined
      }
      parts.problem(`token: ${(error as Error).message}`)
      failures += 1
      notBefore = clock.steadyMs() + Math.min(longestWaitMs, waitAfter(failures, firstWaitMs, random()))
      return undefined
    }
  }

  /** One code: shown until somebody types it or it has run out. @returns true when the board is paired */
  const pairOnce = async (): Promise<boolean> => {
    const kept = folder.pairing()
    let open = kept?.server === server && Date.parse(kept.expiresAt) > now() ? kept : undefined
    let pollMs = 3_000
    if (!open) {
      const started = await client.startPairing(parts.about)
      pollMs = started.pollSeconds * 1_000
      open = { server, code: started.code, secret: started.secret, expiresAt: started.expiresAt }
      folder.keepPairing(open)
    }
    parts.onCode(open)
    while (!stopped) {
      const poll = await client.pollPairing(open.secret).catch(error => {
        if (error instanceof ContactError && error.status !== undefined && error.status < 500 && error.status !== 429)
          return { state: 'expired' as const }
        return { state: 'waiting' as const }
      })
      if (stopped) return false
      if (poll.state === 'paired') {
        const { id, name, commune } = poll.board
        if (id !== boardId) parts.onOther()
        boardId = id
        take(poll.tokens, { server, boardId: id, name, commune })
        folder.keepPairing(undefined)
        return true
      }
      if (poll.state === 'expired' || Date.parse(open.expiresAt) <= now()) {
        folder.keepPairing(undefined)
        return false
      }
      await bell.sleep(pollMs)
    }
    return false
  }

  return {
    credential: () => credential,
    async token(stale) {
      if (!credential) return undefined
      if (access && access.token !== stale && access.endsAt - now() > renewBeforeMs) return access.token
      if (clock.steadyMs() < notBefore) return undefined
      renewing ??= renew().finally(() => {
        renewing = undefined
      })
      return await renewing
    },
    async run() {
      let tries = 0
      while (!stopped) {
        if (credential) {
          await bell.sleep(3_600_000)
          continue
        }
        try {
          const paired = await pairOnce()
          tries = 0
          if (!paired) continue
          parts.onCode(undefined)
          if (credential) parts.onPaired(credential)
        } catch (error) {
          if (stopped) return
          parts.problem(`pairing: ${(error as Error).message}`)
          await bell.sleep(waitAfter(++tries, firstWaitMs, random()))
        }
      }
    },
    stop() {
      stopped = true
      bell.ring()
    },
  }
}

/** A folder that was used with another server is of no use with this one. */
function ofServer(credential: Credential | undefined, server: string): Credential | undefined {
  return credential?.server === server ? credential : undefined
}
