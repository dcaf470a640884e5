import type { Response } from 'express'
import { z } from 'zod'
import { maskAddress } from '../../dispatch/progress.ts'
import { isAppError } from '../../domain/errors.ts'
import { findAddresses, isRefused, refuse, undoRefusal } from '../../people/citizens.ts'
import { type RefusalPage, refusalPage } from '../../people/refusal-page.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'

/** What a token stands for: one person on one channel, with the addresses that the channel writes to. */
interface Refusal {
  channelId: string
  addresses: string[]
  page: Omit<Extract<RefusalPage, { state: 'ask' }>, 'state'>
}

const params = z.object({ token: z.string().max(200) })

/**
 * Refusing messages without an account (RFC 8058): the address is in every email (List-Unsubscribe) and may be in other
 * messages. The signed token is the only key, so posts from mail clients and from other sites are meant to work.
 */
export function unsubscribeRoutes(deps: HttpDeps): RouteDef[] {
  const basePath = new URL(deps.links.publicUrl).pathname.replace(/\/$/, '')

  async function readRefusal(token: string): Promise<Refusal | undefined> {
    const { channelId, citizenId } = deps.links.readUnsubscribeToken(token)
    const person = await findAddresses(deps.db, citizenId)
    if (!person) return undefined
    const channel = deps.channels.get(channelId)?.channel
    // A channel that is switched off may come back: then the refusal holds for every address of the person.
    const kinds = channel?.address ? [channel.address] : (['phone', 'email'] as const)
    const addresses = kinds.flatMap(kind => person[kind] ?? [])
    if (addresses.length === 0) return undefined
    const path = `${basePath}/u/${token}`
    return {
      channelId,
      addresses,
      page: {
        channel: channel?.name ?? { vi: channelId, en: channelId },
        addresses: addresses.map(maskAddress),
        actions: { refuse: `${path}?from=page`, undo: `${path}/undo` },
      },
    }
  }

  /** Reads the token, does the work, shows the page; a bad token is a page too, for people do not read JSON. */
  async function answer(res: Response, token: string, work: (refusal: Refusal) => Promise<RefusalPage>): Promise<void> {
    try {
      const refusal = await readRefusal(token)
      show(res, 200, refusal ? await work(refusal) : { state: 'gone' })
    } catch (error) {
      if (!isAppError(error) || error.code !== 'auth.bad-token') throw error
      show(res, error.status, { state: 'bad-link', reason: error.userMessage })
    }
  }

  function show(res: Response, status: number, page: RefusalPage): void {
    res
      .status(status)
      .set({
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        // The address is a key: it must not travel on as a referrer.
        'Referrer-Policy': 'no-referrer',
        'Content-Security-Policy':
          "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      })
      .send(refusalPage(page, { demo: deps.demo }))
  }

  return [
    route({
      method: 'get',
      path: '/u/:token',
      summary: 'Page that asks whether to refuse messages on one channel; changes nothing',
      tag: 'refusals',
      access: 'token',
      params,
      handle: ({ params: { token }, res }) =>
        answer(res, token, async ({ channelId, addresses, page }) => {
          const refused = await isRefused(deps.db, channelId, addresses)
          return { state: refused ? 'refused' : 'ask', ...page }
        }),
    }),
    route({
      method: 'post',
      path: '/u/:token',
      summary: 'Refuse messages on one channel, at once (RFC 8058 one-click, and the page)',
      tag: 'refusals',
      access: 'token',
      params,
      query: z.object({ from: z.string().max(20).optional() }),
      handle: ({ params: { token }, query, res }) =>
        answer(res, token, async ({ channelId, addresses, page }) => {
          const source = query.from === 'page' ? 'page' : 'one-click'
          await refuse(deps.db, channelId, addresses, { source, now: deps.now() })
          deps.log.info({ channel: channelId, source }, 'messages refused')
          return { state: 'refused', ...page }
        }),
    }),
    route({
      method: 'post',
      path: '/u/:token/undo',
      summary: 'Take a refusal back',
      tag: 'refusals',
      access: 'token',
      params,
      handle: ({ params: { token }, res }) =>
        answer(res, token, async ({ channelId, addresses, page }) => {
          await undoRefusal(deps.db, channelId, addresses)
          deps.log.info({ channel: channelId }, 'refusal taken back')
          return { state: 'restored', ...page }
        }),
    }),
  ]
}
