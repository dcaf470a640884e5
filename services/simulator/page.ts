import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { projectPath } from '../runtime/paths.ts'
import { sendJson } from './http.ts'

/** The page's files; a fixed table, so that no path from outside ever reaches the file system. */
const files: Record<string, { name: string; type: string }> = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/logo.svg': { name: 'logo.svg', type: 'image/svg+xml' },
  '/dom.js': { name: 'dom.js', type: 'text/javascript; charset=utf-8' },
  '/inbox.js': { name: 'inbox.js', type: 'text/javascript; charset=utf-8' },
  '/faults.js': { name: 'faults.js', type: 'text/javascript; charset=utf-8' },
  '/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/words.js': { name: 'words.js', type: 'text/javascript; charset=utf-8' },
}

/** Answers with one of the page's files, else 404. */
export async function pageFile(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const file = req.method === 'GET' ? files[path] : undefined
  if (!file) return sendJson(res, 404, { error: 'there is nothing at this address' })
  const bytes = await readFile(projectPath('services/simulator/public', file.name))
  res.writeHead(200, {
    'content-type': file.type,
    'content-length': bytes.length,
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
  })
  res.end(bytes)
}
