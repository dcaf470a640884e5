import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Actor, Permission } from '../domain/accounts.ts'

/**
 * A route as data. `createApp` turns each into an express handler with parsing, access check and error handling, and
 * the OpenAPI document is written from the same table, so the two cannot disagree. A test checks that every route
 * says who may call it.
 */
export interface RouteDef {
  method: 'get' | 'post' | 'put' | 'delete'
  /** express 5 path, e.g. `/api/announcements/:id`. */
  path: string
  summary: string
  tag: string
  /**
   * `public`: anybody; `token`: the handler checks a bearer, signature or path token itself; `session`: any signed-in
   * person; otherwise a permission that the role must hold.
   */
  access: 'public' | 'token' | 'session' | Permission
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** The handler reads and checks the body by itself: `body` and `response` only document it. */
  raw?: boolean
  /** JSON answer; absent when the handler writes the response itself (files, streams, pages). */
  response?: z.ZodType
  /** Status of a successful JSON answer; 200 when absent. */
  status?: number
  /** Honour the Idempotency-Key header: a repeat gets the first answer and does nothing. */
  idempotent?: boolean
  handle: (call: RouteCall) => Promise<unknown>
}

/** What a handler gets. `params`, `query` and `body` are already parsed by the route's schemas. */
export interface RouteCall {
  /** Signed-in person; only absent on `public` and `token` routes. */
  actor: Actor | undefined
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  req: Request
  res: Response
}

type Out<T> = T extends z.ZodType ? z.output<T> : undefined

/**
 * Declares a route with the types of its own schemas. `actor` is present wherever the access rule guarantees it.
 */
export function route<
  A extends RouteDef['access'],
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  def: Omit<RouteDef, 'access' | 'params' | 'query' | 'body' | 'handle'> & {
    access: A
    params?: P
    query?: Q
    body?: B
    handle: (call: {
      actor: A extends 'public' | 'token' ? Actor | undefined : Actor
      params: P extends z.ZodType ? Out<P> : Record<string, string>
      query: Out<Q>
      body: Out<B>
      req: Request
      res: Response
    }) => Promise<unknown>
  },
): RouteDef {
  return def as unknown as RouteDef
}
