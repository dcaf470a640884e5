import { z } from 'zod'
import {
  approve,
  copyAnnouncement,
  createDraft,
  getAnnouncement,
  history,
  listAnnouncements,
  returnForChanges,
  submit,
  updateDraft,
  withdraw,
} from '../../dispatch/announcements.ts'
import { cancel } from '../../dispatch/control.ts'
import { announcementContentSchema, announcementStates } from '../../domain/announcement.ts'
import type { HttpDeps } from '../deps.ts'
import { presentAnnouncement, presentEvent, presentSummary } from '../presenters.ts'
import { type RouteDef, route } from '../route.ts'
import { announcementSchema, announcementSummarySchema, eventSchema } from '../schemas.ts'

/** Path parameter of one announcement. */
export const announcementParams = z.object({ id: z.uuid() })

const revision = z.number().int().min(1)
const reason = z.object({ reason: z.string().trim().min(1).max(1_000) })
const nothing = z.object({})

const listQuery = z.object({
  state: z.enum(announcementStates).optional(),
  q: z.string().max(200).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
})

function reading(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/announcements',
      summary: 'Announcements, newest first, in pages',
      tag: 'announcements',
      access: 'announcement.read',
      query: listQuery,
      response: z.object({ items: z.array(announcementSummarySchema), nextCursor: z.string().nullable() }),
      async handle({ actor, query }) {
        const { items, nextCursor } = await listAnnouncements(deps, actor, query)
        return { items: items.map(presentSummary), nextCursor }
      },
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id',
      summary: 'One announcement with its content and what may be done with it',
      tag: 'announcements',
      access: 'announcement.read',
      params: announcementParams,
      response: announcementSchema,
      handle: async ({ actor, params }) => presentAnnouncement(await getAnnouncement(deps, actor, params.id)),
    }),
    route({
      method: 'get',
      path: '/api/announcements/:id/history',
      summary: 'Who did what with it, oldest first',
      tag: 'announcements',
      access: 'announcement.read',
      params: announcementParams,
      response: z.array(eventSchema),
      handle: async ({ actor, params }) => (await history(deps, actor, params.id)).map(presentEvent),
    }),
  ]
}

function writing(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/announcements',
      summary: 'Save a new draft',
      tag: 'announcements',
      access: 'announcement.write',
      body: z.object({ content: announcementContentSchema }),
      response: announcementSchema,
      status: 201,
      idempotent: true,
      handle: async ({ actor, body }) => presentAnnouncement(await createDraft(deps, actor, body.content)),
    }),
    route({
      method: 'put',
      path: '/api/announcements/:id',
      summary: 'Replace the content of a draft that was read at `revision`',
      tag: 'announcements',
      access: 'announcement.write',
      params: announcementParams,
      body: z.object({ revision, content: announcementContentSchema }),
      response: announcementSchema,
      handle: async ({ actor, params, body }) =>
        presentAnnouncement(await updateDraft(deps, actor, params.id, body.revision, body.content)),
    }),
    route({
      method: 'post',
      path: '/api/announcements/:id/copy',
      summary: 'A new draft with the same content and no dates',
      tag: 'announcements',
      access: 'announcement.write',
      params: announcementParams,
      body: nothing,
      response: announcementSchema,
      status: 201,
      idempotent: true,
      handle: async ({ actor, params }) => presentAnnouncement(await copyAnnouncement(deps, actor, params.id)),
    }),
  ]
}

function deciding(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/announcements/:id/submit',
      summary: 'Send a finished draft for approval',
      tag: 'announcements',
      access: 'announcement.submit',
      params: announcementParams,
      body: z.object({ revision }),
      response: announcementSchema,
      idempotent: true,
      handle: async ({ actor, params, body }) =>
        presentAnnouncement(await submit(deps, actor, params.id, body.revision)),
    }),
    route({
      method: 'post',
      path: '/api/announcements/:id/withdraw',
      summary: 'Take a submission back to go on writing',
      tag: 'announcements',
      access: 'announcement.submit',
      params: announcementParams,
      body: nothing,
      response: announcementSchema,
      idempotent: true,
      handle: async ({ actor, params }) => presentAnnouncement(await withdraw(deps, actor, params.id)),
    }),
    route({
      method: 'post',
      path: '/api/announcements/:id/return',
      summary: 'Send a submission back to its author with a reason',
      tag: 'announcements',
      access: 'announcement.approve',
      params: announcementParams,
      body: reason,
      response: announcementSchema,
      idempotent: true,
      handle: async ({ actor, params, body }) =>
        presentAnnouncement(await returnForChanges(deps, actor, params.id, body.reason)),
    }),
    route({
      method: 'post',
      path: '/api/announcements/:id/approve',
      summary: 'Approve exactly the content whose hash was seen; sending starts',
      tag: 'announcements',
      access: 'announcement.approve',
      params: announcementParams,
      body: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
      response: announcementSchema,
      idempotent: true,
      handle: async ({ actor, params, body }) => presentAnnouncement(await approve(deps, actor, params.id, body.hash)),
    }),
    route({
      method: 'post',
      path: '/api/announcements/:id/cancel',
      summary: 'Cancel on every channel; what has left already stays as it is',
      tag: 'announcements',
      access: 'announcement.control',
      params: announcementParams,
      body: reason,
      response: announcementSchema,
      idempotent: true,
      handle: async ({ actor, params, body }) => presentAnnouncement(await cancel(deps, actor, params.id, body.reason)),
    }),
  ]
}

/** The life of an announcement, from draft to cancellation. */
export function announcementRoutes(deps: HttpDeps): RouteDef[] {
  return [...reading(deps), ...writing(deps), ...deciding(deps)]
}
