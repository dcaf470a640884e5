import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type PublicView, publicView } from '../../dispatch/public-view.ts'
import { findForPublic } from '../../store/public.ts'
import { mayBeIndexed, publicPage } from '../../web/public/page.ts'
import { styleHash } from '../../web/public/style.ts'
import type { PageLanguage } from '../../web/public/words.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'

/** Only its own style, and pictures and video of this server; nothing runs, nothing is sent, nobody frames it. */
const policy = [
  "default-src 'none'",
  `style-src ${styleHash}`,
  // data: for an empty icon, which saves a request.
  "img-src 'self' data:",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Long enough to spare the server a village that scans at once, short enough for a withdrawal to be seen. */
const maxAgeSeconds = 60

/**
 * Pictures of a page that was read last can be fetched for ten to twenty minutes: they are loaded as it is scrolled, and a
 * video by and by.
 */
const addressMs = 600_000

/**
 * What a citizen sees who scans the QR code of a board or a notice. One query, no cookie. Odd query parameters are ignored:
 * people arrive here through readers of codes that add their own.
 */
export function publicRoutes(deps: HttpDeps): RouteDef[] {
  const basePath = new URL(deps.links.publicUrl).pathname.replace(/\/$/, '')

  /** The same address for ten minutes, so that the page and its ETag stay the same, and a withdrawn picture is soon gone. */
  const fileUrl = (sha256: string, name: string) => {
    const end = new Date((Math.floor(deps.now().getTime() / addressMs) + 2) * addressMs)
    return basePath + deps.links.signUrl(`/files/${sha256}/${name}`, end).slice(deps.links.publicUrl.length)
  }

  const pageOf = (view: PublicView | undefined, code: string, language: PageLanguage, revision: string) => {
    const path = `${basePath}/tb/${encodeURIComponent(code)}`
    const kept = revision === '' ? '' : `r=${revision}`
    return publicPage(view, {
      language,
      address: `${deps.links.publicUrl}/tb/${encodeURIComponent(code)}`,
      languageLinks: {
        vi: kept === '' ? path : `${path}?${kept}`,
        en: `${path}?lang=en${kept === '' ? '' : `&${kept}`}`,
      },
      demo: deps.demo,
      fileUrl,
    })
  }

  return [
    route({
      method: 'get',
      path: '/tb/:code',
      summary:
        'Public page of an announcement, for people; `lang=en` for an English frame, `r` names the revision scanned',
      tag: 'public',
      access: 'public',
      params: z.object({ code: z.string().max(200) }),
      async handle({ params: { code }, req, res }) {
        const language = req.query.lang === 'en' ? 'en' : 'vi'
        const asked = typeof req.query.r === 'string' && /^\d{1,6}$/.test(req.query.r) ? req.query.r : ''
        const id = deps.links.readPublicCode(code)
        const row = id === undefined ? undefined : await findForPublic(deps.db, id)
        const view = publicView(row, asked === '' ? undefined : Number(asked), deps.now())
        const html = pageOf(view, code, language, asked)
        res.status(view ? 200 : 404).set({
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': policy,
          'X-Frame-Options': 'DENY',
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
          'X-Robots-Tag': mayBeIndexed(view, deps.demo) ? 'noarchive' : 'noindex, nofollow',
          // What is not there yet may be there in a minute.
          'Cache-Control': view ? `public, max-age=${maxAgeSeconds}` : 'no-store',
        })
        if (view) res.set('ETag', `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"`)
        if (view && req.fresh) res.status(304).end()
        else res.send(html)
      },
    }),
  ]
}
