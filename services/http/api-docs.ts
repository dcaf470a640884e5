import express, { Router } from 'express'
import swaggerFolder from 'swagger-ui-dist/absolute-path.js'

const page = `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loa API</title>
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

/** Its own file, because the content policy forbids scripts inside a page. */
const start = `window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  validatorUrl: null,
})
`

/** The browsable API page at /docs, from files of this machine only. */
export function apiDocs(): Router {
  const router = Router()
  router.get('/docs', (_req, res) => {
    res.type('html').send(page)
  })
  router.get('/docs/start.js', (_req, res) => {
    res.type('js').send(start)
  })
  const files = express.static(swaggerFolder(), { index: false, maxAge: '1d' })
  router.use('/docs/files', (req, res, next) => {
    // The package also holds a demo page that would call a remote address.
    if (/^\/swagger-ui(\.css|-bundle\.js)$/.test(req.path)) files(req, res, next)
    else next()
  })
  return router
}
