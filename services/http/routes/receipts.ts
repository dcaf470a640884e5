import express, { type Request, type Response } from 'express'
import { z } from 'zod'
import type { ReceiptRequest } from '../../../channels/contract.ts'
import { recordReceipts } from '../../dispatch/receipts.ts'
import type { HttpDeps } from '../deps.ts'
import { refuseDeepJson } from '../json-depth.ts'
import { notFound } from '../problem.ts'
import { type RouteCall, type RouteDef, route } from '../route.ts'

const sizeLimit = '64kb'
const parseForm = express.urlencoded({ extended: false, limit: sizeLimit })
const parseJson = express.json({ limit: sizeLimit })

function readBody(req: Request, res: Response): Promise<unknown> {
  return new Promise((resolve, reject) => {
    parseForm(req, res, formError => {
      if (formError) return reject(formError)
      parseJson(req, res, jsonError => (jsonError ? reject(jsonError) : resolve(req.body)))
    })
  })
}

/** Fields as strings; the first one where a vendor repeats a name. */
function flat(fields: unknown): Record<string, string> {
  if (fields === null || typeof fields !== 'object') return {}
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value
      return [name, typeof first === 'object' && first !== null ? JSON.stringify(first) : String(first ?? '')]
    }),
  )
}

function receiptRequest(req: Request, publicUrl: string, body: unknown): ReceiptRequest {
  const headers = Object.entries(req.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return {
    method: req.method,
    // Signatures cover the address that the vendor was given, not the one behind a proxy.
    url: `${publicUrl}${req.originalUrl}`,
    headers: Object.fromEntries(headers),
    query: flat(req.query),
    body: flat(body),
  }
}

/** Callbacks of vendors: verified by the channel, put into the inbox, applied later. */
export function receiptRoutes(deps: HttpDeps): RouteDef[] {
  const handle = async ({ params, req, res }: Pick<RouteCall, 'req' | 'res'> & { params: { channel: string } }) => {
    const session = deps.channels.has(params.channel) ? await deps.receiptSession(params.channel) : undefined
    if (!session?.receipts) throw notFound()
    const body = await readBody(req, res)
    refuseDeepJson(body)
    const receipts = session.receipts.verifyAndParse(receiptRequest(req, deps.links.publicUrl, body))
    // In the inbox before the vendor is told that we have it: otherwise a crash would lose the news.
    await recordReceipts(deps, params.channel, receipts)
    res.status(204).end()
  }
  const params = z.object({ channel: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) })
  const common = { path: '/receipts/:channel', tag: 'receipts', access: 'token', params, handle } as const
  return [
    route({ ...common, method: 'post', summary: 'Delivery report of a vendor (form or JSON)' }),
    route({ ...common, method: 'get', summary: 'Delivery report of a vendor that calls with GET' }),
  ]
}
