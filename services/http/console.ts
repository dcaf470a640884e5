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

/** First parts of the addresses that the console answers itself (its router.tsx); everything else unknown is a plain 404. */
const pageNames = [
  'accounts',
  'airtime',
  'announcements',
  'as-run',
  'boards',
  'citizens',
  'compose',
  'devices',
  'operator',
  'places',
  'postings',
  'pronunciations',
  'recipients',
  'registry',
  'setup',
  'sign-in',
  'vendors',
]
export const consolePages = new RegExp(`^/($|(${pageNames.join('|')})(/|$))`)

/** A page of one message, for when the console itself cannot answer. */
function messagePage(title: string, vi: string, en: string): string {
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Loa</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f6f8; color: #1b2733;
    font: 1rem/1.6 system-ui, "Segoe UI", "Noto Sans", sans-serif }
  main { max-width: 32rem; margin: 1.5rem; padding: 2rem; background: #fff; border: 1px solid #d9e0e6; border-radius: 8px }
  h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.3 }
  p { margin: .5rem 0 }
  a { color: #0b5cad }
  code { font-size: .95em; background: #eef2f5; padding: .1em .35em; border-radius: 4px }
  [lang=en] { color: #52606d; font-size: .9rem }
</style>
</head>
<body><main><h1>${title}</h1><p>${vi}</p><p lang="en">${en}</p></main></body>
</html>
`
}

const notBuilt = messagePage(
  'Giao diện chưa được tạo',
  'Người quản trị cần chạy lệnh <code>npm run build</code> rồi tải lại trang này.',
  'The console has not been built. Run <code>npm run build</code> and reload.',
)

const missingPage = messagePage(
  'Không tìm thấy trang',
  'Địa chỉ này không có nội dung, hoặc nội dung đã được gỡ bỏ. Ông/Bà có thể <a href="/">về trang chính</a>.',
  'There is nothing at this address, or it was removed. <a href="/">Back to the start</a>.',
)

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
