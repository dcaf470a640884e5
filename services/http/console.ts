import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, Router } from 'express'

/** Built console, seen from the source tree and from `dist`. */
function builtConsole(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const root = here.replace(/([/\\])(dist[/\\])?services[/\\]http[/\\]$/, '$1')
  return join(root, 'dist', 'web', 'console')
}

/** Addresses that the console answers itself; everything else unknown is a plain 404. */
const consolePages = /^\/($|(sign-in|announcements|operator|places|settings)(\/|$))/

const notBuilt = `<!doctype html><html lang="vi"><meta charset="utf-8"><title>Loa</title>
<h1>Giao diện chưa được tạo</h1><p>Chạy lệnh <code>npm run build</code> rồi tải lại trang.</p>
<p lang="en">The console has not been built. Run <code>npm run build</code> and reload.</p></html>`

const missingPage = `<!doctype html><html lang="vi"><meta charset="utf-8"><title>Loa</title>
<meta name="viewport" content="width=device-width"><h1>Không tìm thấy trang</h1>
<p>Địa chỉ này không có nội dung. <a href="/">Về trang chính</a></p>
<p lang="en">There is nothing at this address. <a href="/">Back to the start</a></p></html>`

/**
 * The console's files. Vite names assets by their hash, so they may be kept for ever; the page itself is asked for
 * each time, so that a new version is seen at once.
 * @param dir folder of the built console; the default is where the build puts it
 */
export function consoleFiles(dir = builtConsole()): RequestHandler {
  const router = Router()
  const page = join(dir, 'index.html')
  router.use('/assets', express.static(join(dir, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  router.use(express.static(dir, { index: false, maxAge: 0, redirect: false }))
  router.get(consolePages, (_req, res) => {
    res.set('Cache-Control', 'no-cache')
    if (existsSync(page)) res.sendFile(page, { cacheControl: false })
    else res.status(503).type('html').send(notBuilt)
  })
  return router
}

/** 404 for people; programs get the problem+json of the error handler. */
export const missingPages: RequestHandler = (req, res, next) => {
  const person = req.method === 'GET' && !req.path.startsWith('/api/') && req.accepts('html', 'json') === 'html'
  if (!person) return next()
  res.status(404).set('Cache-Control', 'no-store').type('html').send(missingPage)
}
