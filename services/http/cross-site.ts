import type { Request } from 'express'
import { AppError } from '../domain/errors.ts'

/** Content types that an HTML form of another site can send without asking first (Fetch standard, "simple" types). */
const formTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}

/**
 * Refuses a request that another site made with the officer's cookie (CSRF). The cookie is SameSite=Lax already, but
 * "site" ignores ports and subdomains, so we ask the browser where the request came from:
 * `Sec-Fetch-Site`, else `Origin`. Programs send neither; from them only bodies that a form cannot produce are taken.
 * @param publicUrl accepted as origin beside the address that was asked for (they differ behind a proxy)
 * @throws AppError request.cross-site
 */
export function refuseCrossSite(req: Request, publicUrl: string): void {
  const site = req.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  const origin = req.get('origin')
  if (origin !== undefined) {
    const asked = req.get('host')
    const trusted = [originOf(publicUrl), originOf(`http://${asked}`), originOf(`https://${asked}`)]
    if (trusted.includes(originOf(origin) ?? 'none')) return
  } else if (site === undefined) {
    const type = req.get('content-type')
    if (type !== undefined && !formTypes.test(type)) return
  }
  throw new AppError('request.cross-site', {
    vi: 'Yêu cầu đến từ một trang web khác nên đã bị từ chối. Ông/Bà vui lòng thao tác trên trang của hệ thống.',
    en: 'The request came from another web site and was refused. Please work from the pages of this system.',
  })
}
