import type { Response } from 'express'
import { z } from 'zod'
import { type AnnouncementRecord, getAnnouncement } from '../../dispatch/announcements.ts'
import type { Actor } from '../../domain/accounts.ts'
import { noticeStanding, paperSizes, printForms } from '../../domain/paper.ts'
import { namesOfAreas, paperDates } from '../../places/postings/paper.ts'
import { tasksOfAnnouncement } from '../../places/postings/tasks.ts'
import { boardText } from '../../text/derive.ts'
import { qrOf } from '../../text/qr.ts'
import { loadPaperAssets } from '../../web/print/assets.ts'
import { placeOf } from '../../web/print/document.ts'
import type { Notice } from '../../web/print/notice.ts'
import { noticePage } from '../../web/print/render.ts'
import { slipsPage } from '../../web/print/slips.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'

const params = z.object({ id: z.uuid() })

/** Nothing but our own typefaces, the print button's script, and codes drawn into the page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "font-src 'self'",
  'img-src data:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Notices and posting slips for the printer: pages that any browser prints. */
export function printRoutes(deps: HttpDeps): RouteDef[] {
  const { files, build } = loadPaperAssets()

  const send = (res: Response, page: string) =>
    res
      .set({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      })
      .send(page)

  const load = async (actor: Actor, id: string) => {
    const row = await getAnnouncement(deps, actor, id)
    const now = deps.now()
    const dates = paperDates(row, now)
    return { row, ...dates, standing: noticeStanding(row.state, dates.removeBy, now) }
  }

  return [
    route({
      method: 'get',
      path: '/print/:id',
      summary: 'The notice as a page for the printer: as an official document, or in large print; A4 or A3',
      tag: 'paper',
      access: 'announcement.read',
      params,
      query: z.object({ form: z.enum(printForms).default('official'), size: z.enum(paperSizes).default('A4') }),
      async handle({ actor, params: { id }, query, res }) {
        const { row, issuedAt, removeBy, standing } = await load(actor, id)
        const names = await namesOfAreas(deps.db, row.content.audience.areas)
        const notice: Notice = {
          ...textsOf(row),
          id,
          standing,
          issuedAt,
          removeBy,
          priority: row.content.priority,
          revision: row.revision,
          approved: row.approvedAt && row.approvedByName ? { by: row.approvedByName, at: row.approvedAt } : null,
          place: placeOf(row.content.issuer, [...names.areas, ...names.provinces]),
          areas: names.areas,
          qr: qrOf(`${deps.links.publicPage(id)}?r=${row.revision}`),
          demo: deps.demo,
        }
        send(res, noticePage(notice, query.form, query.size, build))
      },
    }),
    route({
      method: 'get',
      path: '/print/:id/slips',
      summary: 'Posting slips for the paper boards of the audience, six to a sheet',
      tag: 'paper',
      access: 'announcement.read',
      params,
      async handle({ actor, params: { id }, res }) {
        const { row, issuedAt, removeBy, standing } = await load(actor, id)
        const tasks = await tasksOfAnnouncement(deps.db, id)
        const sheet = {
          id,
          ...textsOf(row),
          standing,
          issuedAt,
          removeBy,
          priority: row.content.priority,
          revision: row.revision,
          demo: deps.demo,
          slips: tasks.map(task => ({
            boardName: task.boardName,
            communeName: task.communeName,
            qr: qrOf(deps.links.postingPage(task.dispatchId, task.boardId)),
          })),
        }
        send(res, slipsPage(sheet, build))
      },
    }),
    route({
      method: 'get',
      path: '/print-assets/:name',
      summary: 'Typefaces and scripts of the printed pages and of the page for phones',
      tag: 'paper',
      access: 'public',
      params: z.object({ name: z.string() }),
      async handle({ params: { name }, req, res }) {
        const file = files.get(name)
        if (!file) throw notFound()
        res.set({
          'Content-Type': file.type,
          ETag: file.etag,
          'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'public, max-age=31536000, immutable',
        })
        if (req.fresh) res.status(304).end()
        else res.send(file.body)
      },
    }),
  ]
}

function textsOf({ content }: AnnouncementRecord) {
  return {
    title: content.title.normalize('NFC').replace(/\s+/g, ' ').trim(),
    body: content.body.normalize('NFC'),
    shortText: boardText(content).text,
    issuer: content.issuer.normalize('NFC').trim(),
    documentNumber: content.documentNumber.normalize('NFC').trim(),
  }
}
