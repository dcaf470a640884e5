import type { Request, Response } from 'express'
import { z } from 'zod'
import type { AppError } from '../../domain/errors.ts'
import { postingEnd, postingStanding, soonMs } from '../../domain/posting.ts'
import { requirePostingPhoto } from '../../places/postings/paper.ts'
import { cleanPhoto, photoLimitBytes, photoTooLarge } from '../../places/postings/photo.ts'
import {
  confirmPosting,
  confirmRemoval,
  endSentence,
  notPaperSentence,
  type PostingKey,
} from '../../places/postings/postings.ts'
import { findTask, type PostingTask, tasksDue, tasksOfAnnouncement } from '../../places/postings/tasks.ts'
import { findFile } from '../../store/files.ts'
import { dispatchesOfPaperBoard } from '../../store/shelf.ts'
import { loadPaperAssets } from '../../web/print/assets.ts'
import { type PostingView, postingPage, unknownSlipPage } from '../../web/print/posting-page.ts'
import type { HttpDeps } from '../deps.ts'
import { type PhotoForm, readPhotoForm } from '../photo-form.ts'
import { notFound, problemOf, toAppError } from '../problem.ts'
import { createRateLimit } from '../rate.ts'
import { type RouteDef, route } from '../route.ts'
import { boardParams } from '../schemas-boards.ts'
import { type Posting, type Postings, postingSchema, postingsSchema } from '../schemas-postings.ts'
import { createTurnstile } from '../turnstile.ts'
import { serveFile } from './files.ts'

const params = z.object({ token: z.string().max(100) })
const busy = {
  vi: 'Hệ thống đang nhận nhiều ảnh. Ông/Bà vui lòng gửi lại sau ít phút.',
  en: 'Many photos are coming in. Please send it again in some minutes.',
}

/** More than anybody works through in a day. */
const dueAtMost = 500

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src blob:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Paper boards: the page behind a slip's code, for whoever stands before the board with a phone, and what is known of the
 * postings, for the console. The token on the slip is the only key of the page; a wrong one learns nothing.
 */
export function postingRoutes(deps: HttpDeps): RouteDef[] {
  const { build } = loadPaperAssets()
  // A slow line must not hold a processor, so the two are waited for apart.
  const receiving = createTurnstile(12, 24, busy)
  const cleaning = createTurnstile(2, 24, busy)
  const perSlip = createRateLimit(6, 12, () => deps.now().getTime())
  const basePath = new URL(deps.links.publicUrl).pathname.replace(/\/$/, '')

  const readTask = async (token: string): Promise<PostingTask | undefined> => {
    const key = deps.links.readPostingToken(token)
    return key && (await findTask(deps.db, key.dispatchId, key.boardId))
  }

  const show = (res: Response, status: number, page: string) => {
    res
      .status(status)
      .set({
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        // The address is a key: it must not travel on as a referrer.
        'Referrer-Policy': 'no-referrer',
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
      })
      .send(page)
  }

  const viewOf = (task: PostingTask, token: string, problem?: PostingView['problem']): PostingView => {
    const now = deps.now()
    const end = postingEnd(task, now)
    return {
      ...task,
      path: `${basePath}/n/${token}`,
      build,
      standing: postingStanding(task, now),
      ...(end && { end: { kind: end, sentence: endSentence(end) } }),
      ...(!task.onPaper && { notPaper: notPaperSentence }),
      publicPage: deps.links.publicPage(task.announcementId),
      now,
      demo: deps.demo,
      ...(problem && { problem }),
    }
  }

  /** Takes a form in, does the work, and answers the script with JSON and a browser with a page. */
  const take = async (
    { token, req, res }: { token: string; req: Request; res: Response },
    work: (key: PostingKey, form: PhotoForm) => Promise<unknown>,
  ): Promise<void> => {
    const json = req.get('accept') === 'application/json'
    let form: PhotoForm = { name: '', note: '', photo: undefined }
    try {
      const key = deps.links.readPostingToken(token)
      if (!key) throw notFound()
      perSlip.pass(token)
      form = await receiving.pass(res, () => readPhotoForm(req, photoLimitBytes, photoTooLarge))
      const raw = form.photo
      const photo = raw && (await cleaning.pass(res, () => cleanPhoto(raw)))
      await work(key, { ...form, photo })
      if (json) res.status(200).json({ ok: true })
      else res.redirect(303, `${basePath}/n/${token}`)
    } catch (thrown) {
      // The rest of the upload is read and dropped: browsers show the answer only when all was taken.
      req.resume()
      await refuse(res, { token, json, form }, toAppError(thrown))
    }
  }

  const refuse = async (
    res: Response,
    { token, json, form }: { token: string; json: boolean; form: PhotoForm },
    error: AppError,
  ): Promise<void> => {
    if (error.status >= 500) throw error
    const { problem, headers } = problemOf(error)
    res.set(headers)
    if (json) {
      res.status(error.status).json({ code: problem.code, message: error.userMessage.vi })
      return
    }
    const task = await readTask(token)
    if (!task) return show(res, 404, unknownSlipPage())
    const typed = { sentence: error.userMessage.vi, name: form.name, note: form.note }
    show(res, error.status, postingPage(viewOf(task, token, typed)))
  }

  return [
    route({
      method: 'get',
      path: '/n/:token',
      summary: 'Page behind the code of a posting slip: what is to be posted where until when; changes nothing',
      tag: 'paper',
      access: 'token',
      params,
      async handle({ params: { token }, res }) {
        const task = await readTask(token)
        if (task) show(res, 200, postingPage(viewOf(task, token)))
        else show(res, 404, unknownSlipPage())
      },
    }),
    route({
      method: 'post',
      path: '/n/:token/posted',
      summary:
        'The notice hangs: name and photo as multipart/form-data (JPEG, PNG, WebP; at most 20 MB, 60 megapixels)',
      tag: 'paper',
      access: 'token',
      params,
      handle: ({ params: { token }, req, res }) =>
        take({ token, req, res }, (key, form) => confirmPosting(deps, key, form)),
    }),
    route({
      method: 'post',
      path: '/n/:token/removed',
      summary: 'The notice was taken down: name and, if there is one, a photo as multipart/form-data',
      tag: 'paper',
      access: 'token',
      params,
      handle: ({ params: { token }, req, res }) =>
        take({ token, req, res }, (key, form) => confirmRemoval(deps, key, form)),
    }),
    route({
      method: 'get',
      path: '/api/postings',
      summary:
        'Paper boards of one announcement (?announcement=), the last 50 notices for one board (?board=), or what is to be taken down now or within a day (500 at most)',
      tag: 'paper',
      access: 'announcement.read',
      query: z.object({ announcement: z.uuid().optional(), board: boardParams.shape.id.optional() }),
      response: postingsSchema,
      async handle({ query }) {
        const now = deps.now()
        if (query.announcement !== undefined) {
          return listed(
            (await tasksOfAnnouncement(deps.db, query.announcement)).map(task => presented(deps, task, now)),
          )
        }
        if (query.board !== undefined) {
          const { board } = query
          const ids = await dispatchesOfPaperBoard(deps.db, board, 50)
          const tasks = await Promise.all(ids.map(id => findTask(deps.db, id, board)))
          return listed(tasks.filter(task => task !== undefined).map(task => presented(deps, task, now)))
        }
        const { tasks, more } = await tasksDue(deps.db, new Date(now.getTime() + soonMs), dueAtMost)
        return listed(
          tasks.map(task => presented(deps, task, now)),
          more,
        )
      },
    }),
    route({
      method: 'get',
      path: '/api/postings/photos/:sha256',
      summary: 'A photo of a posted or removed notice, without its metadata',
      tag: 'paper',
      access: 'announcement.read',
      params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      async handle({ params: { sha256 }, req, res }) {
        await requirePostingPhoto(deps.db, sha256)
        const file = await findFile(deps.db, sha256)
        if (!file) throw notFound()
        await serveFile(deps, req, res, file, { name: 'niem-yet.jpg', download: false })
      },
    }),
  ]
}

function presented(deps: HttpDeps, task: PostingTask, now: Date): Posting {
  const photo = (sha256: string | null) => (sha256 === null ? null : `/api/postings/photos/${sha256}`)
  // Only what the shape names: a keeper's mailbox stays here.
  return postingSchema.parse({
    ...task,
    standing: postingStanding(task, now),
    end: postingEnd(task, now) ?? null,
    issuedAt: task.issuedAt.toISOString(),
    removeBy: task.removeBy.toISOString(),
    postedAt: task.postedAt?.toISOString() ?? null,
    removedAt: task.removedAt?.toISOString() ?? null,
    photoUrl: photo(task.photo),
    removedPhotoUrl: photo(task.removedPhoto),
    hasKeeper: task.keeperEmail !== null,
    pageUrl: deps.links.postingPage(task.dispatchId, task.boardId),
  })
}

function listed(items: Posting[], more = 0): Postings {
  const count = (standing: Posting['standing']) => items.filter(item => item.standing === standing).length
  return {
    counts: {
      total: items.length,
      toPost: count('to-post'),
      posted: count('posted'),
      toRemove: count('to-remove'),
      removed: count('removed'),
      notPosted: count('not-posted'),
    },
    items,
    more,
  }
}
