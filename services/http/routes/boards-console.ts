import { z } from 'zod'
import { type AnnouncementRecord, boardEmergencies } from '../../dispatch/announcements.ts'
import { boardKinds } from '../../domain/board.ts'
import { type BoardAlertRow, boardDetail, listBoardAlerts } from '../../places/boards/detail.ts'
import { itemOf, type ListedBoard, listBoardsFully } from '../../places/boards/list.ts'
import { boardManifests } from '../../places/boards/manifest.ts'
import { noSuchBoard } from '../../places/boards/scope.ts'
import { changeBoards } from '../../places/boards/settings.ts'
import { boardReach, boardSummary } from '../../places/boards/summary.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import {
  type Board,
  type BoardAlert,
  type BoardEmergency,
  boardAlertSchema,
  boardDetailSchema,
  boardEmergencySchema,
  boardListQuery,
  boardPageSchema,
  boardParams,
  boardReachBody,
  boardReachSchema,
  boardSettingsAnswer,
  boardSettingsBody,
  boardSummarySchema,
} from '../schemas-boards.ts'

/** The public boards as those see them who look after them. */
export function boardConsoleRoutes(deps: HttpDeps): RouteDef[] {
  return [...looking(deps), ...changing(deps)]
}

function looking(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/boards',
      summary: 'Public boards by area and name, in pages: state, what each reports to show, alerts',
      tag: 'boards',
      access: 'board.read',
      query: boardListQuery,
      response: boardPageSchema,
      async handle({ actor, query }) {
        const { items, nextCursor } = await listBoardsFully(deps, actor, query)
        return { items: items.map(presentBoard), nextCursor }
      },
    }),
    route({
      method: 'get',
      path: '/api/boards/summary',
      summary: 'Public boards in numbers: by state, and by commune',
      tag: 'boards',
      access: 'board.read',
      query: z.object({ group: z.string().max(60).optional(), kind: z.enum(boardKinds).optional() }),
      response: boardSummarySchema,
      handle: ({ actor, query }) => boardSummary(deps.db, actor, query, deps.now()),
    }),
    route({
      method: 'get',
      path: '/api/boards/alerts',
      summary: 'What somebody should see to at a board: open alerts first, newest first; at most 500',
      tag: 'boards',
      access: 'board.read',
      query: z.object({ open: z.enum(['0', '1']).optional() }),
      response: z.array(boardAlertSchema),
      handle: async ({ actor, query }) =>
        (await listBoardAlerts(deps.db, actor, { open: query.open === '1' })).map(presentAlert),
    }),
    route({
      method: 'get',
      path: '/api/boards/emergencies',
      summary: 'Emergencies on public boards now, after those that wait for approval; at most 100',
      tag: 'boards',
      access: 'announcement.read',
      response: z.array(boardEmergencySchema),
      handle: async ({ actor }) => (await boardEmergencies(deps, actor)).map(presentEmergency),
    }),
    route({
      method: 'get',
      path: '/api/boards/:id',
      summary: 'One public board: settings, sessions, alerts, what stood on it in the last days',
      tag: 'boards',
      access: 'board.read',
      params: boardParams,
      response: boardDetailSchema,
      async handle({ actor, params }) {
        const { alertHistory, sessions, displays, keeperEmail, ...board } = await boardDetail(deps, actor, params.id)
        return {
          ...presentBoard(board),
          keeperEmail,
          alertHistory: alertHistory.map(presentAlert),
          sessions: sessions.map(session => ({
            ...session,
            createdAt: session.createdAt.toISOString(),
            refreshedAt: session.refreshedAt.toISOString(),
            expiresAt: session.expiresAt.toISOString(),
            revokedAt: iso(session.revokedAt),
          })),
          displays: displays.map(display => ({
            ...display,
            firstAt: display.firstAt.toISOString(),
            lastAt: display.lastAt.toISOString(),
          })),
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/boards/:id/manifest',
      summary: 'What the board should show now, as it would get it; for watching it in the preview',
      tag: 'boards',
      access: 'board.read',
      params: boardParams,
      async handle({ actor, params, req, res }) {
        const { items } = await listBoardsFully(deps, actor, { id: params.id, limit: 1 })
        const manifest = items[0] && (await boardManifests(deps, [params.id], deps.now())).get(params.id)
        if (!manifest) throw noSuchBoard()
        res.set({
          ETag: `"${manifest.version}"`,
          'Cache-Control': 'private, no-cache',
          'Loa-Time': deps.now().toISOString(),
        })
        if (req.fresh) res.status(304).end()
        else res.type('application/json').send(manifest.body)
      },
    }),
    route({
      method: 'post',
      path: '/api/boards/reach-preview',
      summary: 'How many boards an emergency for some areas would reach now, by state and kind',
      tag: 'boards',
      access: 'place.read',
      body: boardReachBody,
      response: boardReachSchema,
      handle: ({ actor, body }) => boardReach(deps.db, actor, body.areas, deps.now()),
    }),
  ]
}

function changing(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'put',
      path: '/api/boards/settings',
      summary: 'Change settings of up to 5,000 boards at once; answers with what they had before',
      tag: 'boards',
      access: 'board.manage',
      body: boardSettingsBody,
      response: boardSettingsAnswer,
      handle: ({ actor, body }) => changeBoards(deps.db, actor, 'changes' in body ? body.changes : [body], deps.now()),
    }),
  ]
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

function presentBoard({ report, manifest, ...board }: ListedBoard): Board {
  return {
    ...board,
    lastSeenAt: iso(board.lastSeenAt),
    pairedAt: iso(board.pairedAt),
    retiredAt: iso(board.retiredAt),
    alerts: board.alerts.map(alert => ({ ...alert, beganAt: new Date(alert.beganAt).toISOString() })),
    manifest: manifest && { standing: manifest.standing, changedAt: iso(manifest.changedAt) },
    report: report && {
      at: iso(board.lastSeenAt),
      mode: report.mode ?? null,
      visible: report.visible ?? null,
      title: report.title,
      announcementId: report.announcementId,
      handedOnly: report.fetched !== undefined,
      page: itemOf(report)?.page ?? null,
      pages: itemOf(report)?.pages ?? null,
      since: report.now?.since ?? null,
      player: report.player ?? null,
      screen: report.screen ?? null,
      clockSkewMs: report.clockSkewMs ?? null,
      storage: report.storage ?? null,
      offlineReady: report.offlineReady ?? null,
      problems: report.problems ?? [],
    },
  }
}

function presentAlert(alert: BoardAlertRow): BoardAlert {
  return {
    ...alert,
    beganAt: alert.beganAt.toISOString(),
    endedAt: iso(alert.endedAt),
    toldAt: iso(alert.toldAt),
  }
}

function presentEmergency({ id, state, content, ...record }: AnnouncementRecord): BoardEmergency {
  return {
    id,
    title: content.title,
    state,
    areas: content.audience.areas,
    takeover: content.variants.board?.takeover ?? 'full',
    scheduleAt: content.scheduleAt,
    expiresAt: content.expiresAt,
    authorName: record.authorName,
    approvedByName: record.approvedByName,
    allowedActions: record.allowedActions,
  }
}
