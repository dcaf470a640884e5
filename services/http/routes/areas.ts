import { z } from 'zod'
import { listTags } from '../../people/tags.ts'
import { listAreas } from '../../store/areas.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { areaSchema } from '../schemas.ts'

/** What an audience can be made of: areas and tags. */
export function areaRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/areas',
      summary: 'Present provinces and communes, by code',
      tag: 'places',
      access: 'session',
      response: z.array(areaSchema),
      handle: () => listAreas(deps.db),
    }),
    route({
      method: 'get',
      path: '/api/tags',
      summary: 'Tags that citizens carry',
      tag: 'people',
      access: 'announcement.read',
      response: z.array(z.string()),
      handle: () => listTags(deps.db),
    }),
  ]
}
