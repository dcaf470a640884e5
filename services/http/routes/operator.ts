import { z } from 'zod'
import { stationFileUrl } from '../../places/links.ts'
import { audioOf, listOperatorItems, markAired, type OperatorItemRow, unmarkAired } from '../../places/operator.ts'
import { listStations } from '../../places/stations.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { type OperatorItem, operatorItemSchema, stationSchema } from '../schemas.ts'
import { communeFeedUrl, playlistUrl, stationFeedUrl } from './feeds.ts'

const itemParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })

/** The operator's page: what the station should air, and the tick that it was aired. Also the list of stations. */
export function operatorRoutes(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'get',
      path: '/api/operator/items',
      summary: "Items of the person's stations, those to be aired first",
      tag: 'stations',
      access: 'station.operate',
      response: z.array(operatorItemSchema),
      async handle({ actor }) {
        const rows = await listOperatorItems(deps, actor)
        return rows.map(row => presentItem(deps, row))
      },
    }),
    route({
      method: 'post',
      path: '/api/operator/items/:id/aired',
      summary: 'Tick: this item was on air (at: when; now if absent). It can be taken back for some minutes',
      tag: 'stations',
      access: 'station.operate',
      params: itemParams,
      body: z.object({ at: z.iso.datetime({ offset: true }).optional() }),
      response: operatorItemSchema,
      async handle({ actor, params, body }) {
        const at = body.at === undefined ? undefined : new Date(body.at)
        return presentItem(deps, await markAired(deps, actor, params.id, at))
      },
    }),
    route({
      method: 'post',
      path: '/api/operator/items/:id/not-aired',
      summary: 'Takes a tick back, until it has become part of the results',
      tag: 'stations',
      access: 'station.operate',
      params: itemParams,
      body: z.object({}),
      response: operatorItemSchema,
      async handle({ actor, params }) {
        return presentItem(deps, await unmarkAired(deps, actor, params.id))
      },
    }),
    route({
      method: 'get',
      path: '/api/stations',
      summary: 'Commune radio stations in use',
      tag: 'stations',
      access: 'place.read',
      response: z.array(stationSchema),
      async handle() {
        const stations = await listStations(deps.db)
        return stations.map(({ feedToken, parentCode: _, retired: __, ...station }) => ({
          ...station,
          feedUrl: stationFeedUrl(deps.links.publicUrl, feedToken),
          playlistUrl: playlistUrl(stationFeedUrl(deps.links.publicUrl, feedToken)),
          communeFeedUrl: communeFeedUrl(deps, station.areaCode),
          communePlaylistUrl: playlistUrl(communeFeedUrl(deps, station.areaCode)),
        }))
      },
    }),
  ]
}

/** Addresses are relative: the console may be reached under another name than the devices use. */
function presentItem(deps: HttpDeps, row: OperatorItemRow): OperatorItem {
  const file = audioOf(row.files)
  const url = file ? stationFileUrl(deps.links, row, file).slice(deps.links.publicUrl.length) : ''
  return {
    id: row.itemId,
    announcementId: row.announcementId,
    title: row.title,
    priority: row.priority,
    stationId: row.placeId,
    stationName: row.stationName,
    areaName: row.areaName,
    audioUrl: url,
    downloadUrl: url === '' ? '' : `${url}&download=1`,
    sizeBytes: file?.sizeBytes ?? 0,
    durationSeconds: row.durationSeconds,
    script: row.script,
    putAt: row.putAt.toISOString(),
    expiresAt: row.endGiven ? row.expiresAt.toISOString() : null,
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
    fetchedAt: row.fetchedAt?.toISOString() ?? null,
    airedAt: row.airedAt?.toISOString() ?? null,
    airedBy: row.airedBy,
  }
}
