import { z } from 'zod'
import type { Account } from '../../accounts/accounts.ts'
import type { Auth } from '../../accounts/auth.ts'
import {
  accountJournal,
  accountsFor,
  addAccount,
  changeAccount,
  resetPassword,
  setAccountInUse,
} from '../../accounts/manage.ts'
import { changeOwnPassword } from '../../accounts/own-password.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import {
  accountChangeSchema,
  accountEventSchema,
  accountInputSchema,
  accountPasswordSchema,
  accountSchema,
} from '../schemas-registry.ts'

const accountParams = z.object({ id: z.uuid() })
const journalLines = 100

/**
 * Accounts, for administrators, and one's own password. New passwords are in one answer and nowhere else: these routes are not idempotent by key, for
 * that keeps answers.
 */
export function accountRoutes(deps: HttpDeps, auth: Auth): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/me/password',
      summary: 'Choose a password of one’s own; all sessions end',
      tag: 'session',
      access: 'session',
      body: z.object({ current: z.string().min(1).max(200), next: z.string().min(1).max(200) }),
      response: z.object({ changed: z.literal(true) }),
      async handle({ actor, body, req }) {
        await changeOwnPassword(auth, actor, body, req.ip ?? '')
        return { changed: true }
      },
    }),
    route({
      method: 'get',
      path: '/api/accounts',
      summary: 'All accounts, those that are disabled too',
      tag: 'accounts',
      access: 'account.manage',
      response: z.array(accountSchema),
      handle: async ({ actor }) => (await accountsFor(deps.db, actor)).map(presented),
    }),
    route({
      method: 'post',
      path: '/api/accounts',
      summary: 'Make an account; the answer holds its password, once',
      tag: 'accounts',
      access: 'account.manage',
      body: accountInputSchema,
      response: accountPasswordSchema,
      status: 201,
      async handle({ actor, body }) {
        const { account, password } = await addAccount(deps.db, actor, body)
        return { account: presented(account), password }
      },
    }),
    route({
      method: 'get',
      path: '/api/accounts/journal',
      summary: 'What administrators did to accounts, newest first, at most 100',
      tag: 'accounts',
      access: 'account.manage',
      response: z.array(accountEventSchema),
      handle: async ({ actor }) =>
        (await accountJournal(deps.db, actor, journalLines)).map(e => ({ ...e, at: e.at.toISOString() })),
    }),
    route({
      method: 'put',
      path: '/api/accounts/:id',
      summary: 'Change the name, role or areas of an account',
      tag: 'accounts',
      access: 'account.manage',
      params: accountParams,
      body: accountChangeSchema,
      response: accountSchema,
      handle: async ({ actor, params, body }) => presented(await changeAccount(deps.db, actor, params.id, body)),
    }),
    route({
      method: 'post',
      path: '/api/accounts/:id/reset-password',
      summary: 'Give an account a new password, in the answer once, and end its sessions',
      tag: 'accounts',
      access: 'account.manage',
      params: accountParams,
      body: z.object({}),
      response: accountPasswordSchema,
      async handle({ actor, params }) {
        const { account, password } = await resetPassword(deps.db, actor, params.id)
        return { account: presented(account), password }
      },
    }),
    ...([false, true] as const).map(inUse =>
      route({
        method: 'post',
        path: `/api/accounts/:id/${inUse ? 'enable' : 'disable'}`,
        summary: inUse ? 'Let an account sign in again' : 'Disable an account and end its sessions',
        tag: 'accounts',
        access: 'account.manage',
        params: accountParams,
        body: z.object({}),
        response: accountSchema,
        handle: async ({ actor, params }) => presented(await setAccountInUse(deps.db, actor, params.id, inUse)),
      }),
    ),
  ]
}

function presented({ createdAt, lastSignInAt, disabledAt, ...account }: Account) {
  return {
    ...account,
    createdAt: createdAt.toISOString(),
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
    disabledAt: disabledAt?.toISOString() ?? null,
  }
}
