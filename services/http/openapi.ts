import { z } from 'zod'
import { permissions } from '../domain/accounts.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { programmeSchema } from '../domain/programme.ts'
import type { RouteDef } from './route.ts'
import * as shapes from './schemas.ts'
import * as airtimeShapes from './schemas-airtime.ts'

type Json = Record<string, unknown>

/** Schemas that get a name of their own in the document: every exported shape, and what an officer writes. */
const names = z.registry<{ id: string }>()
const isSchema = (shape: unknown): shape is z.ZodType => shape instanceof z.ZodType
for (const [key, schema] of Object.entries({ ...shapes, ...airtimeShapes })) {
  if (!isSchema(schema)) continue
  const name = key.replace(/Schema$/, '')
  names.add(schema, { id: name.charAt(0).toUpperCase() + name.slice(1) })
}
names.add(programmeSchema, { id: 'Programme' })
names.add(announcementContentSchema, { id: 'AnnouncementContent' })

/** Collects the named schemas that the routes use. Requests and answers differ where a field has a default. */
function collector() {
  const components: Json = {}
  function convert(schema: z.ZodType, io: 'input' | 'output'): unknown {
    const rename = (id: string) => (io === 'input' ? `${id}Input` : id)
    const relink = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(relink)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => key !== 'id' || typeof (value as Json).id !== 'string')
          .map(([key, inner]) =>
            key === '$ref' && typeof inner === 'string'
              ? [key, `#/components/schemas/${rename(inner.replace('#/$defs/', ''))}`]
              : [key, relink(inner)],
          ),
      )
    }
    // Wrapped, so that a named schema at the top becomes a reference like any other.
    const json = z.toJSONSchema(z.object({ top: schema }), {
      io,
      metadata: names,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // zod states the range of safe integers, which only makes the examples absurd.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      },
    })
    for (const [id, def] of Object.entries(json.$defs ?? {})) components[rename(id)] = relink(def)
    return relink((json.properties as Json).top)
  }
  return { components, convert }
}

function operationId(route: RouteDef): string {
  const words = route.path.split(/[/:.\-*{}]+/).filter(w => w !== '' && w !== 'api')
  return [route.method, ...words].map((w, i) => (i === 0 ? w : w.charAt(0).toUpperCase() + w.slice(1))).join('')
}

/** express `:name` and `*name` segments as `{name}`. */
export function openApiPath(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}')
}

function parametersOf(route: RouteDef, convert: ReturnType<typeof collector>['convert']): Json[] {
  const described = (schema: z.ZodType | undefined) =>
    schema ? (convert(schema, 'input') as { properties?: Json; required?: string[] }) : {}
  const params = described(route.params)
  const query = described(route.query)
  const inPath = [...route.path.matchAll(/[:*](\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: params.properties?.[name] ?? { type: 'string' },
  }))
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: query.required?.includes(name) ?? false,
    schema,
  }))
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'A repeat with the same key and body gets the first answer and does nothing.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  }
  return [...inPath, ...inQuery, ...(route.idempotent ? [key] : [])]
}

function accessText({ access }: RouteDef): string {
  if (access === 'public') return 'Open to anybody.'
  if (access === 'token') return 'Needs the token or signature in its own address or headers.'
  if (access === 'session') return 'Any signed-in person.'
  return `Roles: ${permissions[access].join(', ')}.`
}

const demoNotice =
  '**HỆ THỐNG DIỄN TẬP – không có tin nào rời khỏi máy này · TRAINING SYSTEM – no message leaves this machine**'

/**
 * The OpenAPI 3.1 document of a route table.
 * @param info version of this instance, the address under which it is reached, and whether it is a demo, which every
 *   page says
 */
export function openApiDocument(routes: RouteDef[], info: { version: string; publicUrl: string; demo: boolean }): Json {
  const { components, convert } = collector()
  const problem = {
    description: 'Problem (RFC 9457)',
    content: { 'application/problem+json': { schema: convert(shapes.problemSchema, 'output') } },
  }
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const guarded = route.access !== 'public' && route.access !== 'token'
    const answer = route.response
      ? { description: 'Done', content: { 'application/json': { schema: convert(route.response, 'output') } } }
      : { description: 'Answered by the route itself: a file, a stream, a page or nothing' }
    const path = openApiPath(route.path)
    paths[path] = {
      ...paths[path],
      [route.method]: {
        operationId: operationId(route),
        summary: route.summary,
        description: accessText(route),
        tags: [route.tag],
        security: guarded ? [{ session: [] }] : [],
        parameters: parametersOf(route, convert),
        ...(route.body && {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: convert(route.body, 'input') } },
          },
        }),
        responses: { [route.response ? String(route.status ?? 200) : '2XX']: answer, default: problem },
      },
    }
  }
  const cookie = info.publicUrl.startsWith('https:') ? '__Secure-loa.session_token' : 'loa.session_token'
  return {
    openapi: '3.1.0',
    info: {
      title: 'Loa',
      version: info.version,
      description: `${info.demo ? `${demoNotice}\n\n` : ''}Announcements of a province: writing, approval, dispatch on all channels, and what arrived.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to the document, so that the page at /docs works under every name this server is reached by.
    servers: [{ url: '/', description: info.publicUrl }],
    tags: [...new Set(routes.map(r => r.tag))].sort().map(name => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookie,
          description:
            'Set by POST /api/auth/sign-in/email. In a browser that is signed in to the console it is sent by itself.',
        },
      },
    },
  }
}
