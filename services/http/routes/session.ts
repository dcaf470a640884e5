import { z } from 'zod'
import { findAccount } from '../../accounts/accounts.ts'
import type { Auth } from '../../accounts/auth.ts'
import { signIn, signOut } from '../../accounts/sessions.ts'
import type { HttpDeps } from '../deps.ts'
import { presentChannel } from '../presenters.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { instanceSchema, meSchema } from '../schemas.ts'

const signInSchema = z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) })

/** Signing in and out, who I am, and what this instance is. */
export function sessionRoutes(deps: HttpDeps, auth: Auth): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/auth/sign-in/email',
      summary: 'Sign in with email and password; the answer sets the session cookie',
      tag: 'session',
      access: 'public',
      body: signInSchema,
      response: meSchema,
      async handle({ body, req, res }) {
        const { actor, email, cookies } = await signIn(auth, req, body.email, body.password)
        res.append('Set-Cookie', cookies)
        return { ...actor, email }
      },
    }),
    route({
      method: 'post',
      path: '/api/auth/sign-out',
      summary: 'End the session; does nothing without one',
      tag: 'session',
      access: 'public',
      body: z.object({}),
      response: z.object({ signedOut: z.literal(true) }),
      async handle({ req, res }) {
        const { cookies } = await signOut(auth, req)
        res.append('Set-Cookie', cookies)
        return { signedOut: true }
      },
    }),
    route({
      method: 'get',
      path: '/api/me',
      summary: 'Who is signed in',
      tag: 'session',
      access: 'session',
      response: meSchema,
      async handle({ actor }) {
        const account = await findAccount(deps.db, actor.id)
        if (!account) throw notFound()
        return { ...actor, email: account.email }
      },
    }),
    route({
      method: 'get',
      path: '/api/instance',
      summary: 'What this instance is: demo or not, version, channels',
      tag: 'session',
      access: 'public',
      response: instanceSchema,
      async handle() {
        return {
          demo: deps.demo,
          version: deps.version,
          simulatorUrl: deps.simulatorUrl,
          quietHours: deps.quietHours,
          channels: [...deps.channels.values()].map(presentChannel),
        }
      },
    }),
  ]
}
