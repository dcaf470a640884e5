import express, { type Request, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import type { Auth } from '../accounts/auth.ts'
import { actorOf } from '../accounts/sessions.ts'
import { type Actor, may } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { refuseUnstorableText } from './clean-text.ts'
import { refuseCrossSite } from './cross-site.ts'
import { onceOnly, readIdempotencyKey, requestHash } from './idempotency.ts'
import { refuseDeepJson } from './json-depth.ts'
import { factsOf } from './observe.ts'
import { fieldErrors, invalidRequest, notFound, zodMessages } from './problem.ts'
import type { RouteCall, RouteDef } from './route.ts'

/** 100,000 characters of Vietnamese are 300 kB: they must reach the text check, which has the clear sentence. */
export const jsonLimit = '1mb'

const parseJson = express.json({ limit: jsonLimit })

/** True for routes that act for the person whose cookie came along. */
function usesSession(route: RouteDef): boolean {
  return route.access !== 'public' && route.access !== 'token'
}

/**
 * The signed-in person, when the route asks for one and the role allows it.
 * @throws AppError auth.required | auth.forbidden
 */
async function admit(auth: Auth, route: RouteDef, req: Request): Promise<Actor | undefined> {
  const { access } = route
  if (access === 'public' || access === 'token') return undefined
  const actor = await actorOf(auth, req)
  if (!actor) {
    throw new AppError('auth.required', {
      vi: 'Ông/Bà cần đăng nhập để tiếp tục. Phiên làm việc có thể đã hết hạn.',
      en: 'Please sign in to go on. Your session may have ended.',
    })
  }
  if (access !== 'session' && !may(actor.role, access)) {
    throw new AppError('auth.forbidden', {
      vi: 'Tài khoản của Ông/Bà không có quyền thực hiện việc này.',
      en: 'Your account may not do this.',
    })
  }
  return actor
}

function readJson(req: Request, res: Response): Promise<unknown> {
  return new Promise((resolve, reject) => {
    parseJson(req, res, error => {
      if (error) return reject(error)
      if (req.body !== undefined) return resolve(req.body)
      // No body at all is the empty object, as in `POST .../withdraw`; a body of another type is refused.
      if (req.get('transfer-encoding') === undefined && Number(req.get('content-length') ?? 0) === 0) return resolve({})
      reject(
        new AppError('request.unsupported-encoding', {
          vi: 'Nội dung gửi lên phải ở dạng JSON (Content-Type: application/json).',
          en: 'The body must be JSON (Content-Type: application/json).',
        }),
      )
    })
  })
}

/**
 * `vi` unless the caller prefers English: the officers come first, and the console sends its own language.
 */
function languageOf(req: Request): 'vi' | 'en' {
  return req.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi'
}

function parse(schema: z.ZodType | undefined, value: unknown, req: Request): unknown {
  refuseUnstorableText(value)
  if (!schema) return value
  const result = schema.safeParse(value, zodMessages(languageOf(req)))
  if (result.success) return result.data
  throw invalidRequest(fieldErrors(result.error))
}

function parseParams(route: RouteDef, req: Request): Record<string, string> {
  try {
    return parse(route.params, req.params, req) as Record<string, string>
  } catch (cause) {
    // An id that cannot be one names nothing.
    throw new AppError('not-found', notFound().userMessage, { cause })
  }
}

/**
 * Turns a route of the table into an express handler: same-site check, access check, body, schemas, Idempotency-Key,
 * then the handler, whose value becomes the JSON answer.
 */
export function routeHandler(route: RouteDef, { auth, publicUrl }: { auth: Auth; publicUrl: string }): RequestHandler {
  if (route.idempotent && !usesSession(route)) {
    throw new Error(`${route.method} ${route.path}: an idempotent route needs a signed-in person to own the key`)
  }
  const signsIn = route.path.startsWith('/api/auth/')
  return async (req, res) => {
    const facts = factsOf(res)
    facts.route = route.path
    if (req.path.startsWith('/api/')) res.set('Cache-Control', 'no-store')
    if (route.method !== 'get' && (usesSession(route) || signsIn)) refuseCrossSite(req, publicUrl)
    const actor = await admit(auth, route, req)
    if (actor) facts.actorId = actor.id
    const params = parseParams(route, req)
    const query = parse(route.query, req.query, req) as Record<string, unknown>
    const parsed = route.raw ? undefined : route.body
    const raw = parsed ? await readJson(req, res) : undefined
    refuseDeepJson(raw)
    const body = parsed ? parse(parsed, raw, req) : undefined
    const call: RouteCall = { actor, params, query, body, req, res }

    const key = route.idempotent && actor ? readIdempotencyKey(req.get('idempotency-key')) : undefined
    if (key !== undefined && actor) {
      const request = { actorId: actor.id, key, hash: requestHash(req.method, req.path, raw) }
      const answer = await onceOnly(auth.settings.db, request, async () => ({
        status: route.status ?? 200,
        body: await route.handle(call),
      }))
      if (answer.replayed) res.set('Idempotency-Replayed', 'true')
      res.status(answer.status).json(answer.body)
      return
    }
    const result = await route.handle(call)
    if (route.response && !res.headersSent) res.status(route.status ?? 200).json(result)
  }
}
