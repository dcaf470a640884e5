import type { z } from 'zod'
import {
  type BoardTokens,
  boardTokensSchema,
  pairingPollSchema,
  pairingStartedSchema,
} from '../../services/domain/board.ts'
import { pairedBoardSchema, waitingBoardSchema } from '../../services/http/schemas-pairing.ts'
import { createBoardSession } from '../../services/places/boards/sessions.ts'
import type { Links } from '../../services/runtime/links.ts'
import type { Sql } from '../../services/store/db.ts'

/** Signs in over HTTP. @returns the Cookie header of the session */
export async function officerCookie(url: string, email: string, password: string): Promise<string> {
  const response = await post(`${url}/api/auth/sign-in/email`, { email, password }, { 'Sec-Fetch-Site': 'same-origin' })
  if (!response.ok) throw new Error(`sign-in of ${email}: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';')[0])
    .join('; ')
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function answerOf<S extends z.ZodType>(response: Response, schema: S): Promise<z.output<S>> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`)
  return schema.parse(await response.json())
}

/** A board with a credential, as its player has it. */
export interface TestBoard {
  id: string
  /** The newest tokens. */
  tokens(): BoardTokens
  /** Fetches with the access token; redirects are not followed. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body: unknown): Promise<Response>
  /** The query of the event stream, `access=...`. */
  query(): string
  /** Exchanges the refresh token; keeps the new tokens. @throws when refused */
  refresh(): Promise<BoardTokens>
}

/** A board that goes on with given tokens. */
export function boardWith(url: string, id: string, first: BoardTokens): TestBoard {
  let tokens = first
  const bearer = () => ({ Authorization: `Bearer ${tokens.accessToken}` })
  return {
    id,
    tokens: () => tokens,
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers: { ...bearer(), ...headers }, redirect: 'manual' }),
    post: (path, body) => post(`${url}${path}`, body, bearer()),
    query: () => `access=${encodeURIComponent(tokens.accessToken)}`,
    async refresh() {
      const { refreshToken } = tokens
      tokens = await answerOf(await post(`${url}/api/board/token`, { refreshToken }), boardTokensSchema)
      return tokens
    },
  }
}

/**
 * Pairs a board over HTTP as it happens outside: the board asks for a code, the officer looks and says yes, the board polls.
 * @param cookie of somebody who may pair; see {@link officerCookie}
 */
export async function pairedBoard(url: string, cookie: string, boardId: string): Promise<TestBoard> {
  const asked = await post(`${url}/api/board/pairing`, { about: { screen: '1920x1080' } })
  const { code, secret } = await answerOf(asked, pairingStartedSchema)
  const officer = { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' }
  await answerOf(await post(`${url}/api/boards/pairing/look`, { code }, officer), waitingBoardSchema)
  await answerOf(await post(`${url}/api/boards/${boardId}/pair`, { code }, officer), pairedBoardSchema)
  const answer = await answerOf(await post(`${url}/api/board/pairing/poll`, { secret }), pairingPollSchema)
  if (answer.state !== 'paired') throw new Error(`the board was not paired: ${answer.state}`)
  return boardWith(url, boardId, answer.tokens)
}

/** The same where no officer is signed in, or no server runs: straight from the database. */
export async function boardSession(
  ctx: { db: Sql; links: Links },
  boardId: string,
  url = ctx.links.publicUrl,
  now = new Date(),
): Promise<TestBoard & { sessionId: string }> {
  await ctx.db.query('update boards set paired_at = $2 where id = $1', [boardId, now])
  const { sessionId, ...tokens } = await createBoardSession(ctx.db, ctx.links, boardId, 'player', now)
  return { ...boardWith(url, boardId, tokens), sessionId }
}
